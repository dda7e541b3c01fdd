using System.Buffers;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Names of principals that no entry tells, asked of the server: those of the share's own list.</summary>
internal sealed class PrincipalNames(RpcClient client)
{
    private const int AtOnce = 100;
    private static readonly SearchValues<char> InSids = SearchValues.Create("0123456789-");

    /// <summary>Adds the names that the server knows.</summary>
    /// <exception cref="SourceEntryException">The server could not be asked.</exception>
    internal async Task AddAsync(IEnumerable<string> sids, Dictionary<string, string?> names, TimeSpan patience, CancellationToken cancellationToken)
    {
        foreach (var some in sids.Where(IsSid).Chunk(AtOnce))
        {
            foreach (var (sid, name) in Parse(await client.AskAsync($"lookupsids {string.Join(' ', some)}", patience, cancellationToken)))
                names.TryAdd(sid, name);
        }
    }

    /// <summary>Lines such as <c>S-1-5-32-544 BUILTIN\Administrators (4)</c>.</summary>
    internal static IEnumerable<(string Sid, string Name)> Parse(string printed)
    {
        foreach (var line in printed.Split('\n', StringSplitOptions.TrimEntries))
        {
            var (space, end) = (line.IndexOf(' ', StringComparison.Ordinal), line.LastIndexOf(" (", StringComparison.Ordinal));
            if (space < 0 || end <= space || !IsSid(line[..space]) || line.Contains("*unknown*", StringComparison.Ordinal))
                continue;
            yield return (line[..space], line[(space + 1)..end].TrimStart('\\'));
        }
    }

    private static bool IsSid(string text) => text.StartsWith("S-1-", StringComparison.Ordinal) && text.AsSpan(2).IndexOfAnyExcept(InSids) < 0;
}
