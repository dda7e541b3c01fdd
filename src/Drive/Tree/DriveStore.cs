using Npgsql;
using ScaiDrive.Drive.Users;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>The tenant's truth: reads it, and opens the way to change it.</summary>
/// <remarks>Every look-up is confined to the tenant: an id of another tenant is as unknown as one that never was. Safe for any
/// number of threads.</remarks>
public sealed class DriveStore(
    Database dataSource, ContentStore content, IEnumerable<IChangeListener> listeners, TimeProvider time)
{
    /// <summary>The only tenant where no identity provider is configured.</summary>
    public const string LocalTenantId = "tnt_local";

    /// <summary>Its only user, an administrator.</summary>
    public const string LocalUserId = "usr_local";

    /// <summary>Most entries on one page of a listing of children.</summary>
    public const int MaxChildrenPerPage = 1000;

    /// <summary>Most rows of one call of <see cref="ReadChangesAsync"/>.</summary>
    public const int MaxChangesPerRead = 5000;

    private readonly IReadOnlyList<IChangeListener> listeners = [.. listeners];

    /// <summary>Makes the local tenant and user unless they exist.</summary>
    public async Task<Caller> EnsureLocalTenantAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = transaction.Batch()
            .Then(ItemSql.EnsureTenant, Arg.Of(LocalTenantId), Arg.Of("Local"))
            .Then(ItemSql.EnsureUser, Arg.Of(LocalTenantId), Arg.Of(LocalUserId), Arg.Of("Local administrator"), Arg.Of(AdminRoles.TenantAdmin)))
            await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Caller(LocalTenantId, LocalUserId, IsAdmin: true);
    }

    /// <summary>The tenant, or null.</summary>
    public Task<Tenant?> FindTenantAsync(string tenantId, CancellationToken cancellationToken) => ItemRows.FirstAsync(
        dataSource.Command(ItemSql.FindTenant, Arg.Of(tenantId)),
        row => new Tenant(row.GetString(0), row.GetString(1), row.GetInt64(2)),
        cancellationToken);

    /// <summary>A writer inside the caller's transaction.</summary>
    /// <param name="tx">Open, READ COMMITTED; the caller commits it after <see cref="DriveWriter.CompleteAsync"/>.</param>
    /// <param name="tenantId">Whose data is changed.</param>
    /// <param name="actorId">Who changes it, <c>usr_…</c>.</param>
    /// <param name="origin">Where the changes come from.</param>
    public DriveWriter Write(NpgsqlTransaction tx, string tenantId, string actorId, ChangeOrigin origin) =>
        new(tx, tenantId, actorId, origin, content, listeners, time);

    /// <summary>The share, in the trash or not; or null.</summary>
    public Task<Share?> FindShareAsync(string tenantId, string shareId, CancellationToken cancellationToken) => ItemRows.FirstAsync(
        dataSource.Command(ItemSql.FindShare, Arg.Of(tenantId), Arg.Of(shareId)), ItemRows.Share, cancellationToken);

    /// <summary>All live shares, by name.</summary>
    public async Task<IReadOnlyList<Share>> ListSharesAsync(string tenantId, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(dataSource.Command(ItemSql.ListShares, Arg.Of(tenantId)), ItemRows.Share, cancellationToken);

    /// <summary>The folder, in the trash or not; or null.</summary>
    public Task<DriveFolder?> FindFolderAsync(string tenantId, string folderId, CancellationToken cancellationToken) => ItemRows.FirstAsync(
        dataSource.Command(ItemSql.FindFolder, Arg.Of(tenantId), Arg.Of(folderId)), ItemRows.Folder, cancellationToken);

    /// <summary>Those of the folders that are live, in no order.</summary>
    public async Task<IReadOnlyList<DriveFolder>> FindFoldersAsync(
        string tenantId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? []
            : await ItemRows.AllAsync(
                dataSource.Command(ItemSql.FindLiveFolders, Arg.Of(tenantId), Arg.Of([.. ids])), ItemRows.Folder, cancellationToken);

    /// <summary>The live folder at a path such as <c>/a/b</c>, or null; the root of a share has none.</summary>
    /// <exception cref="InvalidNameException">No folder could have such a path.</exception>
    public async Task<DriveFolder?> FindFolderByPathAsync(string tenantId, string shareId, string path, CancellationToken cancellationToken)
    {
        var names = ItemPath.Split(path);
        var step = 0;
        var folder = await ItemRows.FirstAsync(
            dataSource.Command(ItemSql.WalkFolders, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(names)),
            row =>
            {
                step = row.GetInt32(12);
                return ItemRows.Folder(row);
            },
            cancellationToken);
        return step == names.Length ? folder : null;
    }

    /// <summary>The file, in the trash or not; or null.</summary>
    public Task<DriveFile?> FindFileAsync(string tenantId, string fileId, CancellationToken cancellationToken) => ItemRows.FirstAsync(
        dataSource.Command(ItemSql.FindFile, Arg.Of(tenantId), Arg.Of(fileId)), ItemRows.File, cancellationToken);

    /// <summary>Those of the files that are live, in no order.</summary>
    public async Task<IReadOnlyList<DriveFile>> FindFilesAsync(
        string tenantId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? []
            : await ItemRows.AllAsync(
                dataSource.Command(ItemSql.FindLiveFiles, Arg.Of(tenantId), Arg.Of([.. ids])), ItemRows.File, cancellationToken);

    /// <summary>A page of the tenant's live files in the order of their ids.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="afterId">The last one of the page before; empty from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<DriveFile>> ListFilesAsync(string tenantId, string afterId, int limit, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(
            dataSource.Command(ItemSql.LiveFilesAfter, Arg.Of(tenantId), Arg.Of(afterId), Arg.Of(limit)), ItemRows.File, cancellationToken);

    /// <summary>The live file at a path such as <c>/a/b.txt</c>, or null.</summary>
    /// <exception cref="InvalidNameException">No item could have such a path.</exception>
    public Task<DriveFile?> FindFileByPathAsync(string tenantId, string shareId, string path, CancellationToken cancellationToken) =>
        ItemRows.FirstAsync(
            dataSource.Command(ItemSql.FindFileByPath, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(ItemPath.Split(path))),
            ItemRows.File,
            cancellationToken);

    /// <summary>The file in the trash that was at a path last, or null.</summary>
    /// <exception cref="InvalidNameException">No item could have such a path.</exception>
    public Task<DriveFile?> FindTrashedByPathAsync(string tenantId, string shareId, string path, CancellationToken cancellationToken) =>
        ItemRows.FirstAsync(
            dataSource.Command(ItemSql.FindTrashedByPath, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(ItemPath.Split(path))),
            ItemRows.File,
            cancellationToken);

    /// <summary>When an item went to the trash; null when it is not there.</summary>
    public async Task<DateTimeOffset?> FindDeletedAtAsync(string tenantId, string id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(ItemSql.DeletedAt, Arg.Of(tenantId), Arg.Of(id));
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at) : null;
    }

    /// <summary>A user of the tenant who may sign in, or null.</summary>
    public async Task<Caller?> FindCallerAsync(string tenantId, string userId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(ItemSql.FindUser, Arg.Of(tenantId), Arg.Of(userId));
        return await command.ExecuteScalarAsync(cancellationToken) is bool isAdmin ? new Caller(tenantId, userId, isAdmin) : null;
    }

    /// <summary>One page of a folder.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="shareId">The share.</param>
    /// <param name="folderId">A folder of it; null for its root.</param>
    /// <param name="includeDeleted">Also what is in the trash, and also of a folder that is.</param>
    /// <param name="limit">1 to <see cref="MaxChildrenPerPage"/>.</param>
    /// <param name="offset">How many to pass over. Live entries come from an index in their order.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="ItemNotFoundException">No such share, or no such folder in it.</exception>
    /// <exception cref="ItemDeletedException">It is in the trash and <paramref name="includeDeleted"/> is false.</exception>
    public Task<ChildrenPage> ListChildrenAsync(
        string tenantId, string shareId, string? folderId, bool includeDeleted, int limit, int offset, CancellationToken cancellationToken) =>
        ListChildrenAsync(tenantId, shareId, folderId, includeDeleted, null, limit, offset, cancellationToken);

    /// <summary>The same of those entries that somebody may see (<see cref="AccessControl.ChildrenOfAsync"/>); the total counts only those.</summary>
    public async Task<ChildrenPage> ListChildrenAsync(
        string tenantId, string shareId, string? folderId, bool includeDeleted, ChildrenFilter? filter, int limit, int offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxChildrenPerPage);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var share = await FindShareAsync(tenantId, shareId, cancellationToken) ?? throw new ItemNotFoundException(shareId);
        var folder = folderId is null ? null : await FindFolderAsync(tenantId, folderId, cancellationToken);
        if (folderId is not null && folder?.ShareId != shareId)
            throw new ItemNotFoundException(folderId);
        if (!includeDeleted && (share.IsDeleted || folder is { IsDeleted: true }))
            throw new ItemDeletedException(folderId ?? shareId);

        var children = new ChildrenQuery(dataSource, tenantId, folderId ?? shareId, includeDeleted, filter);
        var items = await children.ListAsync(limit, offset, cancellationToken);
        // A page that is not full ends the folder: then the total is known.
        return new ChildrenPage(
            items, folder?.Path ?? "/",
            items.Count < limit && (items.Count > 0 || offset == 0) ? offset + items.Count : await children.CountAsync(cancellationToken));
    }

    /// <summary>The bytes of a file, seekable.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="fileId">A live file.</param>
    /// <param name="version">Null for the newest.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="ItemNotFoundException">No such file or version.</exception>
    /// <exception cref="ItemDeletedException">The file is in the trash.</exception>
    /// <exception cref="ContentMissingException">Stored bytes are absent.</exception>
    public async Task<Stream> OpenContentAsync(string tenantId, string fileId, int? version, CancellationToken cancellationToken)
    {
        var found = await ItemRows.FirstAsync(
            dataSource.Command(ItemSql.FindVersionContent, Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(version)), ReadChunks, cancellationToken)
            ?? throw new ItemNotFoundException(fileId);
        if (found.IsDeleted)
            throw new ItemDeletedException(fileId);
        return content.OpenRead(tenantId, found.Chunks, read => DriveMetrics.BytesDownloaded(tenantId, read));
    }

    /// <summary>Bytes by what they are, seekable: of any version of any file of the tenant, in the trash or not. Not counted as a
    /// download.</summary>
    /// <exception cref="ContentMissingException">No version has this content any more, or stored bytes are absent.</exception>
    public async Task<Stream> OpenContentByHashAsync(string tenantId, string contentHash, CancellationToken cancellationToken)
    {
        var found = await ItemRows.FirstAsync(
            dataSource.Command(ItemSql.FindContentByHash, Arg.Of(tenantId), Arg.Of(contentHash)), ReadChunks, cancellationToken)
            ?? throw new ContentMissingException(contentHash, "is not the content of any version");
        return content.OpenRead(tenantId, found.Chunks);
    }

#pragma warning disable CA1822 // The transaction already names the database, but callers reach these through the store they were given.
    /// <summary>Whether the file is live and its newest version has this content. If so, it stays so until the transaction ends,
    /// and no other transaction that asked the same about this file is under way.</summary>
    public async Task<bool> IsCurrentAsync(
        NpgsqlTransaction tx, string tenantId, string fileId, string contentHash, CancellationToken cancellationToken)
    {
        await using var command = tx.Command(ItemSql.IsCurrent, Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(contentHash));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Which of the files are live. They stay so until the transaction ends.</summary>
    public async Task<IReadOnlyList<string>> HoldLiveAsync(
        NpgsqlTransaction tx, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken)
    {
        await using var command = tx.Command(ItemSql.HoldLive, Arg.Of(tenantId), Arg.Of(fileIds.ToArray()));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var live = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            live.Add(rows.GetString(0));
        return live;
    }

    /// <summary>Those of the files that are live, as they are until the transaction ends: nobody changes, renames, moves or deletes
    /// them or a folder above them.</summary>
    public async Task<IReadOnlyList<DriveFile>> HoldFilesAsync(
        NpgsqlTransaction tx, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken)
    {
        string[] ids = [.. fileIds];
        await using (var trees = tx.Command(ItemSql.LockTreesOfItems, Arg.Of(tenantId), Arg.Of(ids)))
            await trees.ExecuteNonQueryAsync(cancellationToken);
        var live = await HoldLiveAsync(tx, tenantId, ids, cancellationToken);
        return await ItemRows.AllAsync(tx.Command(ItemSql.FindLiveFiles, Arg.Of(tenantId), Arg.Of([.. live])), ItemRows.File, cancellationToken);
    }

    /// <summary>Notes when this content of the file got its vectors; nothing happens if the file has other content by now.</summary>
    public async Task MarkVectorizedAsync(
        NpgsqlTransaction tx, string tenantId, string fileId, string contentHash, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = tx.Command(
            ItemSql.MarkVectorized, Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(contentHash), Arg.Of(at.ToStored()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
#pragma warning restore CA1822

    /// <summary>Number of the newest change of the tenant; 0 when there is none.</summary>
    public async Task<long> LastChangeNumberAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(ChangeSql.Last, Arg.Of(tenantId));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The change log after a position, oldest first. A reader that goes on from the last number it got misses nothing.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="after">Number of the last change seen; 0 for all.</param>
    /// <param name="limit">1 to <see cref="MaxChangesPerRead"/>.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<Change>> ReadChangesAsync(string tenantId, long after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxChangesPerRead);
        return await ChangeLog.ReadAsync(
            dataSource.Command(ChangeSql.Read, Arg.Of(tenantId), Arg.Of(after), Arg.Of(limit)), cancellationToken);
    }

    private static VersionContent ReadChunks(NpgsqlDataReader row)
    {
        var hashes = row.GetFieldValue<string[]>(1);
        var sizes = row.GetFieldValue<int[]>(2);
        return new VersionContent(row.GetBoolean(0), [.. hashes.Zip(sizes, (hash, size) => new ContentChunk(hash, size))]);
    }

    private sealed record VersionContent(bool IsDeleted, IReadOnlyList<ContentChunk> Chunks);
}
