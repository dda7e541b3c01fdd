using System.Collections.Concurrent;
using System.Collections.Frozen;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Everything that sources of a tenant say about reading, of one version, and what was worked out from it.</summary>
internal sealed class TenantPermissions
{
    // A caller costs 40 bytes or so for each list that lets them in.
    private const int KeptCallers = 2_000;

    private static readonly FrozenSet<string> None = FrozenSet<string>.Empty;

    private readonly Database dataSource;
    private readonly string tenantId;
    private readonly Dictionary<long, (string SourceId, SourceAcl Acl)> files;
    private readonly Dictionary<string, SourceAcl> shares;
    private readonly Dictionary<string, IReadOnlySet<string>> known;
    private readonly ConcurrentDictionary<string, IReadOnlySet<long>> admitting = new(StringComparer.Ordinal);

    private TenantPermissions(
        Database dataSource, string tenantId, long version, Dictionary<long, (string SourceId, SourceAcl Acl)> files,
        Dictionary<string, SourceAcl> shares, Dictionary<string, IReadOnlySet<string>> known)
    {
        (this.dataSource, this.tenantId, Version) = (dataSource, tenantId, version);
        (this.files, this.shares, this.known) = (files, shares, known);
    }

    /// <summary>Read before everything else, so what is kept is never older than this.</summary>
    internal long Version { get; }

    internal static async Task<TenantPermissions> ReadAsync(Database dataSource, string tenantId, CancellationToken cancellationToken)
    {
        long version;
        await using (var command = dataSource.Command(PermissionSql.Version, Arg.Of(tenantId)))
            version = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        var files = await ItemRows.AllAsync(
            dataSource.Command(PermissionSql.Acls, Arg.Of(tenantId)),
            row => (Id: row.GetInt64(0), SourceId: row.GetString(1), Acl: SourceAcl.Of(row.GetFieldValue<string[]>(2))),
            cancellationToken);
        var shares = await ItemRows.AllAsync(
            dataSource.Command(PermissionSql.ShareAcls, Arg.Of(tenantId)),
            row => (SourceId: row.GetString(0), Acl: SourceAcl.Of(row.GetFieldValue<string[]>(1))),
            cancellationToken);
        return new TenantPermissions(
            dataSource, tenantId, version,
            files.ToDictionary(row => row.Id, row => (row.SourceId, row.Acl)),
            shares.ToDictionary(row => row.SourceId, row => row.Acl, StringComparer.Ordinal),
            await TrusteesAsync(dataSource.Command(PermissionSql.KnownTrustees, Arg.Of(tenantId)), cancellationToken));
    }

    /// <summary>The lists that let somebody in.</summary>
    internal async Task<IReadOnlySet<long>> AdmittingAsync(string userId, CancellationToken cancellationToken)
    {
        if (admitting.TryGetValue(userId, out var kept))
            return kept;
        if (admitting.Count >= KeptCallers)
            admitting.Clear();
        var mine = await TrusteesOfAsync(userId, cancellationToken);
        var judged = files.Where(file => Judge(file.Value, mine).Rule == ReadRule.Admitted).Select(file => file.Key).ToHashSet();
        // Groups and mapping were read after the version: should they be newer, the next question finds a newer version, too.
        return admitting.GetOrAdd(userId, judged);
    }

    internal async Task<ReadVerdict> ExplainAsync(string userId, long acl, CancellationToken cancellationToken) =>
        files.TryGetValue(acl, out var file)
            ? Judge(file, await TrusteesOfAsync(userId, cancellationToken))
            : new ReadVerdict(ReadRule.SourceFile, null, null);

    private ReadVerdict Judge((string SourceId, SourceAcl Acl) file, Dictionary<string, IReadOnlySet<string>> mine)
    {
        var theirs = mine.GetValueOrDefault(file.SourceId, None);
        var mapped = known.GetValueOrDefault(file.SourceId, None);
        if (shares.TryGetValue(file.SourceId, out var share) && !share.Admits(theirs, mapped))
            return Verdict(ReadRule.SourceShare, share.Deciding(theirs, mapped));
        var decides = file.Acl.Deciding(theirs, mapped);
        return Verdict(decides is { Allows: true } ? ReadRule.Admitted : ReadRule.SourceFile, decides);

        ReadVerdict Verdict(ReadRule rule, SourceAclEntry? entry) => new(
            rule, file.SourceId, entry, entry is { Allows: false, Trustee: not SourceAclEntry.Everybody } denying && !theirs.Contains(denying.Trustee));
    }

    private Task<Dictionary<string, IReadOnlySet<string>>> TrusteesOfAsync(string userId, CancellationToken cancellationToken) =>
        TrusteesAsync(dataSource.Command(PermissionSql.TrusteesOf, Arg.Of(tenantId), Arg.Of(userId)), cancellationToken);

    private static async Task<Dictionary<string, IReadOnlySet<string>>> TrusteesAsync(Statement command, CancellationToken cancellationToken) =>
        (await ItemRows.AllAsync(command, row => (SourceId: row.GetString(0), Trustee: row.GetString(1)), cancellationToken))
            .GroupBy(row => row.SourceId, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key, IReadOnlySet<string> (group) => group.Select(row => row.Trustee).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
}
