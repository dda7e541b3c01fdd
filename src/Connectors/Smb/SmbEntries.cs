using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Turns what a server tells into entries of a source.</summary>
internal sealed class SmbEntries(bool followsDfs)
{
    // NTFS keeps a count in the upper 16 bits of a file id, raised each time its place is used again. What other servers give out are
    // the numbers of their own file system, which are used again and stay below.
    private const int CountOfUse = 48;

    private readonly ConcurrentDictionary<string, string> referrals = new(StringComparer.Ordinal);

    /// <summary>Remembers a directory that leads to another share: what is below has file ids of that one.</summary>
    internal void NoteReferral(string directory, string name, RemoteEntry entry)
    {
        if (!followsDfs || (entry.Attributes & (RemoteEntry.Directory | RemoteEntry.ReparsePoint)) != (RemoteEntry.Directory | RemoteEntry.ReparsePoint))
            return;
        var path = SourcePath.Combine(directory, name);
        referrals.GetOrAdd(path, static path => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 6)));
    }

    internal SourceEntry Of(string path, RemoteEntry entry)
    {
        var kind = KindOf(path, entry);
        return new SourceEntry(
            path,
            kind,
            IdentityOf(path, entry.FileId),
            entry.FileId >> CountOfUse != 0,
            kind == SourceEntryKind.File ? entry.SizeBytes : 0,
            entry.ModifiedNs,
            entry.ChangedNs,
            Attributes: AttributesOf(entry.Attributes));
    }

    private string IdentityOf(string path, ulong fileId)
    {
        if (!referrals.IsEmpty)
        {
            for (var above = SourcePath.DirectoryOf(path); above.Length > 0; above = SourcePath.DirectoryOf(above))
            {
                if (referrals.TryGetValue(above, out var share))
                    return string.Create(CultureInfo.InvariantCulture, $"{share}:{fileId}");
            }
        }

        return fileId.ToString(CultureInfo.InvariantCulture);
    }

    /// <remarks>A file with a reparse point is a symbolic link only if it is empty: deduplicated and archived files carry one too, and are read like
    /// any other. A directory with one is a junction or link, or, with DFS, a referral that leads to another share.</remarks>
    private SourceEntryKind KindOf(string path, RemoteEntry entry)
    {
        if (SourcePath.IsTemporary(SourcePath.NameOf(path)))
            return SourceEntryKind.Excluded;
        var isReparsePoint = (entry.Attributes & RemoteEntry.ReparsePoint) != 0;
        if ((entry.Attributes & RemoteEntry.Directory) != 0)
            return isReparsePoint && !followsDfs ? SourceEntryKind.Link : SourceEntryKind.Directory;
        return isReparsePoint && entry.SizeBytes == 0 ? SourceEntryKind.Link : SourceEntryKind.File;
    }

    private static SourceAttributes AttributesOf(uint attributes) =>
        ((attributes & RemoteEntry.Hidden) != 0 ? SourceAttributes.Hidden : SourceAttributes.None)
        | ((attributes & RemoteEntry.System) != 0 ? SourceAttributes.System : SourceAttributes.None)
        | ((attributes & RemoteEntry.ReadOnly) != 0 ? SourceAttributes.ReadOnly : SourceAttributes.None);
}
