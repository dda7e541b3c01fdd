using System.Globalization;
using System.Text;

namespace ScaiDrive.Connectors.Smb;

/// <summary>The permissions of a share as a whole, which servers tell to administrators, some to everybody.</summary>
internal sealed class SharePermissions(RpcClient client, string shareName)
{
    // Refused; no such service; a service that does not know this question.
    private static readonly string[] NotTold = ["ACCESS_DENIED", "NT_STATUS_OBJECT_NAME_NOT_FOUND", "NOT_SUPPORTED", "INVALID_LEVEL"];

    /// <summary>In SDDL; null when the server does not tell.</summary>
    /// <exception cref="SourceEntryException">The server could not be asked: what it would have told is not known.</exception>
    internal async Task<string?> ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (shareName.Contains(';', StringComparison.Ordinal))
            return null;
        return Judge(await client.AskAsync($"netsharegetinfo \"{shareName}\" 502", patience, cancellationToken));
    }

    /// <summary>What an answer means.</summary>
    internal static string? Judge(string printed)
    {
        // A share without a list has its name told all the same.
        if (ParseOrNull(printed) is { } descriptor)
            return descriptor;
        if (printed.Contains("netname:", StringComparison.Ordinal) || NotTold.Any(reason => printed.Contains(reason, StringComparison.Ordinal)))
            return null;
        var said = printed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "it ended without a word";
        throw new SourceEntryException("", new SourceFault(ProblemCodes.ReadFailed, $"The permissions of the share cannot be asked for: {said}"));
    }

    /// <summary>Reads what the program prints of a descriptor; null when it prints none.</summary>
    internal static string? ParseOrNull(string printed)
    {
        if (!printed.Contains("\nDACL", StringComparison.Ordinal))
            return null;
        var text = new StringBuilder("D:");
        var (kind, mask) = ("", "");
        foreach (var line in printed.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("type: ACCESS ", StringComparison.Ordinal))
                kind = line.Contains("ALLOWED (0)", StringComparison.Ordinal) ? "A" : line.Contains("DENIED", StringComparison.Ordinal) ? "D" : "";
            else if (line.StartsWith("Permissions: 0x", StringComparison.Ordinal))
                mask = line["Permissions: ".Length..].Split(':')[0];
            else if (line.StartsWith("SID: S-", StringComparison.Ordinal) && kind.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"({kind};;{mask};;;{line["SID: ".Length..]})");
        }

        return text.ToString();
    }
}
