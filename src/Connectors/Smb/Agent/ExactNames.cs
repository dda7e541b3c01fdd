using System.Text;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Finds entries by exactly their name: servers take names for the same that differ in case, and the library does not tell which one an entry has.</summary>
/// <remarks>So the directory is listed. The listing serves for further names as long as the directory is as it was: every change of a name in it
/// changes its date.</remarks>
internal sealed class ExactNames(ShareSession session, TimeProvider time)
{
    // A directory that was changed just now could change once more within a step of the server's clock, without showing it.
    private const long SettledNs = 5_000_000_000;

    private readonly Dictionary<string, RemoteEntry> listed = new(StringComparer.Ordinal);
    private byte[]? directory;
    private RemoteEntry asListed;

    internal RemoteEntry? Find(ReadOnlySpan<byte> path)
    {
        // Most that are asked for are gone; the server says so without a listing.
        if (session.Stat(path) is not { } entry)
            return null;
        if (path.IsEmpty)
            return entry;
        var slash = path.LastIndexOf((byte)'/');
        var name = Encoding.UTF8.GetString(path[(slash + 1)..]);
        List(slash < 0 ? [] : path[..slash]);
        if (!listed.TryGetValue(name, out var seen))
            return null;
        // Attributes are told by the listing alone.
        return seen.FileId == entry.FileId ? entry with { Attributes = seen.Attributes } : seen;
    }

    private void List(ReadOnlySpan<byte> path)
    {
        var now = session.Stat(path);
        if (directory is not null && path.SequenceEqual(directory) && now == asListed)
            return;
        listed.Clear();
        directory = null;
        session.List(path, (name, entry) => listed[Encoding.UTF8.GetString(name)] = entry);
        var nowNs = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        if (now is not { } facts || Math.Abs(nowNs - facts.ModifiedNs) < SettledNs)
            return;
        (directory, asListed) = (path.ToArray(), facts);
    }
}
