using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Changes one tenant's data inside the caller's transaction, and remembers every change for the log.</summary>
/// <remarks>
/// <para>End with <see cref="CompleteAsync"/>, then commit at once. Not thread-safe. The transaction must be READ COMMITTED (the
/// default), and short: store the bytes first, with <see cref="ContentStore.WriteAsync"/>.</para>
/// <para>Every method throws <see cref="ItemNotFoundException"/> for an id this tenant does not have, and
/// <see cref="ItemDeletedException"/> for one in the trash. After those, a name conflict, or any other
/// <see cref="DriveException"/>, the transaction is still usable.</para>
/// <para>Writers of one share run side by side, but for two that move or delete folders. A transaction that changes files and then
/// moves or deletes a folder may meet another that does the same: PostgreSQL then ends one with SQLSTATE 40P01, to be
/// tried again. Do the folders first.</para>
/// </remarks>
public sealed partial class DriveWriter
{
    private readonly NpgsqlTransaction tx;
    private readonly string tenantId;
    private readonly string actorId;
    private readonly ContentStore content;
    private readonly IReadOnlyList<IChangeListener> listeners;
    private readonly TimeProvider time;
    private readonly PendingChanges changes;
    private bool isComplete;

    internal DriveWriter(
        NpgsqlTransaction tx, string tenantId, string actorId, ChangeOrigin origin, ContentStore content,
        IReadOnlyList<IChangeListener> listeners, TimeProvider time)
    {
        (this.tx, this.tenantId, this.actorId, this.content, this.listeners, this.time) = (tx, tenantId, actorId, content, listeners, time);
        changes = new PendingChanges(tx, tenantId, actorId, origin);
    }

    /// <summary>Who may read, at their source, the files that this writer makes, and those without a list of their own that it gives another content;
    /// null (default): the source says nothing. So a file is never readable before it is known who may read it.</summary>
    public long? SourceAclOfNewFiles { get; set; }

    private DateTimeOffset Now => time.GetUtcNow().ToStored();

    /// <summary>The central share of this name; made, and owned by the actor, when there is none.</summary>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    public async Task<Share> EnsureShareAsync(string name, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var normal = ItemName.Normalize(name);
        if (await FindAsync() is { } existing)
            return existing;

        var now = Now;
        var share = new Share(PrefixedId.New("shr"), tenantId, normal, null, "central", actorId, false, false, null, now, now);
        await using var insert = tx.Command(
            ItemSql.InsertShare, Arg.Of(tenantId), Arg.Of(share.Id), Arg.Of(normal), Arg.Of(actorId), Arg.Of(now));
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
            return await FindAsync() ?? throw new NameConflictException(normal);
        changes.Add(share, ChangeKind.Created);
        return share;

        Task<Share?> FindAsync() => ItemRows.FirstAsync(
            tx.Command(ItemSql.FindCentralShare, Arg.Of(tenantId), Arg.Of(normal)), ItemRows.Share, cancellationToken);
    }

    /// <summary>The folder at this path, made with all that is missing above it; null for the root, <c>/</c>.</summary>
    /// <exception cref="InvalidNameException">A name on the way cannot be stored.</exception>
    /// <exception cref="NameConflictException">A name on the way is that of a file.</exception>
    /// <exception cref="PathTooLongException">See <see cref="ItemPath.MaxBytes"/>.</exception>
    public async Task<DriveFolder?> EnsureFolderAsync(string shareId, string path, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var names = ItemPath.Split(path);
        await EnterAsync(shareId, null, null, cancellationToken);
        var step = 0;
        var folder = await ItemRows.FirstAsync(
            tx.Command(ItemSql.WalkFolders, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(names)),
            row =>
            {
                step = row.GetInt32(12);
                return ItemRows.Folder(row);
            },
            cancellationToken);
        for (; step < names.Length; step++)
        {
            folder = await InsertFolderAsync(shareId, folder, names[step], cancellationToken)
                ?? await ItemRows.FirstAsync(
                    tx.Command(ItemSql.FindChildFolder, Arg.Of(tenantId), Arg.Of(folder?.Id ?? shareId), Arg.Of(names[step])),
                    ItemRows.Folder,
                    cancellationToken)
                ?? throw new NameConflictException(names[step]);
        }

        return folder;
    }

    /// <summary>Makes a folder.</summary>
    /// <param name="shareId">A live share.</param>
    /// <param name="parentId">A live folder of it; null for its root.</param>
    /// <param name="name">See <see cref="ItemName"/>.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    /// <exception cref="NameConflictException">The parent has a live item of this name.</exception>
    /// <exception cref="PathTooLongException">See <see cref="ItemPath.MaxBytes"/>.</exception>
    public async Task<DriveFolder> CreateFolderAsync(string shareId, string? parentId, string name, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var normal = ItemName.Normalize(name);
        var parent = await EnterAsync(shareId, parentId, null, cancellationToken);
        return await InsertFolderAsync(shareId, parent, normal, cancellationToken) ?? throw new NameConflictException(normal);
    }

    /// <summary>Makes a file, version 1.</summary>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    /// <exception cref="NameConflictException">The folder has a live item of this name.</exception>
    /// <exception cref="ContentVanishedException">The content was collected meanwhile; write it again.</exception>
    public async Task<DriveFile> CreateFileAsync(NewFile file, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var name = ItemName.Normalize(file.Name);
        var parent = await EnterAsync(file.ShareId, file.FolderId, file.Content, cancellationToken);
        var now = Now;
        var created = new DriveFile(
            PrefixedId.New("fil"), tenantId, file.ShareId, file.FolderId, name, ItemPath.OfFile(parent?.Path, name), file.MimeType,
            file.Content.SizeBytes, file.Content.Sha256, 1, actorId, actorId, actorId, now, file.ModifiedAt.ToStored(), false, null)
        {
            SourceAclId = SourceAclOfNewFiles,
        };
        var versionId = PrefixedId.New("ver");
        await using var insert = tx.Command(
            ItemSql.InsertFile, Arg.Of(tenantId), Arg.Of(created.Id), Arg.Of(file.ShareId), Arg.Of(file.FolderId ?? file.ShareId), Arg.Of(name),
            Arg.Of(created.MimeType), Arg.Of(created.SizeBytes), Arg.Of(created.ChecksumSha256), Arg.Of(actorId), Arg.Of(now),
            Arg.Of(created.ModifiedAt), Arg.Of(versionId), Hashes(file.Content), Sizes(file.Content), Arg.Of(created.SourceAclId));
        if ((long)(await insert.ExecuteScalarAsync(cancellationToken))! == 0)
            throw new NameConflictException(name);
        changes.Add(created, ChangeKind.Created, null, versionId);
        return created;
    }

    /// <summary>Makes many files of one share, version 1 each, for the price of a few.</summary>
    /// <returns>What became of each, in the order asked for. A name that is taken, or cannot be stored, a folder that is not there, or content that was
    /// collected meanwhile refuses that file alone. Of two that ask for the same name the first gets it.</returns>
    /// <param name="shareId">A live share, that of every file.</param>
    /// <param name="files">What to make.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    /// <exception cref="ArgumentException">A file is for another share.</exception>
    public async Task<IReadOnlyList<FileOutcome>> CreateFilesAsync(string shareId, IReadOnlyList<NewFile> files, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        ArgumentNullException.ThrowIfNull(files);
        if (files.Any(file => file.ShareId != shareId))
            throw new ArgumentException("All files must be for the same share.", nameof(files));
        return files.Count == 0 ? [] : await new FileCreation(tx, tenantId, actorId, SourceAclOfNewFiles, content, changes).CreateAsync(shareId, files, Now, cancellationToken);
    }

    /// <summary>Gives a file new content as its next version.</summary>
    /// <remarks>The bytes it already has never make a version. If only the type or the date differ, those are changed in place,
    /// announced as <see cref="ChangeKind.Updated"/> under the same version; if nothing differs, nothing happens.</remarks>
    /// <exception cref="ContentVanishedException">The content was collected meanwhile; write it again.</exception>
    public async Task<DriveFile> AddVersionAsync(
        string fileId, StoredContent c, string mimeType, DateTimeOffset modifiedAt, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var (file, versionId) = await LockLiveFileAsync(fileId, c, cancellationToken);
        var modified = modifiedAt.ToStored();
        if (file.SourceAclId is null && SourceAclOfNewFiles is { } acl)
        {
            await SetSourceAclsAsync([new(fileId, acl)], cancellationToken);
            file = file with { SourceAclId = acl };
        }

        if (file.ChecksumSha256 == c.Sha256)
        {
            if (file.MimeType == mimeType && file.ModifiedAt == modified)
                return file;
            await ExecuteAsync(
                ItemSql.UpdateFileProperties, cancellationToken,
                Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(mimeType), Arg.Of(modified), Arg.Of(actorId));
            file = file with { MimeType = mimeType, ModifiedAt = modified, ModifiedBy = actorId };
            changes.Add(file, ChangeKind.Updated, file.Path, versionId);
            return file;
        }

        file = file with
        {
            Version = file.Version + 1,
            MimeType = mimeType,
            SizeBytes = c.SizeBytes,
            ChecksumSha256 = c.Sha256,
            ModifiedAt = modified,
            ModifiedBy = actorId,
            VectorizedAt = null,
        };
        versionId = PrefixedId.New("ver");
        await ExecuteAsync(
            ItemSql.InsertVersion, cancellationToken,
            Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(file.Version), Arg.Of(mimeType), Arg.Of(c.SizeBytes), Arg.Of(c.Sha256), Arg.Of(actorId),
            Arg.Of(Now), Arg.Of(modified), Arg.Of(versionId), Hashes(c), Sizes(c));
        changes.Add(file, ChangeKind.Updated, file.Path, versionId);
        return file;
    }

    /// <summary>Moves or renames a file within its share; nothing happens when it is there already.</summary>
    /// <param name="fileId">A live file.</param>
    /// <param name="folderId">A live folder of the same share; null for its root.</param>
    /// <param name="name">See <see cref="ItemName"/>.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    /// <exception cref="NameConflictException">The folder has another live item of this name.</exception>
    /// <exception cref="InvalidMoveException">The folder belongs to another share.</exception>
    public async Task<DriveFile> MoveFileAsync(string fileId, string? folderId, string name, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var normal = ItemName.Normalize(name);
        var (file, versionId) = await LockLiveFileAsync(fileId, null, cancellationToken);
        if (file.FolderId == folderId && file.Name == normal)
            return file;

        var parent = await FindTargetAsync(fileId, file.ShareId, folderId, cancellationToken);
        await RenameAsync(
            normal, ItemSql.RenameFile, cancellationToken,
            Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(folderId ?? file.ShareId), Arg.Of(normal), Arg.Of(actorId));
        var moved = file with { FolderId = folderId, Name = normal, Path = ItemPath.OfFile(parent?.Path, normal), ModifiedBy = actorId };
        changes.Add(moved, file.FolderId == folderId ? ChangeKind.Renamed : ChangeKind.Moved, file.Path, versionId);
        return moved;
    }

    /// <summary>Puts a file into the trash, or removes it with all its versions.</summary>
    /// <param name="fileId">A live file; when permanent, also one in the trash, which announces nothing further.</param>
    /// <param name="permanent">Cannot be undone. The chunks go with the next collection.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    public async Task DeleteFileAsync(string fileId, bool permanent, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var (file, versionId) = await LockFileAsync(fileId, null, cancellationToken);
        if (permanent)
            await ExecuteAsync(ItemSql.DeleteFile, cancellationToken, Arg.Of(tenantId), Arg.Of(fileId));
        else if (file.IsDeleted)
            throw new ItemDeletedException(fileId);
        else
            await ExecuteAsync(ItemSql.TrashFile, cancellationToken, Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(Now), Arg.Of(actorId));
        if (!file.IsDeleted)
            changes.Add(file with { IsDeleted = true, ModifiedBy = actorId }, ChangeKind.Deleted, file.Path, versionId);
    }

    /// <summary>Moves or renames a folder within its share, with all that is in it; nothing happens when it is there already.</summary>
    /// <remarks>Announced for the folder and everything live below it. No other writer of the share runs until the commit.</remarks>
    /// <param name="folderId">A live folder.</param>
    /// <param name="parentId">A live folder of the same share; null for its root.</param>
    /// <param name="name">See <see cref="ItemName"/>.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    /// <exception cref="NameConflictException">The parent has another live item of this name.</exception>
    /// <exception cref="InvalidMoveException">Into itself, below itself, or into another share.</exception>
    /// <exception cref="PathTooLongException">For it or a folder below it; see <see cref="ItemPath.MaxBytes"/>.</exception>
    public async Task MoveFolderAsync(string folderId, string? parentId, string name, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var normal = ItemName.Normalize(name);
        var folder = await LockFolderAsync(folderId, cancellationToken);
        if (folder.IsDeleted)
            throw new ItemDeletedException(folderId);
        if (folder.ParentId == parentId && folder.Name == normal)
            return;

        var parent = await FindTargetAsync(folderId, folder.ShareId, parentId, cancellationToken);
        if (parent is not null && (parent.Id == folderId || parent.Path.StartsWith(folder.Path + "/", StringComparison.Ordinal)))
            throw new InvalidMoveException(folderId, "into or below itself");

        var path = ItemPath.OfFolder(parent?.Path, normal);
        await RenameAsync(
            normal, ItemSql.MoveFolder, cancellationToken,
            Arg.Of(tenantId), Arg.Of(folderId), Arg.Of(parentId ?? folder.ShareId), Arg.Of(normal), Arg.Of(path), Arg.Of(folder.Path),
            Arg.Of(actorId), Arg.Of(Now));
        var kind = folder.ParentId == parentId ? ChangeKind.Renamed : ChangeKind.Moved;
        changes.AddStaged(await ExecuteAsync(
            ItemSql.StageMovedTree, cancellationToken,
            Arg.Of(tenantId), Arg.Of(folderId), Arg.Of(changes.WriterId), Arg.Of(changes.LastOrdinal), Arg.Of(ChangeLog.Text(kind)),
            Arg.Of(folder.Path), Arg.Of(path)));
    }

    /// <summary>Puts a folder and all that is in it into the trash, or removes it with all that is or was in it.</summary>
    /// <remarks>Announced for the folder and everything live below it, the deepest first. No other writer of the share runs until
    /// the commit.</remarks>
    /// <param name="folderId">A live folder; when permanent, also one in the trash, which announces nothing further.</param>
    /// <param name="permanent">Cannot be undone. The chunks go with the next collection.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    public async Task DeleteFolderAsync(string folderId, bool permanent, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var folder = await LockFolderAsync(folderId, cancellationToken);
        if (folder.IsDeleted && !permanent)
            throw new ItemDeletedException(folderId);
        NpgsqlParameter[] parameters =
            [Arg.Of(tenantId), Arg.Of(folderId), Arg.Of(changes.WriterId), Arg.Of(changes.LastOrdinal), Arg.Of(actorId)];
        changes.AddStaged(permanent
            ? await ExecuteAsync(ItemSql.DeleteTree, cancellationToken, parameters)
            : await ExecuteAsync(ItemSql.TrashTree, cancellationToken, [.. parameters, Arg.Of(Now)]));
    }

    /// <summary>A folder as it is, and as it stays until the commit: no other writer of the share runs until then.</summary>
    /// <param name="folderId">A folder, also one in the trash.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    /// <exception cref="ItemNotFoundException">There is no such folder.</exception>
    public Task<DriveFolder> HoldFolderAsync(string folderId, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        return LockFolderAsync(folderId, cancellationToken);
    }

    /// <summary>Says who may read files at their source. Files that have that list already, and unknown ones, are passed over.</summary>
    /// <remarks>Announced as <see cref="ChangeKind.Permissions"/>; nothing else about the files changes, not even their date.</remarks>
    /// <param name="acls">For each file a list of <see cref="SourceAcls"/>; null when its source says nothing any more.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    public async Task SetSourceAclsAsync(IReadOnlyCollection<KeyValuePair<string, long?>> acls, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        ArgumentNullException.ThrowIfNull(acls);
        string[] ids = [.. acls.Select(acl => acl.Key)];
        await ExecuteAsync(ItemSql.LockTreesOfItems, cancellationToken, Arg.Of(tenantId), Arg.Of(ids));
        changes.AddStaged(await ExecuteAsync(
            ItemSql.SetSourceAcls, cancellationToken,
            Arg.Of(tenantId), Arg.Of(ids), Arg.Of([.. acls.Select(acl => acl.Value)]), Arg.Of(changes.WriterId), Arg.Of(changes.LastOrdinal)));
    }

    /// <summary>Numbers the changes, writes them to the log and tells the listeners. Must come last before the commit: from here on
    /// every other writer of the tenant waits at the same point.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        isComplete = true;
        await changes.WriteAsync(listeners, Now, cancellationToken);
    }

    private void ThrowIfComplete()
    {
        if (isComplete)
            throw new InvalidOperationException("This writer is complete; commit its transaction and begin another.");
    }

    private static NpgsqlParameter Hashes(StoredContent content) => Arg.Of([.. content.Chunks.Select(chunk => chunk.Sha256)]);

    private static NpgsqlParameter Sizes(StoredContent content) => Arg.Of([.. content.Chunks.Select(chunk => chunk.SizeBytes)]);

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = tx.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes sure that share and folder stay what they are until commit, and the content too. Answers the folder; null for the root.</summary>
    private async Task<DriveFolder?> EnterAsync(
        string shareId, string? folderId, StoredContent? incoming, CancellationToken cancellationToken)
    {
        DriveFolder? folder = null;
        await using (var batch = tx.Batch().Then(ItemSql.LockTreeShared, Arg.Of(tenantId), Arg.Of(shareId)))
        {
            if (incoming is not null)
                batch.Then(ContentSql.LockShared, Arg.Of(tenantId));
            batch.Then(ItemSql.FindShare, Arg.Of(tenantId), Arg.Of(shareId));
            if (folderId is not null)
                batch.Then(ItemSql.FindFolder, Arg.Of(tenantId), Arg.Of(folderId));
            await using var results = await batch.ExecuteReaderAsync(cancellationToken);
            await results.NextResultAsync(cancellationToken);
            if (incoming is not null)
                await results.NextResultAsync(cancellationToken);
            var share = await results.ReadAsync(cancellationToken) ? ItemRows.Share(results) : throw new ItemNotFoundException(shareId);
            if (share.IsDeleted)
                throw new ItemDeletedException(shareId);
            if (folderId is not null)
            {
                await results.NextResultAsync(cancellationToken);
                folder = await results.ReadAsync(cancellationToken) ? ItemRows.Folder(results) : null;
                if (folder?.ShareId != shareId)
                    throw new ItemNotFoundException(folderId);
                if (folder.IsDeleted)
                    throw new ItemDeletedException(folderId);
            }
        }

        content.RequireOnDisk(tenantId, incoming);
        return folder;
    }

    /// <summary>Where an item is to go; null for the root. The tree is locked.</summary>
    private async Task<DriveFolder?> FindTargetAsync(string itemId, string shareId, string? folderId, CancellationToken cancellationToken)
    {
        if (folderId is null)
            return null;
        var folder = await ItemRows.FirstAsync(
            tx.Command(ItemSql.FindFolder, Arg.Of(tenantId), Arg.Of(folderId)), ItemRows.Folder, cancellationToken)
            ?? throw new ItemNotFoundException(folderId);
        if (folder.ShareId != shareId)
            throw new InvalidMoveException(itemId, "into another share");
        return folder.IsDeleted ? throw new ItemDeletedException(folderId) : folder;
    }

    private async Task<(DriveFile File, string VersionId)> LockLiveFileAsync(
        string fileId, StoredContent? incoming, CancellationToken cancellationToken)
    {
        var found = await LockFileAsync(fileId, incoming, cancellationToken);
        return found.File.IsDeleted ? throw new ItemDeletedException(fileId) : found;
    }

    /// <summary>Makes other writers of this file wait, and reads it as the last of them left it.</summary>
    private async Task<(DriveFile File, string VersionId)> LockFileAsync(
        string fileId, StoredContent? incoming, CancellationToken cancellationToken)
    {
        await using (var batch = tx.Batch().Then(ItemSql.LockTreeOfItemShared, Arg.Of(tenantId), Arg.Of(fileId)))
        {
            if (incoming is not null)
                batch.Then(ContentSql.LockShared, Arg.Of(tenantId));
            batch.Then(ItemSql.LockItem, Arg.Of(tenantId), Arg.Of(fileId));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        content.RequireOnDisk(tenantId, incoming);
        return await ItemRows.FirstAsync(
            tx.Command(ItemSql.FindFileAndVersion, Arg.Of(tenantId), Arg.Of(fileId)),
            row => Tuple.Create(ItemRows.File(row), row.GetString(18)),
            cancellationToken) is { } found
            ? (found.Item1, found.Item2)
            : throw new ItemNotFoundException(fileId);
    }

    /// <summary>Keeps everybody else out of the share until commit: what lies below the folder changes with it.</summary>
    private async Task<DriveFolder> LockFolderAsync(string folderId, CancellationToken cancellationToken)
    {
        await ExecuteAsync(ItemSql.LockTreeOfItem, cancellationToken, Arg.Of(tenantId), Arg.Of(folderId));
        return await ItemRows.FirstAsync(
            tx.Command(ItemSql.FindFolder, Arg.Of(tenantId), Arg.Of(folderId)), ItemRows.Folder, cancellationToken)
            ?? throw new ItemNotFoundException(folderId);
    }

    private async Task<DriveFolder?> InsertFolderAsync(
        string shareId, DriveFolder? parent, string name, CancellationToken cancellationToken)
    {
        var now = Now;
        var folder = new DriveFolder(
            PrefixedId.New("fld"), tenantId, shareId, parent?.Id, name, ItemPath.OfFolder(parent?.Path, name),
            actorId, actorId, actorId, now, now, false);
        var inserted = await ExecuteAsync(
            ItemSql.InsertFolder, cancellationToken,
            Arg.Of(tenantId), Arg.Of(folder.Id), Arg.Of(shareId), Arg.Of(parent?.Id ?? shareId), Arg.Of(name), Arg.Of(folder.Path),
            Arg.Of(actorId), Arg.Of(now));
        if (inserted == 0)
            return null;
        changes.Add(folder, ChangeKind.Created);
        return folder;
    }

    /// <summary>An UPDATE has no ON CONFLICT; without the savepoint a name that is taken would end the caller's transaction.</summary>
    private async Task RenameAsync(string name, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        const string savepoint = "drive_rename";
        await using var batch = tx.Batch().Then($"SAVEPOINT {savepoint}").Then(sql, parameters).Then($"RELEASE SAVEPOINT {savepoint}");
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException fault) when (fault.ConstraintName is "items_live_name_key" or "items_path_length_check" or "shares_central_name_key")
        {
            await tx.RollbackAsync(savepoint, cancellationToken);
            await tx.ReleaseAsync(savepoint, cancellationToken);
            throw fault.SqlState == PostgresErrorCodes.UniqueViolation ? new NameConflictException(name) : new PathTooLongException();
        }
    }
}
