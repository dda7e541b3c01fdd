namespace ScaiDrive.Connectors.Sync;

/// <summary>A directory of the source that is being walked, with what stands for it in the snapshot and in the share.</summary>
/// <remarks>Shared by the walk and the batch: the row of a new directory is known only once the batch is written.</remarks>
internal sealed class MirroredDirectory(MirroredDirectory? parent, string path, long? rowId, string? folderId)
{
    internal MirroredDirectory? Parent => parent;

    internal string Path => path;

    /// <summary>Null until its row is written.</summary>
    internal long? RowId { get; set; } = rowId;

    /// <summary>Null until its folder is made; the root of a share has none.</summary>
    internal string? FolderId { get; set; } = folderId;

    /// <summary>The share has no place for it: what lies below is passed over. Why is a problem of its own.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>The folder at the target path is known, although it may be the root of the share.</summary>
    internal bool IsPlaced { get; set; } = folderId is not null;

    /// <summary>Where its folder is, when it is placed. In both directions that may be elsewhere than at the source: somebody moved it in the share.</summary>
    internal string? DrivePath { get; set; }

    /// <summary>All of it that can change.</summary>
    internal MirroredDirectoryState State
    {
        get => new(RowId, FolderId, IsBlocked, IsPlaced, DrivePath);
        set => (RowId, FolderId, IsBlocked, IsPlaced, DrivePath) = (value.RowId, value.FolderId, value.IsBlocked, value.IsPlaced, value.DrivePath);
    }

    internal bool IsAtOrBelow(long directoryId)
    {
        for (var directory = this; directory is not null; directory = directory.Parent)
        {
            if (directory.RowId == directoryId)
                return true;
        }

        return false;
    }
}

/// <summary>What is known of a <see cref="MirroredDirectory"/> at one time.</summary>
internal readonly record struct MirroredDirectoryState(long? RowId, string? FolderId, bool IsBlocked, bool IsPlaced, string? DrivePath);
