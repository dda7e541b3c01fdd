using System.Collections.Concurrent;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Who may read a file.</summary>
/// <remarks>
/// <para>The one place that decides it. Until shares have permissions of their own: admins read everything, others what they own (themselves or by a
/// group) and what is public. Where a file came with permissions of its source, those must let them in as well: both have to agree, and to own a file
/// or a share does not help against the source.</para>
/// <para>Each list of a tenant is judged once per caller, and again after any change of lists, mappings or groups
/// (<c>permission_versions</c>); a question costs one look at the database.</para>
/// </remarks>
public sealed class ReadAccess(Database dataSource)
{
    private const int KeptTenants = 200;

    private readonly ConcurrentDictionary<string, TenantPermissions> tenants = new(StringComparer.Ordinal);

    /// <summary>What somebody may read, as of now.</summary>
    public async Task<ReadScope> ScopeOfAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.IsAdmin)
            return ReadScope.Everything;
        long version;
        string[] groups, shares;
        await using (var command = dataSource.Command(PermissionSql.Scope, Arg.Of(caller.TenantId), Arg.Of(caller.UserId)))
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            (version, groups, shares) = (row.GetInt64(0), row.GetFieldValue<string[]>(1), row.GetFieldValue<string[]>(2));
        }

        var permissions = await PermissionsAsync(caller.TenantId, version, cancellationToken);
        var acls = await permissions.AdmittingAsync(caller.UserId, cancellationToken);
        return new ReadScope(shares.ToHashSet(StringComparer.Ordinal), acls, [caller.UserId, .. groups]);
    }

    /// <summary>Whether somebody may read a file of a share.</summary>
    public async Task<bool> AdmitsAsync(Caller caller, Share share, DriveFile file, CancellationToken cancellationToken) =>
        (await ScopeOfAsync(caller, cancellationToken)).Admits(share, file);

    /// <summary>Which side keeps somebody from a file, and by which entry.</summary>
    public async Task<ReadVerdict> ExplainAsync(Caller caller, Share share, DriveFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var scope = await ScopeOfAsync(caller, cancellationToken);
        if (scope.Admits(share, file))
            return new ReadVerdict(ReadRule.Admitted, null, null);
        if (!scope.AdmitsByDrive(share, file) || file.SourceAclId is not { } acl)
            return new ReadVerdict(ReadRule.Drive, null, null);
        var permissions = await PermissionsAsync(caller.TenantId, 0, cancellationToken);
        return await permissions.ExplainAsync(caller.UserId, acl, cancellationToken);
    }

    /// <summary>What is kept, when it is at least of this version; otherwise it is read anew.</summary>
    private async Task<TenantPermissions> PermissionsAsync(string tenantId, long version, CancellationToken cancellationToken)
    {
        if (tenants.TryGetValue(tenantId, out var kept) && kept.Version >= version)
            return kept;
        if (tenants.Count >= KeptTenants)
            tenants.Clear();
        var read = await TenantPermissions.ReadAsync(dataSource, tenantId, cancellationToken);
        // Of two who read at the same time, the later state stays.
        return tenants.AddOrUpdate(tenantId, read, (_, other) => other.Version > read.Version ? other : read);
    }
}

/// <summary>What one caller may read.</summary>
public sealed class ReadScope
{
    private readonly string[] principals;

    internal ReadScope(IReadOnlySet<string>? shares, IReadOnlySet<long>? sourceAcls, string[] principals) =>
        (Shares, SourceAcls, this.principals) = (shares, sourceAcls, principals);

    /// <summary>Of those who administer the tenant.</summary>
    public static ReadScope Everything { get; } = new(null, null, []);

    /// <summary>The shares of which they may read every file, as far as ScaiDrive decides; null: all.</summary>
    public IReadOnlySet<string>? Shares { get; }

    /// <summary>The lists of sources that let them in (<see cref="DriveFile.SourceAclId"/>); null: all. A file without a list needs none.</summary>
    public IReadOnlySet<long>? SourceAcls { get; }

    /// <summary>Whether they may read a file of a share.</summary>
    public bool Admits(Share share, DriveFile file) => AdmitsByDrive(share, file) && AdmitsBySource(file);

    /// <summary>Whether they may read a file of a live share.</summary>
    public bool Admits(DriveFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return (Shares is null || Shares.Contains(file.ShareId) || principals.Contains(file.OwnerId)) && AdmitsBySource(file);
    }

    internal bool AdmitsByDrive(Share share, DriveFile file)
    {
        ArgumentNullException.ThrowIfNull(share);
        ArgumentNullException.ThrowIfNull(file);
        return Shares is null || share.IsPublic || principals.Contains(share.OwnerId) || principals.Contains(file.OwnerId);
    }

    private bool AdmitsBySource(DriveFile file) => SourceAcls is null || file.SourceAclId is not { } acl || SourceAcls.Contains(acl);
}

/// <summary>What decided about reading.</summary>
public enum ReadRule
{
    /// <summary>It may be read.</summary>
    Admitted,

    /// <summary>ScaiDrive's own rights do not allow it.</summary>
    Drive,

    /// <summary>The permissions of the share at the source do not allow it.</summary>
    SourceShare,

    /// <summary>The permissions of the file at the source do not allow it.</summary>
    SourceFile,
}

/// <summary>Why somebody may or may not read a file.</summary>
/// <param name="Rule">What decided.</param>
/// <param name="SourceId">The source whose permissions decided; null when it was none.</param>
/// <param name="Entry">The entry that decided; null when there is none.</param>
/// <param name="IsUnmapped">The entry keeps out somebody whom nobody is mapped to, and so everybody.</param>
public sealed record ReadVerdict(ReadRule Rule, string? SourceId, SourceAclEntry? Entry, bool IsUnmapped = false);
