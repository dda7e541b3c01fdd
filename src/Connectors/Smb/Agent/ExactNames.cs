using System.Text;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Finds entries by exactly their name: servers take names for the same that differ in case, and the library does not tell which one an entry has.</summary>
/// <remarks>So the directory is listed, once as a rule: as long as it is as it was (every change of a name in it changes its date) the listing tells
/// all names. Of a large one that keeps changing it tells, for as long again as it took, that an entry has its name: then all names together cost
/// twice the time of one at most, and no answer is older than one of them may be that waits for a listing.</remarks>
internal sealed class ExactNames(ShareSession session, TimeProvider time)
{
    // A directory that was changed just now could change once more within a step of the server's clock, without showing it.
    private const long SettledNs = 5_000_000_000;

    // What takes less is asked for anew.
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, RemoteEntry> listed = new(StringComparer.Ordinal);
    private byte[]? directory;
    private RemoteEntry? asSettled;
    private long listedAt;
    private TimeSpan took;

    internal RemoteEntry? Find(ReadOnlySpan<byte> path)
    {
        // Most that are asked for are gone; the server says so without a listing.
        if (session.Stat(path) is not { } entry)
            return null;
        if (path.IsEmpty)
            return entry;
        var slash = path.LastIndexOf((byte)'/');
        var parent = slash < 0 ? [] : path[..slash];
        var name = Encoding.UTF8.GetString(path[(slash + 1)..]);
        if (!HasJustBeenListed(parent, name, entry))
            List(parent);
        if (!listed.TryGetValue(name, out var seen))
            return null;
        // Attributes are told by the listing alone.
        return seen.FileId == entry.FileId ? entry with { Attributes = seen.Attributes } : seen;
    }

    private bool HasJustBeenListed(ReadOnlySpan<byte> parent, string name, RemoteEntry entry) =>
        directory is not null && parent.SequenceEqual(directory) && took >= Long && time.GetElapsedTime(listedAt) < took
        && listed.TryGetValue(name, out var seen) && seen.FileId == entry.FileId;

    private void List(ReadOnlySpan<byte> path)
    {
        var (now, began, clock) = (session.Stat(path), time.GetTimestamp(), time.GetUtcNow());
        if (asSettled is not null && path.SequenceEqual(directory) && now == asSettled)
            return;
        listed.Clear();
        (directory, asSettled) = (null, null);
        session.List(path, (name, entry) => listed[Encoding.UTF8.GetString(name)] = entry);
        (directory, listedAt, took) = (path.ToArray(), time.GetTimestamp(), time.GetElapsedTime(began));
        if (now is { } facts && Math.Abs(((clock - DateTimeOffset.UnixEpoch).Ticks * 100) - facts.ModifiedNs) >= SettledNs)
            asSettled = facts;
    }
}
