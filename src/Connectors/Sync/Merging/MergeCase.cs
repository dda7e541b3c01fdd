using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>One file of the source beside what the share has of it, when both sides may have changed.</summary>
internal sealed class MergeCase(PendingFile file)
{
    internal PendingFile File => file;

    /// <summary>The row it is compared with; null when the file is new at the source.</summary>
    internal SnapshotRow? Row => file.Row ?? file.Origin;

    /// <summary>The file of the share: that of the row, or one of other origin that has the name. Null when there is none below the target path.</summary>
    internal DriveFile? Share { get; set; }

    /// <summary>The folder that the row was mirrored into; whether the file is still there tells a move in the share.</summary>
    internal string? FolderOfRow { get; set; }

    /// <summary>The open conflict about it.</summary>
    internal Conflict? Open { get; set; }

    /// <summary>The present content of the share, when it must be written once more.</summary>
    internal StoredContent? ShareContent { get; set; }

    internal FileState? Before => Row is { } row ? new FileState(row.ContentSha256!, row.SizeBytes, EntryTimes.Of(row.ModifiedNs)) : null;

    /// <summary>What the source has. Not read means not changed.</summary>
    internal FileState AtSource => file.Content is { } content
        ? new FileState(content.Sha256, content.SizeBytes, EntryTimes.Of(file.Entry.ModifiedNs))
        : Before!;

    internal FileState? InShare => Share is { } share ? new FileState(share.ChecksumSha256, share.SizeBytes, share.ModifiedAt) : null;

    internal bool MovedInShare =>
        Share is { } share && Row is { IsParked: false } row && (share.FolderId != FolderOfRow || share.Name != row.Name.Normalize());

    internal Judgement Judge(SyncRules rules) => Judgement.Of(Before, AtSource, InShare, rules, Open?.Decision);
}
