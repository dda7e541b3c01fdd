using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Something the next transaction will do.</summary>
internal abstract class PendingWrite;

/// <summary>A file that is new, changed, moved, or not what the share has.</summary>
internal sealed class PendingFile(MirroredDirectory parent, SourceEntry entry, SnapshotRow? row, DriveFile? live) : PendingWrite
{
    internal MirroredDirectory Parent => parent;

    internal SourceEntry Entry { get; set; } = entry;

    /// <summary>What was at this path before: the same file, or one that this file replaced for good. Null for a new path.</summary>
    internal SnapshotRow? Row => row;

    /// <summary>The file in the share, if it is still there: that of <see cref="Row"/>, or of <see cref="Origin"/>.</summary>
    internal DriveFile? Live { get; set; } = live;

    /// <summary>Where this file was before, when it was moved here.</summary>
    internal SnapshotRow? Origin { get; set; }

    /// <summary>Its bytes, when they had to be read.</summary>
    internal StoredContent? Content { get; set; }

    /// <summary>Why it cannot be read; null when it can, or need not be.</summary>
    internal SourceFault? Fault { get; set; }

    /// <summary>What the share has of it, when both sides may have changed; null when the share only follows.</summary>
    internal Merging.MergeCase? Merge { get; set; }

    /// <summary>The share decides too: what it has otherwise is no reason to read the source.</summary>
    internal bool IsTwoWay { get; init; }

    /// <summary>It is read and nothing is known of it: it only has to be made.</summary>
    internal bool IsPlainAdd => this is { Fault: null, Row: null, Origin: null, IsTwoWay: false, Content: not null };

    internal bool NeedsContent =>
        (Row, Origin) switch
        {
            ({ } known, _) when IsTwoWay => !known.HasStateOf(Entry),
            (_, { } origin) when IsTwoWay => !origin.HasContentOf(Entry),
            ({ } known, _) => Live is null || !known.HasStateOf(Entry) || Live.ChecksumSha256 != known.ContentSha256,
            (_, { } origin) => Live is null || !origin.HasContentOf(Entry) || Live.ChecksumSha256 != origin.ContentSha256,
            _ => true,
        };
}

/// <summary>A directory that has no row yet.</summary>
internal sealed class PendingDirectory(MirroredDirectory directory, SourceEntry entry) : PendingWrite
{
    internal MirroredDirectory Directory => directory;

    internal SourceEntry Entry => entry;
}

/// <summary>A directory at its old place that is another one now, or whose folder is not in the share.</summary>
internal sealed class PendingDirectoryUpdate(MirroredDirectory directory, SnapshotRow row, SourceEntry entry) : PendingWrite
{
    internal MirroredDirectory Directory => directory;

    internal SnapshotRow Row => row;

    internal SourceEntry Entry => entry;
}

/// <summary>Nothing is at the place of this row any more; whether it moved shows later.</summary>
internal sealed class PendingMissing(SnapshotRow row) : PendingWrite
{
    internal SnapshotRow Row => row;
}

/// <summary>A row that was missed earlier in the run is at its place after all.</summary>
internal sealed class PendingFound(SnapshotRow row) : PendingWrite
{
    internal SnapshotRow Row => row;
}

/// <summary>Another file than before is at this place.</summary>
internal sealed class PendingContest(MirroredDirectory parent, SourceEntry entry) : PendingWrite
{
    internal MirroredDirectory Parent => parent;

    internal SourceEntry Entry => entry;
}

/// <summary>The contest about a place is over.</summary>
internal sealed class PendingSettlement(ContestedPlace place) : PendingWrite
{
    internal ContestedPlace Place => place;
}

/// <summary>A row must leave its place, because another entry has it now.</summary>
internal sealed class PendingEviction(SnapshotRow row, string path, bool isWanted) : PendingWrite
{
    internal SnapshotRow Row => row;

    internal string Path => path;

    /// <summary>It may still be found elsewhere, so it is parked; otherwise it is gone for good.</summary>
    internal bool IsWanted => isWanted;
}
