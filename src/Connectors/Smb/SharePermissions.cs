using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ScaiDrive.Connectors.Smb;

/// <summary>The permissions of a share as a whole, asked for with Samba's <c>rpcclient</c>: libsmbclient cannot. Servers tell them to administrators,
/// some to everybody.</summary>
internal sealed class SharePermissions(AgentFolder folder, SmbSettings settings, SmbSecret secret, string? ticketCache, TimeProvider time)
{
    private const string AuthenticationFile = "rpcclient";

    /// <summary>In SDDL; null when the server does not tell, or the program is not there.</summary>
    internal async Task<string?> ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        // The program splits its commands at semicolons, also inside quotes.
        if (settings.ShareName.Contains(';', StringComparison.Ordinal))
            return null;
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return ParseOrNull(await AskAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed.
            return null;
        }
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

    private async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("rpcclient") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        AgentCommand.SetEnvironment(start, folder, ticketCache);
        string[] login = settings.UsesKerberos ? ["--use-kerberos=required"] : ["--authentication-file", WriteLogin()];
        foreach (var argument in (string[])[
            "--configfile", folder.ConfigurationFile, .. login, "--port", settings.ServerPort.ToString(CultureInfo.InvariantCulture),
            settings.ServerHost, "--command", $"netsharegetinfo \"{settings.ShareName}\" 502"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var fault = process.StandardError.ReadToEndAsync(cancellationToken);
            var printed = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            _ = await fault;
            return printed;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>From a file that only we can read: others of this machine see command lines.</summary>
    private string WriteLogin()
    {
        var file = Path.Combine(folder.FullPath, AuthenticationFile);
        if (!File.Exists(file))
            AgentFolder.Write(file, Encoding.UTF8.GetBytes($"username = {settings.Username}\npassword = {secret.Password}\ndomain = {settings.Domain}\n"));
        return file;
    }
}
