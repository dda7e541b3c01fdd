using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Makes, changes, shares and gives away: each change with its event, in one transaction. Whether the caller may is asked before.</summary>
public sealed class ShareAdmin(Database dataSource, DriveStore drive, ShareStore shares, AuditLog audit)
{
    /// <summary>Makes a share.</summary>
    /// <exception cref="DriveException">As <see cref="DriveWriter.CreateShareAsync"/>.</exception>
    public async Task<Share> CreateAsync(Caller caller, NewShare share, CancellationToken cancellationToken)
    {
        Share? made = null;
        await WriteAsync(caller, async writer =>
        {
            made = await writer.CreateShareAsync(share, cancellationToken);
            return Event(caller, "share.created", Resource.Share(made.Id), new { name = made.Name, share_type = made.ShareType, owner_id = made.OwnerId });
        }, cancellationToken);
        return made!;
    }

    /// <summary>Gives a share another name or description; null leaves it.</summary>
    /// <exception cref="DriveException">As <see cref="DriveWriter.ChangeShareAsync"/>.</exception>
    public async Task<Share> ChangeAsync(Caller caller, string shareId, string? name, string? description, CancellationToken cancellationToken)
    {
        Share? changed = null;
        await WriteAsync(caller, async writer =>
        {
            changed = await writer.ChangeShareAsync(shareId, name, description, cancellationToken);
            return Event(caller, "share.changed", Resource.Share(shareId), new { name = changed.Name });
        }, cancellationToken);
        return changed!;
    }

    /// <summary>Puts a share into the trash.</summary>
    /// <exception cref="DriveException">As <see cref="DriveWriter.TrashShareAsync"/>.</exception>
    public Task TrashAsync(Caller caller, string shareId, CancellationToken cancellationToken) => WriteAsync(caller, async writer =>
    {
        await writer.TrashShareAsync(shareId, cancellationToken);
        return Event(caller, "share.deleted", Resource.Share(shareId), new { });
    }, cancellationToken);

    /// <summary>Gives a share, folder or file to another user or group.</summary>
    /// <exception cref="DriveException">As <see cref="DriveWriter.GiveShareAsync"/>.</exception>
    public Task GiveAsync(Caller caller, Resource resource, string ownerId, CancellationToken cancellationToken) => WriteAsync(caller, async writer =>
    {
        var give = resource.Type switch
        {
            ResourceType.Share => writer.GiveShareAsync(resource.Id, ownerId, cancellationToken),
            ResourceType.Folder => writer.GiveFolderAsync(resource.Id, ownerId, cancellationToken),
            _ => writer.GiveFileAsync(resource.Id, ownerId, cancellationToken),
        };
        await give;
        return Event(caller, "ownership.transferred", resource, new { owner_id = ownerId });
    }, cancellationToken);

    /// <summary>Gives a user or group a role in a share.</summary>
    public async Task<MemberOutcome> AddMemberAsync(Caller caller, Share share, ShareMember member, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(share);
        ArgumentNullException.ThrowIfNull(member);
        var outcome = MemberOutcome.Unknown;
        await ChangeAsync(async transaction =>
        {
            outcome = await shares.AddAsync(transaction, share.TenantId, caller.UserId, share, member, cancellationToken);
            return outcome == MemberOutcome.Added ? Event(caller, "share.member_added", Resource.Share(share.Id), Facts(member)) : null;
        }, cancellationToken);
        return outcome;
    }

    /// <summary>Gives a member another role, and another time at which it ends.</summary>
    /// <returns>False when they are no member.</returns>
    public Task<bool> ChangeMemberAsync(Caller caller, string shareId, ShareMember member, CancellationToken cancellationToken) => ChangeAsync(
        async transaction => await shares.ChangeAsync(transaction, caller.TenantId, shareId, member, cancellationToken)
            ? Event(caller, "share.member_changed", Resource.Share(shareId), Facts(member)) : null,
        cancellationToken);

    /// <summary>Takes somebody's role away.</summary>
    /// <returns>False when they are no member.</returns>
    public Task<bool> RemoveMemberAsync(Caller caller, string shareId, string principalId, CancellationToken cancellationToken) => ChangeAsync(
        async transaction => await shares.RemoveAsync(transaction, caller.TenantId, shareId, principalId, cancellationToken)
            ? Event(caller, "share.member_removed", Resource.Share(shareId), new { member_id = principalId }) : null,
        cancellationToken);

    private static object Facts(ShareMember member) =>
        new { member_type = member.Principal.TypeText, member_id = member.Principal.Id, role = member.Role, expires_at = member.ExpiresAt };

    private static AuditEvent Event(Caller caller, string action, Resource resource, object facts) =>
        AuditEvent.By(caller, AuditCategories.Sharing, action, AuditSeverities.Info, resource.TypeText, resource.Id, facts);

    private async Task WriteAsync(Caller caller, Func<DriveWriter, Task<AuditEvent>> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        DriveWriter? writer = null;
        await ChangeAsync(
            async transaction => await write(writer = drive.Write(transaction, caller.TenantId, caller.UserId, ChangeOrigin.Interactive())),
            cancellationToken,
            // Last, because other writers of the tenant wait from there on.
            () => writer!.CompleteAsync(cancellationToken));
    }

    /// <summary>Commits what there is an event of.</summary>
    private async Task<bool> ChangeAsync(
        Func<NpgsqlTransaction, Task<AuditEvent?>> change, CancellationToken cancellationToken, Func<Task>? complete = null)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await change(transaction) is not { } happened)
            return false;
        await audit.AddAsync(transaction, happened, cancellationToken);
        if (complete is not null)
            await complete();
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
