using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <content>Shares themselves, and to whom things belong.</content>
public sealed partial class DriveWriter
{
    /// <summary>Makes a share.</summary>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    /// <exception cref="NameConflictException">It is to be a central one, and there is one of that name.</exception>
    /// <exception cref="ItemNotFoundException">The tenant has no such owner.</exception>
    public async Task<Share> CreateShareAsync(NewShare share, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        ArgumentNullException.ThrowIfNull(share);
        var (name, now) = (ItemName.Normalize(share.Name), Now);
        await RequirePrincipalAsync(share.OwnerId, cancellationToken);
        var made = new Share(PrefixedId.New("shr"), tenantId, name, share.Description, share.ShareType, share.OwnerId, false, false, share.QuotaBytes, now, now);
        var inserted = await ExecuteAsync(
            ShareSql.Insert, cancellationToken,
            Arg.Of(tenantId), Arg.Of(made.Id), Arg.Of(name), Arg.Of(made.Description), Arg.Of(made.ShareType), Arg.Of(made.OwnerId), Arg.Of(made.QuotaBytes), Arg.Of(now));
        if (inserted == 0)
            throw new NameConflictException(name);
        changes.Add(made, ChangeKind.Created);
        return made;
    }

    /// <summary>Gives a live share another name or description; null leaves it.</summary>
    /// <exception cref="InvalidNameException">The name cannot be stored.</exception>
    /// <exception cref="NameConflictException">There is another central share of that name.</exception>
    public async Task<Share> ChangeShareAsync(string shareId, string? name, string? description, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var before = await HoldShareAsync(shareId, cancellationToken);
        var after = before with { Name = name is null ? before.Name : ItemName.Normalize(name), Description = description ?? before.Description, ModifiedAt = Now };
        await RenameAsync(
            after.Name, ShareSql.Update, cancellationToken,
            Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(after.Name), Arg.Of(after.Description), Arg.Of(after.ModifiedAt));
        changes.Add(after, after.Name == before.Name ? ChangeKind.Updated : ChangeKind.Renamed);
        return after;
    }

    /// <summary>Puts a live share into the trash: from the commit on nobody finds or reads what is in it.</summary>
    public async Task TrashShareAsync(string shareId, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        var share = await HoldShareAsync(shareId, cancellationToken);
        var now = Now;
        await ExecuteAsync(ShareSql.Trash, cancellationToken, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(now));
        changes.Add(share with { IsDeleted = true, ModifiedAt = now }, ChangeKind.Deleted);
    }

    /// <summary>Gives a live share to another user or group; who had it has only the role that they have as a member.</summary>
    /// <exception cref="ItemNotFoundException">The tenant has no such owner.</exception>
    public async Task GiveShareAsync(string shareId, string ownerId, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        await RequirePrincipalAsync(ownerId, cancellationToken);
        var share = await HoldShareAsync(shareId, cancellationToken);
        var now = Now;
        await ExecuteAsync(ShareSql.Give, cancellationToken, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(ownerId), Arg.Of(now));
        changes.Add(share with { OwnerId = ownerId, ModifiedAt = now }, ChangeKind.Updated);
    }

    /// <summary>Says that a live file belongs to another user or group. That changes nobody's rights.</summary>
    /// <exception cref="ItemNotFoundException">The tenant has no such owner.</exception>
    public async Task GiveFileAsync(string fileId, string ownerId, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        await RequirePrincipalAsync(ownerId, cancellationToken);
        var (file, versionId) = await LockLiveFileAsync(fileId, null, cancellationToken);
        await ExecuteAsync(ShareSql.GiveItem, cancellationToken, Arg.Of(tenantId), Arg.Of(fileId), Arg.Of(ownerId));
        changes.Add(file with { OwnerId = ownerId }, ChangeKind.Updated, file.Path, versionId);
    }

    /// <summary>Says that a live folder, without what is in it, belongs to another user or group. That changes nobody's rights.</summary>
    /// <exception cref="ItemNotFoundException">The tenant has no such owner.</exception>
    public async Task GiveFolderAsync(string folderId, string ownerId, CancellationToken cancellationToken)
    {
        ThrowIfComplete();
        await RequirePrincipalAsync(ownerId, cancellationToken);
        var folder = await LockFolderAsync(folderId, cancellationToken);
        if (folder.IsDeleted)
            throw new ItemDeletedException(folderId);
        await ExecuteAsync(ShareSql.GiveItem, cancellationToken, Arg.Of(tenantId), Arg.Of(folderId), Arg.Of(ownerId));
        changes.Add(folder with { OwnerId = ownerId }, ChangeKind.Updated);
    }

    /// <summary>Keeps everybody else out of the share until commit.</summary>
    private async Task<Share> HoldShareAsync(string shareId, CancellationToken cancellationToken)
    {
        await ExecuteAsync(ShareSql.LockTree, cancellationToken, Arg.Of(tenantId), Arg.Of(shareId));
        var share = await ItemRows.FirstAsync(tx.Command(ItemSql.FindShare, Arg.Of(tenantId), Arg.Of(shareId)), ItemRows.Share, cancellationToken)
            ?? throw new ItemNotFoundException(shareId);
        return share.IsDeleted ? throw new ItemDeletedException(shareId) : share;
    }

    private async Task RequirePrincipalAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = tx.Command(ShareSql.PrincipalType, Arg.Of(tenantId), Arg.Of(id));
        if (await command.ExecuteScalarAsync(cancellationToken) is not string)
            throw new ItemNotFoundException(id);
    }
}
