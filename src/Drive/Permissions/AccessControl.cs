using System.Collections.Concurrent;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Who may what. The one place that decides it.</summary>
/// <remarks>
/// <para>Who has every right by a stored role (<see cref="Caller.HasAllRights"/>) may everything. For everybody else each right is decided by the
/// nearest list that mentions it for them (the item itself, the folder it is in, ..., the share), where on one level a denial goes before a grant;
/// what no list mentions follows their role in the share. Entries above count only when they are inherited, and the walk up ends at what does not
/// inherit. A file that came with permissions of its source must be readable by those as well. To own an item gives no right.</para>
/// <para><see cref="RightsOfAsync(Caller, IReadOnlyList{Resource}, CancellationToken)"/> is exact: one statement, as of now.
/// <see cref="ScopeOfAsync"/> says the same about reading for all places at once, from what is kept in memory by version.</para>
/// </remarks>
public sealed class AccessControl(Database dataSource)
{
    private const int KeptTenants = 200;

    private readonly ConcurrentDictionary<string, TenantPermissions> sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TenantLists> lists = new(StringComparer.Ordinal);

    /// <summary>What somebody may do with one resource; nothing when it is not there, or its share is in the trash.</summary>
    public async Task<Rights> RightsOfAsync(Caller caller, Resource resource, CancellationToken cancellationToken) =>
        (await RightsOfAsync(caller, [resource], cancellationToken))[0];

    /// <summary>The same for many, in their order. A share in the trash itself is judged as if it were not.</summary>
    public Task<IReadOnlyList<Rights>> RightsOfAsync(Caller caller, IReadOnlyList<Resource> resources, CancellationToken cancellationToken) =>
        RightsAsync(caller, resources, inside: false, cancellationToken);

    /// <summary>What somebody may do with things right inside a share or folder that have no list of their own.</summary>
    public async Task<Rights> RightsInAsync(Caller caller, Resource place, CancellationToken cancellationToken) =>
        (await RightsAsync(caller, [place], inside: true, cancellationToken))[0];

    /// <summary>Those of some files that somebody may read now, in their order.</summary>
    public async Task<IReadOnlyList<DriveFile>> ReadableAsync(Caller caller, IReadOnlyList<DriveFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        var rights = await RightsOfAsync(caller, [.. files.Select(file => Resource.File(file.Id))], cancellationToken);
        return [.. files.Where((_, number) => rights[number].HasFlag(Rights.Read))];
    }

    /// <summary>What somebody may read, as of now.</summary>
    public async Task<ReadScope> ScopeOfAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.HasAllRights)
            return await EverythingAsync(caller.TenantId, cancellationToken);
        var tenant = ListsOf(caller.TenantId);
        AclTree known;
        ScopeRow row;
        // Twice when the lists have changed: which shares of theirs are live is asked with those that are known.
        do
        {
            known = tenant.Lists;
            row = await ReadScopeAsync(caller, known.Map.Shares, cancellationToken);
        }
        while (await tenant.FollowAsync(row.AclVersion, row.FolderChange, cancellationToken) != known);
        var permissions = await SourcesAsync(caller.TenantId, row.Facts.Version, cancellationToken);
        return tenant.ScopeOf(caller, known, row.Facts, await permissions.AdmittingAsync(caller.UserId, cancellationToken));
    }

    /// <summary>Which entries of a share or folder somebody may see; null: all of them.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="place">A share, for its root, or a folder.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<ChildrenFilter?> ChildrenOfAsync(Caller caller, Resource place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.HasAllRights)
            return null;
        // Lists before rights: what gets a list of its own meanwhile is judged by the rule of its place, as it was when this began.
        var special = await ItemRows.AllAsync(
            dataSource.Command(AccessSql.ListedChildren, Arg.Of(caller.TenantId), Arg.Of(place.Id)),
            row => new Resource(row.GetString(1) == "file" ? ResourceType.File : ResourceType.Folder, row.GetString(0)), cancellationToken);
        var plain = (await RightsInAsync(caller, place, cancellationToken)).HasFlag(Rights.Read);
        var rights = await RightsOfAsync(caller, special, cancellationToken);
        string[] others = [.. special.Where((_, number) => rights[number].HasFlag(Rights.Read) != plain).Select(child => child.Id)];
        var sources = await AdmittingInAsync(caller, place, cancellationToken);
        return plain && others.Length == 0 && sources is null ? null : new(plain, others, sources);
    }

    /// <summary>Which side keeps somebody from a file, and by which entry.</summary>
    public async Task<ReadVerdict> ExplainAsync(Caller caller, DriveFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(file);
        if ((await RightsOfAsync(caller, Resource.File(file.Id), cancellationToken)).HasFlag(Rights.Read))
            return new ReadVerdict(ReadRule.Admitted, null, null);
        var standing = (await StandingsAsync(caller, [Resource.File(file.Id)], inside: false, cancellationToken)).Standings[0];
        if (standing is null or { InTrashedShare: true } || !standing.Rights.HasFlag(Rights.Read) || standing.SourceAclId is not { } acl)
            return new ReadVerdict(ReadRule.Drive, null, null) { Denied = await DenialAsync(caller, file, cancellationToken) };
        return await (await SourcesAsync(caller.TenantId, 0, cancellationToken)).ExplainAsync(caller.UserId, acl, cancellationToken);
    }

    private async Task<IReadOnlyList<Rights>> RightsAsync(Caller caller, IReadOnlyList<Resource> resources, bool inside, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(resources);
        if (resources.Count == 0)
            return [];
        if (caller.HasAllRights)
            return await ExistingAsync(caller.TenantId, resources, cancellationToken);
        var (standings, version) = await StandingsAsync(caller, resources, inside, cancellationToken);
        IReadOnlySet<long>? admitting = null;
        if (standings.Any(standing => standing is { SourceAclId: not null }))
            admitting = await (await SourcesAsync(caller.TenantId, version, cancellationToken)).AdmittingAsync(caller.UserId, cancellationToken);
        return [.. resources.Select((resource, number) => standings[number] is not { } standing
            || (standing.InTrashedShare && resource.Type != ResourceType.Share)
            || (standing.SourceAclId is { } acl && !admitting!.Contains(acl)) ? Rights.None : standing.Rights)];
    }

    private async Task<(Standing?[] Standings, long Version)> StandingsAsync(
        Caller caller, IReadOnlyList<Resource> resources, bool inside, CancellationToken cancellationToken)
    {
        var (standings, version) = (new Standing?[resources.Count], 0L);
        await using var command = dataSource.Command(AccessSql.RightsOf, WalkFrom(caller, resources, inside));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            (standings[row.GetInt64(0) - 1], version) = (Standing.Of(row), row.GetInt64(7));
        return (standings, version);
    }

    private async Task<IReadOnlyList<Rights>> ExistingAsync(string tenantId, IReadOnlyList<Resource> resources, CancellationToken cancellationToken)
    {
        var rights = new Rights[resources.Count];
        await using var command = dataSource.Command(
            AccessSql.Find, Arg.Of(tenantId), Arg.Of([.. resources.Select(resource => resource.TypeText)]), Arg.Of([.. resources.Select(resource => resource.Id)]));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var number = (int)row.GetInt64(0) - 1;
            rights[number] = row.GetBoolean(1) && resources[number].Type != ResourceType.Share ? Rights.None : Rights.All;
        }

        return rights;
    }

    // Null: no file of the place has a list of a source.
    private async Task<IReadOnlySet<long>?> AdmittingInAsync(Caller caller, Resource place, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(AccessSql.SourceListedChildren, Arg.Of(caller.TenantId), Arg.Of(place.Id));
        return await command.ExecuteScalarAsync(cancellationToken) is long version
            ? await (await SourcesAsync(caller.TenantId, version, cancellationToken)).AdmittingAsync(caller.UserId, cancellationToken)
            : null;
    }

    private async Task<Resource?> DenialAsync(Caller caller, DriveFile file, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(AccessSql.Deciding, WalkFrom(caller, [Resource.File(file.Id)], inside: false));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) && !row.GetBoolean(2)
            ? new(Enum.Parse<ResourceType>(row.GetString(0), ignoreCase: true), row.GetString(1)) : null;
    }

    private async Task<ReadScope> EverythingAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(AccessSql.LiveShares, Arg.Of(tenantId));
        return await command.ExecuteScalarAsync(cancellationToken) is string[] live ? new(live.ToHashSet(StringComparer.Ordinal), null) : ReadScope.Everything;
    }

    private async Task<ScopeRow> ReadScopeAsync(Caller caller, IReadOnlyList<string> listed, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(AccessSql.Scope, Arg.Of(caller.TenantId), Arg.Of(caller.UserId), Arg.Of([.. listed]));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetInt64(1), row.GetInt64(2), new(row.GetInt64(0), row.GetFieldValue<string[]>(3), Set(row, 4), Set(row, 5)));
    }

    private static HashSet<string> Set(NpgsqlDataReader row, int column) => row.GetFieldValue<string[]>(column).ToHashSet(StringComparer.Ordinal);

    private static NpgsqlParameter[] WalkFrom(Caller caller, IReadOnlyList<Resource> resources, bool inside) =>
    [
        Arg.Of(caller.TenantId), Arg.Of(caller.UserId), Arg.Of([.. resources.Select(resource => resource.TypeText)]),
        Arg.Of([.. resources.Select(resource => resource.Id)]), Arg.Of(inside),
    ];

    private TenantLists ListsOf(string tenantId)
    {
        if (lists.TryGetValue(tenantId, out var kept))
            return kept;
        if (lists.Count >= KeptTenants)
            lists.Clear();
        return lists.GetOrAdd(tenantId, static (id, source) => new(source, id), dataSource);
    }

    /// <summary>What is kept, when it is at least of this version; otherwise it is read anew.</summary>
    private async Task<TenantPermissions> SourcesAsync(string tenantId, long version, CancellationToken cancellationToken)
    {
        if (sources.TryGetValue(tenantId, out var kept) && kept.Version >= version)
            return kept;
        if (sources.Count >= KeptTenants)
            sources.Clear();
        var read = await TenantPermissions.ReadAsync(dataSource, tenantId, cancellationToken);
        // Of two who read at the same time, the later state stays.
        return sources.AddOrUpdate(tenantId, read, (_, other) => other.Version > read.Version ? other : read);
    }

    private sealed record ScopeRow(long AclVersion, long FolderChange, ScopeFacts Facts);
}
