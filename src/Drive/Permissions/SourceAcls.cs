using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>What sources say about who may read their files, and whom they mean by their names.</summary>
/// <remarks>A file refers to its list by number (<see cref="DriveWriter.SetSourceAclsAsync"/>). Lists keep the names of the source: who that is in this
/// tenant is looked up when somebody asks, so another mapping or another member of a group counts at once and touches no file.</remarks>
public sealed class SourceAcls(Database dataSource)
{
    /// <summary>The numbers of some lists, in their order; those that are new are kept, in a transaction of their own.</summary>
    /// <remarks>Like content, a list comes before the transaction that refers to it. One that nothing refers to does no harm.</remarks>
    /// <param name="tenantId">Whose.</param>
    /// <param name="sourceId">Which source, <c>cnn_…</c>; its mapping applies.</param>
    /// <param name="acls">The lists.</param>
    /// <param name="cancellationToken">Keeps nothing.</param>
    public async Task<IReadOnlyList<long>> InternAsync(
        string tenantId, string sourceId, IReadOnlyList<SourceAcl> acls, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(acls);
        if (acls.Count == 0)
            return [];
        var byHash = acls.DistinctBy(acl => acl.Hash).ToDictionary(acl => acl.Hash, StringComparer.Ordinal);
        var ids = await IdsAsync(tenantId, sourceId, [.. byHash.Keys], cancellationToken);
        var missing = byHash.Where(acl => !ids.ContainsKey(acl.Key)).OrderBy(acl => acl.Key, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            await InsertAsync(tenantId, sourceId, missing, cancellationToken);
            ids = await IdsAsync(tenantId, sourceId, [.. byHash.Keys], cancellationToken);
        }

        return [.. acls.Select(acl => ids[acl.Hash])];
    }

    /// <summary>One list, with the source it belongs to; or null.</summary>
    public async Task<(string SourceId, SourceAcl Acl)?> FindAsync(string tenantId, long id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(PermissionSql.FindAcl, Arg.Of(tenantId), Arg.Of(id));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(1), SourceAcl.Of(row.GetFieldValue<string[]>(2))) : null;
    }

#pragma warning disable CA1822 // The transaction already names the database, but callers reach these through the store they were given.
    /// <summary>What a source says about all of its files at once; null when it says nothing. Counts at once, beside the list of each file.</summary>
    public async Task SetShareAclAsync(NpgsqlTransaction transaction, string tenantId, string sourceId, SourceAcl? acl, CancellationToken cancellationToken)
    {
        await using var command = acl is null
            ? transaction.Command(PermissionSql.DeleteShareAcl, Arg.Of(tenantId), Arg.Of(sourceId))
            : transaction.Command(PermissionSql.SetShareAcl, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(acl.ToStored()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whom a source means by its names, all of them: what is not among them is mapped to nobody known.</summary>
    public async Task SetTrusteesAsync(
        NpgsqlTransaction transaction, string tenantId, string sourceId, IReadOnlyCollection<SourceTrustee> trustees, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trustees);
        string[] names = [.. trustees.Select(trustee => trustee.Trustee)];
        await using var batch = transaction.Batch()
            .Then(PermissionSql.DeleteTrustees, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(names))
            .Then(
                PermissionSql.SetTrustees, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(names),
                Arg.Of([.. trustees.Select(trustee => trustee.Principal.TypeText)]), Arg.Of([.. trustees.Select(trustee => trustee.Principal.Id!)]));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
#pragma warning restore CA1822

    /// <summary>Names that lists of a source use and nobody is mapped to, in their order.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="sourceId">Which source.</param>
    /// <param name="after">The last one of the page before; empty for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<TrusteeUse>> ListUnmappedAsync(
        string tenantId, string sourceId, string after, int limit, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(
            dataSource.Command(PermissionSql.Unmapped, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(after), Arg.Of(limit)),
            row => new TrusteeUse(row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
            cancellationToken);

    private async Task InsertAsync(
        string tenantId, string sourceId, IReadOnlyList<KeyValuePair<string, SourceAcl>> missing, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = transaction.Batch())
        {
            // In one order, so that two who keep the same wait for each other instead of deadlocking.
            foreach (var (hash, acl) in missing)
                batch.Then(PermissionSql.Intern, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(hash), Arg.Of(acl.ToStored()));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Under a lock, so that <see cref="UnusedSourceAcls"/> removes none of them for a while from here on.</summary>
    private async Task<Dictionary<string, long>> IdsAsync(string tenantId, string sourceId, string[] hashes, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var use = transaction.Batch()
            .Then(PermissionSql.LockAclsShared, Arg.Of(tenantId))
            .Then(PermissionSql.UseAgain, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(hashes)))
            await use.ExecuteNonQueryAsync(cancellationToken);
        var ids = await ItemRows.AllAsync(
            transaction.Command(PermissionSql.IdsOfHashes, Arg.Of(tenantId), Arg.Of(sourceId), Arg.Of(hashes)),
            row => (Hash: row.GetString(0), Id: row.GetInt64(1)),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ids.ToDictionary(row => row.Hash, row => row.Id, StringComparer.Ordinal);
    }
}
