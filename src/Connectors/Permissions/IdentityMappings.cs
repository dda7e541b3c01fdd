using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Whom the source of a connector means by its SIDs: given by a person as a table, found by email, found by name.</summary>
/// <remarks>The permissions that Drive keeps have the SIDs; only this mapping has users. So another mapping counts at once for every search and
/// touches no file. Everything is handed to Drive in the transaction that changes it.</remarks>
public sealed class IdentityMappings(Database dataSource, SourceAcls acls, GroupStore principals)
{
    private const int Page = 1_000;
    private const string EveryoneWord = "everyone";
    private const string NobodyWord = "nobody";

    /// <summary>Replaces the table that a person gave, whole. Rows found by email or name stay, where the table says nothing else.</summary>
    /// <param name="transaction">The caller commits it; to be left again at once when there are faults.</param>
    /// <param name="tenantId">Whose.</param>
    /// <param name="connectorId">Of which connector.</param>
    /// <param name="csv"><c>smb-sid,scaidrive-user</c>: a user by id or email, a group by id, <c>everyone</c>, or <c>nobody</c>.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    /// <returns>What was taken over; or what is wrong, by line, with nothing changed.</returns>
    public async Task<MappingUpload> UploadAsync(
        NpgsqlTransaction transaction, string tenantId, string connectorId, string csv, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(csv);
        var (rows, faults) = IdentityMappingCsv.Parse(csv);
        var meant = await ResolveAsync(tenantId, rows, faults, cancellationToken);
        if (faults.Count > 0)
            return new MappingUpload(0, [.. faults.OrderBy(fault => fault.Line)]);
        await RunAsync(transaction, PermissionSql.LockMapping, cancellationToken, tenantId, connectorId);
        await RunAsync(transaction, PermissionSql.DeleteRows, cancellationToken, tenantId, connectorId, new[] { MappingMethods.Csv });
        await RunAsync(
            transaction, PermissionSql.InsertGiven, cancellationToken, tenantId, connectorId, rows.Select(row => row.Sid).ToArray(),
            meant.Select(one => one.TypeText).ToArray(), meant.Select(one => one.Id).ToArray(), rows.Select(row => row.Given).ToArray());
        await HandOverAsync(transaction, tenantId, connectorId, cancellationToken);
        return new MappingUpload(rows.Count, []);
    }

    /// <summary>The table that a person gave, with its header, in the order it was given; the header alone when there is none.</summary>
    public async Task<string> DownloadAsync(string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        var rows = new List<(string, string)>();
        await using var command = Command(PermissionSql.GivenRows, tenantId, connectorId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            rows.Add((row.GetString(0), row.GetString(1)));
        return IdentityMappingCsv.Write(rows);
    }

    /// <summary>A page of the whole mapping, however it was found, in the order of SIDs.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="connectorId">Of which connector.</param>
    /// <param name="after">The last SID of the page before; empty for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<IdentityMapping>> ListAsync(
        string tenantId, string connectorId, string after, int limit, CancellationToken cancellationToken)
    {
        var mappings = new List<IdentityMapping>();
        await using var command = Command(PermissionSql.ListRows, tenantId, connectorId, after, limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            mappings.Add(new IdentityMapping(row.GetString(0), Text(row, 1), Principal.Of(row.GetString(2), Text(row, 3)), row.GetString(4)));
        return mappings;
    }

    /// <summary>A page of those whom the permissions of the source name and who are nobody here, in the order of SIDs.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="connectorId">Of which connector.</param>
    /// <param name="after">The last SID of the page before; empty for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<UnmappedPrincipal>> ListUnmappedAsync(
        string tenantId, string connectorId, string after, int limit, CancellationToken cancellationToken)
    {
        var uses = await acls.ListUnmappedAsync(tenantId, connectorId, after, limit, cancellationToken);
        var names = await NamesAsync(tenantId, connectorId, [.. uses.Select(use => use.Trustee)], cancellationToken);
        return [.. uses.Select(use => new UnmappedPrincipal(use.Trustee, names.GetValueOrDefault(use.Trustee), use.Acls, use.DenyingAcls))];
    }

    /// <summary>What the source calls some SIDs; those whose name is not known are left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(
        string tenantId, string connectorId, IReadOnlyCollection<string> sids, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (sids.Count == 0)
            return names;
        await using var command = Command(PermissionSql.Names, tenantId, connectorId, sids.ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (Text(row, 1) is { } name)
                names[row.GetString(0)] = name;
        }

        return names;
    }

    /// <summary>Forgets the mapping, and how far permissions were read, with the connector. What Drive was told stays: files keep the readers they had.</summary>
    internal static async Task DeleteAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        string[] all = [MappingMethods.Csv, MappingMethods.Email, MappingMethods.Name];
        await RunAsync(transaction, PermissionSql.DeleteRows, cancellationToken, tenantId, connectorId, all);
        await RunAsync(transaction, PermissionSql.DeletePrincipals, cancellationToken, tenantId, connectorId);
        await RunAsync(transaction, PermissionSql.DeleteSweep, cancellationToken, tenantId, connectorId);
    }

    /// <summary>Asks the source for the names that are not known yet, or not asked for since a time.</summary>
    internal async Task LearnNamesAsync(
        string tenantId, string connectorId, ISourceWithPermissions source, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var after = ""; ;)
        {
            var uses = await acls.ListUnmappedAsync(tenantId, connectorId, after, Page, cancellationToken);
            if (uses.Count == 0)
                return;
            after = uses[^1].Trustee;
            var unknown = new List<string>();
            await using (var command = Command(PermissionSql.NotAskedSince, tenantId, connectorId, uses.Select(use => use.Trustee).ToArray(), since))
            {
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                while (await row.ReadAsync(cancellationToken))
                    unknown.Add(row.GetString(0));
            }

            if (unknown.Count == 0)
                continue;
            // What could not be asked about now is asked for again by the next pass.
            var names = await source.ResolvePrincipalsAsync(unknown, cancellationToken);
            await using var save = Command(PermissionSql.SaveNames, tenantId, connectorId, names.Keys.ToArray(), names.Values.ToArray(), now);
            await save.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Finds the accounts anew that can be only one user or group by email or name; one that became ambiguous is mapped no more.</summary>
    internal async Task FindMatchesAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await RunAsync(transaction, PermissionSql.LockMapping, cancellationToken, tenantId, connectorId);
        var matching = await MatchingAsync(transaction, tenantId, connectorId, cancellationToken);
        for (var page = await principals.ListUsersAsync(tenantId, "", Page, cancellationToken); page.Count > 0;
            page = await principals.ListUsersAsync(tenantId, page[^1].Id, Page, cancellationToken))
        {
            foreach (var user in page)
                matching.Offer(user);
        }

        for (var page = await principals.ListAsync(tenantId, "", Page, cancellationToken); page.Count > 0;
            page = await principals.ListAsync(tenantId, page[^1].Id, Page, cancellationToken))
        {
            foreach (var group in page)
                matching.Offer(group);
        }

        var found = matching.Matches().ToList();
        await RunAsync(transaction, PermissionSql.DeleteRows, cancellationToken, tenantId, connectorId, new[] { MappingMethods.Email, MappingMethods.Name });
        await RunAsync(
            transaction, PermissionSql.InsertFound, cancellationToken, tenantId, connectorId, found.Select(one => one.Sid).ToArray(),
            found.Select(one => one.Principal.TypeText).ToArray(), found.Select(one => one.Principal.Id).ToArray(), found.Select(one => one.How).ToArray());
        await HandOverAsync(transaction, tenantId, connectorId, cancellationToken);
    }

    private static async Task<AccountMatching> MatchingAsync(
        NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        var accounts = new List<(string, string)>();
        await using var command = Command(transaction, PermissionSql.AllNames, tenantId, connectorId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            accounts.Add((row.GetString(0), row.GetString(1)));
        return new AccountMatching(accounts);
    }

    /// <summary>Whom the rows mean, in their order; what nobody is called becomes a fault.</summary>
    private async Task<List<Principal>> ResolveAsync(string tenantId, List<MappingRow> rows, List<MappingFault> faults, CancellationToken cancellationToken)
    {
        var users = await principals.FindUsersAsync(tenantId, [.. rows.Select(row => row.Given).Distinct()], cancellationToken);
        var named = users.Select(user => (Key: user.Id, user.Id)).Concat(users.Where(user => user.Email is not null).Select(user => (Key: user.Email!, user.Id)))
            .ToLookup(user => user.Key, user => user.Id, StringComparer.OrdinalIgnoreCase);
        var groups = (await principals.FindAsync(tenantId, [.. rows.Select(row => row.Given.ToLowerInvariant()).Distinct()], cancellationToken))
            .Select(group => group.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var meant = new List<Principal>(rows.Count);
        foreach (var row in rows)
        {
            var ids = named[row.Given].Distinct().ToList();
            if (row.Given.Equals(EveryoneWord, StringComparison.OrdinalIgnoreCase))
                meant.Add(Principal.Everyone);
            else if (row.Given.Equals(NobodyWord, StringComparison.OrdinalIgnoreCase))
                meant.Add(Principal.Nobody);
            else if (groups.TryGetValue(row.Given, out var group))
                meant.Add(Principal.Group(group));
            else if (ids.Count == 1)
                meant.Add(Principal.User(ids[0]));
            else
                faults.Add(new MappingFault(row.Line, ids.Count == 0
                    ? $"There is no user or group '{row.Given}': give a user by id or email, a group by id, everyone, or nobody."
                    : $"Several users have the address '{row.Given}': give the user by id."));
        }

        return meant;
    }

    private async Task HandOverAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        var trustees = new List<SourceTrustee>();
        await using (var command = Command(transaction, PermissionSql.AllRows, tenantId, connectorId))
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                trustees.Add(new SourceTrustee(row.GetString(0), Principal.Of(row.GetString(1), Text(row, 2))));
        }

        await acls.SetTrusteesAsync(transaction, tenantId, connectorId, trustees, cancellationToken);
    }

    private static async Task RunAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(transaction, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private Statement Command(string sql, params object[] parameters) => With(dataSource.CreateCommand(sql), parameters);

    private static Statement Command(NpgsqlTransaction transaction, string sql, params object[] parameters) =>
        With(new Statement(transaction, sql), parameters);

    private static Statement With(Statement command, object[] parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter is string?[] texts
                ? new NpgsqlParameter { Value = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
                : new NpgsqlParameter { Value = parameter });
        }

        return command;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
