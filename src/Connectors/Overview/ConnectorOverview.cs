using Npgsql;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Overview;

/// <summary>Looks over all connectors at once: how they stand, which of them can be watched, what failed.</summary>
public sealed class ConnectorOverview(Database dataSource)
{
    /// <summary>How every connector of a tenant stands, oldest first.</summary>
    public Task<IReadOnlyList<ConnectorStanding>> StandingsAsync(string tenantId, CancellationToken cancellationToken) => ReadAsync(
        OverviewSql.Standings,
        row => new ConnectorStanding(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetInt64(4),
            row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
            row.GetFieldValue<DateTimeOffset>(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            row.IsDBNull(8) ? null : row.GetString(8),
            row.IsDBNull(9) ? null : row.GetString(9)),
        cancellationToken,
        tenantId);

    /// <summary>Connectors of all tenants that are to be told of changes between passes: of one of these types, not paused, so by their rules, and not
    /// waiting for a person since the source let the last run not in (<see cref="SourceRefusals"/>).</summary>
    public Task<IReadOnlyList<WatchedConnector>> WatchedAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken) => ReadAsync(
        OverviewSql.Watched,
        row => new WatchedConnector(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)),
        cancellationToken,
        types.ToArray(),
        SourceRefusals.Codes.ToArray());

    /// <summary>The first items of a run that failed, in the order they were met.</summary>
    public Task<IReadOnlyList<Problem>> ErrorsAsync(string tenantId, string runId, int limit, CancellationToken cancellationToken) => ReadAsync(
        OverviewSql.Errors,
        row => new Problem(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetFieldValue<DateTimeOffset>(5)),
        cancellationToken,
        tenantId,
        runId,
        limit);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = dataSource.Statement(sql, parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await row.ReadAsync(cancellationToken))
            rows.Add(read(row));
        return rows;
    }
}

/// <summary>How a connector stands.</summary>
/// <param name="Id">Which.</param>
/// <param name="Type">One of <see cref="ConnectorTypes"/>.</param>
/// <param name="Name">Shown to people.</param>
/// <param name="Status">One of <see cref="ConnectorStatus"/>.</param>
/// <param name="ErrorCount">Items that failed in the last finished pass.</param>
/// <param name="LastSyncAt">End of the last pass that went through; null before the first.</param>
/// <param name="CreatedAt">When it was set up.</param>
/// <param name="LastRunId">The newest finished run that was no dry run; null before the first.</param>
/// <param name="LastRunStatus"><c>completed</c> or <c>failed</c>.</param>
/// <param name="LastErrorCode">Why that run failed as a whole; null otherwise.</param>
public sealed record ConnectorStanding(
    string Id,
    string Type,
    string Name,
    string Status,
    long ErrorCount,
    DateTimeOffset? LastSyncAt,
    DateTimeOffset CreatedAt,
    string? LastRunId,
    string? LastRunStatus,
    string? LastErrorCode)
{
    /// <summary>Whether its last run stopped because it would have deleted much, or because the source looks like another one.</summary>
    public bool HoldsDeletions => LastErrorCode is ConnectorCodes.MassDelete or ConnectorCodes.SourceReplaced;
}

/// <summary>A connector that is to be told of changes.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="ConnectorId">Which.</param>
/// <param name="UpdatedAt">When a setting or its secret last changed.</param>
public sealed record WatchedConnector(string TenantId, string ConnectorId, DateTimeOffset UpdatedAt);
