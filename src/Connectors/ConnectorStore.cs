using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Filtering;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Store;
using static ScaiDrive.Connectors.Statements;

namespace ScaiDrive.Connectors;

/// <summary>Connectors, their runs and the problems of each run.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Reads and writes belong to one store; which of them need the pool is its own affair.")]
public sealed class ConnectorStore(Database dataSource, ConnectorSecrets secrets, IEnumerable<IConnectorListener> listeners)
{
    private const int KeptRuns = 100;

    private static readonly JsonSerializerOptions RulesJson = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Sets a connector up. It mirrors nothing before its first run.</summary>
    /// <exception cref="ConnectorException">A value cannot work (<see cref="ConnectorCodes.InvalidSettings"/>).</exception>
    public async Task<Connector> CreateAsync(NpgsqlTransaction transaction, string tenantId, NewConnector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(connector);
        Check(connector.Name, connector.Settings, connector.IncludePatterns, connector.ExcludePatterns, connector.PatternsIgnoreCase, connector.TargetPath, connector.SyncIntervalMinutes, connector.Rules);
        var id = PrefixedId.New("cnn");
        await using var command = transaction.Statement(
            ConnectorSql.Insert,
            tenantId,
            id,
            connector.Type,
            connector.Name,
            connector.Description,
            Json(connector.Settings),
            connector.IncludePatterns.ToArray(),
            connector.ExcludePatterns.ToArray(),
            connector.PatternsIgnoreCase,
            connector.TargetShareId,
            connector.TargetPath,
            connector.OwnerId,
            connector.SyncIntervalMinutes,
            Json(connector.Rules),
            Text(connector.Secret is null ? null : secrets.Protect(tenantId, id, connector.Secret)));
        Connector created;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            created = ReadConnector(reader);
        }

        await TellAsync(transaction, created, cancellationToken);
        return created;
    }

    /// <summary>One connector, or null.</summary>
    public async Task<Connector?> FindAsync(string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.Find, tenantId, connectorId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadConnector(reader) : null;
    }

    /// <summary>All connectors of a tenant, oldest first.</summary>
    public async Task<IReadOnlyList<Connector>> ListAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.List, tenantId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var connectors = new List<Connector>();
        while (await reader.ReadAsync(cancellationToken))
            connectors.Add(ReadConnector(reader));
        return connectors;
    }

    /// <summary>A page of the connectors of all tenants, in the order of their keys.</summary>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<(string TenantId, string ConnectorId)>> ListAllAsync(
        (string TenantId, string ConnectorId)? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.ListAll, after?.TenantId ?? "", after?.ConnectorId ?? "", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var connectors = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            connectors.Add((reader.GetString(0), reader.GetString(1)));
        return connectors;
    }

    /// <summary>One connector, which nobody else changes before the end of the transaction; or null.</summary>
    public async Task<Connector?> HoldAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = transaction.Statement(ConnectorSql.FindForUpdate, tenantId, connectorId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadConnector(reader) : null;
    }

    /// <summary>Tells every <see cref="IConnectorListener"/> of a connector as it is, which nobody changes before the commit.</summary>
    /// <returns>False when the connector does not exist.</returns>
    public async Task<bool> AnnounceAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var connector = await HoldAsync(transaction, tenantId, connectorId, cancellationToken);
        if (connector is null)
            return false;
        await TellAsync(transaction, connector, cancellationToken);
        return true;
    }

    /// <summary>Saves name, description, settings, patterns, target path and interval; the next run puts the share in line with them.</summary>
    /// <returns>False when the connector does not exist.</returns>
    /// <exception cref="ConnectorException">A value cannot work (<see cref="ConnectorCodes.InvalidSettings"/>).</exception>
    public async Task<bool> UpdateAsync(NpgsqlTransaction transaction, Connector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        Check(connector.Name, connector.Settings, connector.IncludePatterns, connector.ExcludePatterns, connector.PatternsIgnoreCase, connector.TargetPath, connector.SyncIntervalMinutes, connector.Rules);
        await using var command = transaction.Statement(
            ConnectorSql.Update,
            connector.TenantId,
            connector.Id,
            connector.Name,
            connector.Description,
            Json(connector.Settings),
            connector.IncludePatterns.ToArray(),
            connector.ExcludePatterns.ToArray(),
            connector.PatternsIgnoreCase,
            connector.TargetPath,
            connector.SyncIntervalMinutes,
            Json(connector.Rules));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0 && await AnnounceAsync(transaction, connector.TenantId, connector.Id, cancellationToken);
    }

    /// <summary>Keeps another password or key for a connector; the next run uses it.</summary>
    /// <returns>False when the connector does not exist.</returns>
    public async Task<bool> SetSecretAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, string? secret, CancellationToken cancellationToken)
    {
        await using var command = transaction.Statement(ConnectorSql.SetSecret, tenantId, connectorId, Text(secret is null ? null : secrets.Protect(tenantId, connectorId, secret)));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Stops a connector until <see cref="ResumeAsync"/>; a run that goes on ends at its next batch.</summary>
    /// <returns>False when the connector does not exist.</returns>
    public async Task<bool> PauseAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, string? reason, CancellationToken cancellationToken)
    {
        await using var command = transaction.Statement(ConnectorSql.Pause, tenantId, connectorId, Text(reason));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0 && await AnnounceAsync(transaction, tenantId, connectorId, cancellationToken);
    }

    /// <summary>Lets a paused connector run again.</summary>
    /// <returns>False when it was not paused.</returns>
    public async Task<bool> ResumeAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await using var command = transaction.Statement(ConnectorSql.Resume, tenantId, connectorId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0 && await AnnounceAsync(transaction, tenantId, connectorId, cancellationToken);
    }

    /// <summary>Forgets a connector with its runs and snapshot. The files in the share stay.</summary>
    /// <returns>False when the connector does not exist.</returns>
    public async Task<bool> DeleteAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        string[] parts =
        [
            RunLogSql.DeleteItemsOfConnector, RunLogSql.DeletePlansOfConnector, ConnectorSql.DeleteRuns, ConnectorSql.DeleteSnapshot, ConnectorSql.DeleteContested,
            ConnectorSql.DeleteIntents, ConnectorSql.DeleteHints, ConflictSql.DeleteOfConnector,
        ];
        foreach (var statement in parts)
        {
            await using var part = transaction.Statement(statement, tenantId, connectorId);
            await part.ExecuteNonQueryAsync(cancellationToken);
        }

        await IdentityMappings.DeleteAsync(transaction, tenantId, connectorId, cancellationToken);
        await using (var command = transaction.Statement(ConnectorSql.Delete, tenantId, connectorId))
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
                return false;
        }

        foreach (var listener in listeners)
            await listener.DeletedAsync(transaction, tenantId, connectorId, cancellationToken);
        return true;
    }

    /// <summary>One run, or null.</summary>
    public async Task<Run?> FindRunAsync(string tenantId, string runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.FindRun, tenantId, runId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadRun(reader) : null;
    }

    /// <summary>Runs of a connector, newest first. The newest 100 are kept.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="connectorId">Of which connector.</param>
    /// <param name="beforeId">Only runs older than this one, for the next page; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Run>> ListRunsAsync(string tenantId, string connectorId, string? beforeId, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.ListRuns, tenantId, connectorId, Text(beforeId), limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<Run>();
        while (await reader.ReadAsync(cancellationToken))
            runs.Add(ReadRun(reader));
        return runs;
    }

    /// <summary>Problems of a run in the order they were met.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="runId">Of which run.</param>
    /// <param name="after">Number of the last problem already read; 0 for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Problem>> ListProblemsAsync(string tenantId, string runId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(RunLogSql.ListProblems, tenantId, runId, after, limit);
        return await ReadProblemsAsync(command, cancellationToken);
    }

    /// <summary>What a run said about some paths, the deepest path first; a few of it.</summary>
    public async Task<IReadOnlyList<Problem>> FindProblemsAsync(
        string tenantId, string runId, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(RunLogSql.FindProblems, tenantId, runId, paths.ToArray());
        return await ReadProblemsAsync(command, cancellationToken);
    }

    private static async Task<IReadOnlyList<Problem>> ReadProblemsAsync(Statement command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var problems = new List<Problem>();
        while (await reader.ReadAsync(cancellationToken))
        {
            problems.Add(new Problem(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return problems;
    }

    internal async Task<Run?> FindRunningAsync(string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.FindRunning, tenantId, connectorId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadRun(reader) : null;
    }

    /// <summary>Notes where something changed at a source; the next run takes it along.</summary>
    public async Task AddHintsAsync(string tenantId, string connectorId, IReadOnlyCollection<SyncScope> scopes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Count == 0)
            return;
        await using var command = dataSource.Statement(ConnectorSql.AddHints, tenantId, connectorId, scopes.Select(scope => scope.ToString()).Distinct().ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What was noted and no run has taken along yet.</summary>
    public async Task<IReadOnlyList<SyncScope>> HintsAsync(string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.Hints, tenantId, connectorId);
        return await ReadScopesAsync(command, cancellationToken);
    }

    /// <summary>No run takes this along: somebody else remembers it.</summary>
    public async Task DropHintAsync(string tenantId, string connectorId, SyncScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var command = dataSource.Statement(ConnectorSql.DropHint, tenantId, connectorId, scope.ToString());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A run over all of the source takes every hint with it, one over a part adds them to its scope, a dry run leaves them.</summary>
    internal static async Task StartRunAsync(
        NpgsqlTransaction transaction, string tenantId, string runId, string connectorId, RunRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scope = request.Scope;
        if (!request.IsDryRun)
        {
            await using var take = transaction.Statement(ConnectorSql.TakeHints, tenantId, connectorId);
            var hints = await ReadScopesAsync(take, cancellationToken);
            scope = scope is null ? null : [.. scope.Concat(hints).Distinct()];
        }

        if (scope?.Contains(SyncScope.All) == true)
            scope = null;
        await ExecuteAsync(
            transaction,
            cancellationToken,
            (ConnectorSql.InsertRun, [
                tenantId, runId, connectorId, request.Trigger, now, request.IsDryRun,
                Number(request.AllowedDeletes),
                new NpgsqlParameter
                {
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    Value = (object?)scope?.Select(part => part.ToString()).ToArray() ?? DBNull.Value,
                }]),
            (request.IsDryRun || scope is not null ? ConnectorSql.StartConnectorInPart : ConnectorSql.StartConnector, [tenantId, connectorId]));
    }

    private static async Task<IReadOnlyList<SyncScope>> ReadScopesAsync(Statement command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var scopes = new List<SyncScope>();
        while (await reader.ReadAsync(cancellationToken))
            scopes.Add(SyncScope.Parse(reader.GetString(0)));
        return scopes;
    }

    internal static Task SaveRunAsync(NpgsqlTransaction transaction, Run run, CancellationToken cancellationToken) =>
        ExecuteAsync(transaction, cancellationToken, (ConnectorSql.SaveRun, [
            run.TenantId, run.Id, run.Phase, Text(run.Cursor), run.Report.Listed, run.Report.Added, run.Report.Updated, run.Report.Moved, run.Report.Deleted,
            run.Report.Unchanged, run.Report.Skipped, run.Report.Excluded, run.Report.Errors, run.Report.Bytes, run.ProblemCount,
            run.Report.SentAdded, run.Report.SentUpdated, run.Report.SentMoved, run.Report.SentDeleted, run.Report.SentBytes, run.Report.Conflicts,
            run.ItemCount, Number(run.DriveNumber)]));

    /// <summary>Up to which change of the share the source follows it, and the folder at the target path.</summary>
    internal async Task<(long? DriveNumber, string? TargetFolderId)> ReadSendingAsync(Connector connector, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(ConnectorSql.ReadSending, connector.TenantId, connector.Id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (row.IsDBNull(0) ? null : row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1))
            : (null, null);
    }

    internal static Task SetDriveNumberAsync(NpgsqlTransaction transaction, Connector connector, long? number, CancellationToken cancellationToken) =>
        ExecuteAsync(transaction, cancellationToken, (ConnectorSql.SetDriveNumber, [connector.TenantId, connector.Id, Number(number)]));

    internal static Task SetTargetFolderAsync(NpgsqlTransaction transaction, Connector connector, string? folderId, CancellationToken cancellationToken) =>
        ExecuteAsync(transaction, cancellationToken, (ConnectorSql.SetTargetFolder, [connector.TenantId, connector.Id, Text(folderId)]));

    internal static async Task<bool> IsPausedAsync(NpgsqlTransaction transaction, Connector connector, CancellationToken cancellationToken)
    {
        await using var command = transaction.Statement(ConnectorSql.IsPaused, connector.TenantId, connector.Id);
        return await command.ExecuteScalarAsync(cancellationToken) as bool? ?? true;
    }

    internal static Task CompleteRunAsync(NpgsqlTransaction transaction, Run run, string rootIdentity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var files = run.Report.Added + run.Report.Updated + run.Report.SentAdded + run.Report.SentUpdated;
        var bytes = run.Report.Bytes + run.Report.SentBytes;
        return ExecuteAsync(
            transaction,
            cancellationToken,
            (ConnectorSql.CompleteRun, [run.TenantId, run.Id, now]),
            run.IsDryRun || run.Scope is not null
                ? (ConnectorSql.CompleteConnectorInPart, [run.TenantId, run.ConnectorId, run.IsDryRun ? 0L : files, run.IsDryRun ? 0L : bytes])
                : (ConnectorSql.CompleteConnector, [run.TenantId, run.ConnectorId, run.Report.Errors, now, rootIdentity, files, bytes]),
            (ConnectorSql.DeleteOldRuns, [run.TenantId, run.ConnectorId, KeptRuns]));
    }

    internal static Task FailRunAsync(NpgsqlTransaction transaction, Run run, string code, string message, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(
            transaction,
            cancellationToken,
            (ConnectorSql.FailRun, [run.TenantId, run.Id, now, code, message]),
            // What it was to look at is still to be looked at.
            (ConnectorSql.AddHints, [run.TenantId, run.ConnectorId, run.IsDryRun ? [] : run.Scope?.Select(part => part.ToString()).ToArray() ?? []]),
            (ConnectorSql.FailConnector, [run.TenantId, run.ConnectorId, message]),
            (ConnectorSql.DeleteOldRuns, [run.TenantId, run.ConnectorId, KeptRuns]));

    /// <summary>A dry run that was cut off is not gone on with. That says nothing about the connector.</summary>
    internal static Task SupersedeRunAsync(NpgsqlTransaction transaction, Run run, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(
            transaction,
            cancellationToken,
            (ConnectorSql.FailRun, [run.TenantId, run.Id, now, ConnectorCodes.Superseded, "It was cut off, and a run that writes was asked for."]),
            (ConnectorSql.CompleteConnectorInPart, [run.TenantId, run.ConnectorId, 0L, 0L]));

    private static void Check(
        string name, JsonElement settings, IReadOnlyList<string> includes, IReadOnlyList<string> excludes, bool ignoreCase, string targetPath, int intervalMinutes,
        SyncRules rules)
    {
        _ = new PathFilter(includes, excludes, ignoreCase);
        var fault =
            string.IsNullOrWhiteSpace(name) ? "The name is empty."
            : settings.ValueKind != JsonValueKind.Object ? "The settings must be a JSON object."
            : !targetPath.StartsWith('/') ? $"The target path '{targetPath}' must start with a slash."
            : targetPath.Split('/').Any(part => part is "." or "..") ? $"The target path '{targetPath}' must not hold '.' or '..'."
            : rules.MassDeletePercent is < 0 or > 100 ? $"mass_delete_percent must be between 0 and 100, not {rules.MassDeletePercent}."
            : rules.MassDeleteFiles < 0 ? $"mass_delete_files must not be negative ({rules.MassDeleteFiles})."
            : rules.DirectoryTimeoutSeconds is < 1 or > 86_400 ? $"directory_timeout_seconds must be between 1 and 86400, not {rules.DirectoryTimeoutSeconds}."
            : rules.RequestTimeoutSeconds is < 1 or > 3_600 ? $"request_timeout_seconds must be between 1 and 3600, not {rules.RequestTimeoutSeconds}."
            : rules.ParallelFiles is < 1 or > 32 ? $"parallel_files must be between 1 and 32, not {rules.ParallelFiles}."
            : rules.MaxRequestsInFlight is < 1 or > 256 ? $"max_requests_in_flight must be between 1 and 256, not {rules.MaxRequestsInFlight}."
            : rules.MaxBytesPerSecond < 1024 ? $"max_bytes_per_second must be at least 1024, not {rules.MaxBytesPerSecond}."
            : rules.PermissionSweepHours is < 1 or > 8_760 ? $"permission_sweep_hours must be between 1 and 8760, not {rules.PermissionSweepHours}."
            : intervalMinutes < 1 ? $"The interval must be at least 1 minute, not {intervalMinutes}."
            : null;
        if (fault is not null)
            throw new ConnectorException(ConnectorCodes.InvalidSettings, fault);
    }

    private async Task TellAsync(NpgsqlTransaction transaction, Connector connector, CancellationToken cancellationToken)
    {
        foreach (var listener in listeners)
            await listener.SavedAsync(transaction, connector, cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken, params (string Sql, object[] Parameters)[] statements)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        foreach (var (sql, parameters) in statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Fill(parameters);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Json(SyncRules rules) => new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = JsonSerializer.Serialize(rules, RulesJson) };

    private static NpgsqlParameter Json(JsonElement value) => new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = value.GetRawText() };

    private static Connector ReadConnector(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        ParseSettings(row.GetString(5)),
        row.GetFieldValue<string[]>(6),
        row.GetFieldValue<string[]>(7),
        row.GetBoolean(8),
        row.GetString(9),
        row.GetString(10),
        row.GetString(11),
        row.GetInt32(12),
        row.GetString(13),
        row.IsDBNull(14) ? null : row.GetString(14),
        row.GetInt64(15),
        row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
        row.GetInt64(17),
        row.GetInt64(18),
        row.IsDBNull(19) ? null : row.GetString(19),
        JsonSerializer.Deserialize<SyncRules>(row.GetString(20), RulesJson)!,
        row.GetBoolean(21),
        row.GetFieldValue<DateTimeOffset>(22),
        row.GetFieldValue<DateTimeOffset>(23));

    private static JsonElement ParseSettings(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static Run ReadRun(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.IsDBNull(10) ? null : row.GetString(10),
        new SyncReport
        {
            Listed = row.GetInt64(11),
            Added = row.GetInt64(12),
            Updated = row.GetInt64(13),
            Moved = row.GetInt64(14),
            Deleted = row.GetInt64(15),
            Unchanged = row.GetInt64(16),
            Skipped = row.GetInt64(17),
            Excluded = row.GetInt64(18),
            Errors = row.GetInt64(19),
            Bytes = row.GetInt64(20),
            SentAdded = row.GetInt64(22),
            SentUpdated = row.GetInt64(23),
            SentMoved = row.GetInt64(24),
            SentDeleted = row.GetInt64(25),
            SentBytes = row.GetInt64(26),
            Conflicts = row.GetInt64(27),
        },
        row.GetInt64(21))
    {
        IsDryRun = row.GetBoolean(28),
        AllowedDeletes = row.IsDBNull(29) ? null : row.GetInt64(29),
        Scope = row.IsDBNull(30) ? null : [.. row.GetFieldValue<string[]>(30).Select(SyncScope.Parse)],
        ItemCount = row.GetInt64(31),
        DriveNumber = row.IsDBNull(32) ? null : row.GetInt64(32),
    };
}
