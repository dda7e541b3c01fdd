using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>One folder of the share on the way of the push, with the directory of the source that stands for it.</summary>
internal sealed class PushFrame(SyncPass pass, PushFrame? parent, string? folderId, long? rowId, string path)
{
    private IReadOnlyList<PushItem> page = [];
    private Dictionary<string, Occupant>? names;
    private int next;
    private int offset;
    private bool isLastPage;

    internal PushFrame? Parent => parent;

    /// <summary>Null for the root of the share.</summary>
    internal string? FolderId => folderId;

    /// <summary>Null until the directory is made at the source.</summary>
    internal long? RowId { get; set; } = rowId;

    /// <summary>At the source.</summary>
    internal string Path => path;

    /// <summary>The next item of the share, folders first; null at the end.</summary>
    internal async Task<PushItem?> NextAsync(CancellationToken cancellationToken)
    {
        if (next == page.Count && !isLastPage)
            await ReadAsync(cancellationToken);
        return next < page.Count ? page[next++] : null;
    }

    /// <summary>What has a name at the source, by the rules of the source. Memory: the names of this directory, once something new is to go there.</summary>
    internal async Task<Dictionary<string, Occupant>> NamesAsync(NameRules rules, CancellationToken cancellationToken)
    {
        if (names is not null)
            return names;
        var found = new Dictionary<string, Occupant>(StringComparer.Ordinal);
        var after = "";
        while (RowId is { } id && await pass.Snapshot.PageAsync(id, after, pass.Options.SnapshotPage, cancellationToken) is { Count: > 0 } rows)
        {
            after = rows[^1].Name;
            foreach (var row in rows.Where(row => !row.IsParked))
                found[rules.Fold(row.Name)] = new Occupant(row.Id, row.FileId ?? row.FolderId);
        }

        return names = found;
    }

    /// <summary>Another entry has come, or gone.</summary>
    internal void ForgetNames() => names = null;

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var connector = pass.Connector;
        var limit = Math.Min(pass.Options.SnapshotPage, DriveStore.MaxChildrenPerPage);
        IReadOnlyList<ChildItem> children;
        try
        {
            children = (await pass.Drive.ListChildrenAsync(
                connector.TenantId, connector.TargetShareId, folderId, includeDeleted: false, limit, offset, cancellationToken)).Items;
        }
        catch (DriveException fault) when (fault is ItemDeletedException or ItemNotFoundException)
        {
            // Deleted meanwhile; the next pass sees it.
            children = [];
        }

        offset += children.Count;
        (next, isLastPage) = (0, children.Count < limit);
        var folderIds = children.Where(child => child.Kind == ItemKind.Folder).Select(child => child.Id).ToArray();
        var fileIds = children.Where(child => child.Kind == ItemKind.File).Select(child => child.Id).ToArray();
        var folderRows = folderIds.Length == 0 ? [] : (await pass.Snapshot.OfFoldersAsync(folderIds, cancellationToken)).ToDictionary(row => row.FolderId!);
        var fileRows = fileIds.Length == 0 ? [] : (await pass.Snapshot.OfFilesAsync(fileIds, cancellationToken)).ToDictionary(row => row.FileId!);
        var files = (await pass.Drive.FindFilesAsync(connector.TenantId, fileIds, cancellationToken)).ToDictionary(file => file.Id);
        var taken = await pass.Snapshot.TakenElsewhereAsync([.. fileIds.Where(id => !fileRows.ContainsKey(id))], cancellationToken);
        page =
        [
            .. children.Where(child => child.Kind == ItemKind.Folder || files.ContainsKey(child.Id)).Select(child => child.Kind == ItemKind.Folder
                ? new PushItem(child.Id, child.Name, null, folderRows.GetValueOrDefault(child.Id))
                : new PushItem(child.Id, files[child.Id].Name, files[child.Id], fileRows.GetValueOrDefault(child.Id), taken.Contains(child.Id))),
        ];
    }
}

/// <summary>One item of the share, and what the source has of it.</summary>
/// <param name="Id">Of the file or folder.</param>
/// <param name="Name">In the share.</param>
/// <param name="File">Null for a folder.</param>
/// <param name="Row">Null when the source has nothing of it.</param>
/// <param name="IsTaken">It is mirrored by another connector.</param>
internal sealed record PushItem(string Id, string Name, DriveFile? File, SnapshotRow? Row, bool IsTaken = false);

/// <summary>What has a name at the source.</summary>
/// <param name="RowId">Null when it is only about to be written.</param>
/// <param name="ItemId">What it stands for in the share.</param>
internal sealed record Occupant(long? RowId, string? ItemId);
