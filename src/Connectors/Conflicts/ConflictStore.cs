using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;
using static ScaiDrive.Connectors.Statements;

namespace ScaiDrive.Connectors.Conflicts;

/// <summary>Conflicts of connectors: shown to people, decided by them, settled by the next pass.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Reads and writes belong to one store; which of them need the pool is its own affair.")]
public sealed class ConflictStore(Database dataSource)
{
    /// <summary>Conflicts of a connector, newest first. All are kept.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="connectorId">Of which connector.</param>
    /// <param name="state"><see cref="Conflict.Open"/>, <see cref="Conflict.Resolved"/>, or null for both.</param>
    /// <param name="beforeId">Only those older than this one, for the next page; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public Task<IReadOnlyList<Conflict>> ListAsync(
        string tenantId, string connectorId, string? state, string? beforeId, int limit, CancellationToken cancellationToken) =>
        ReadAsync(dataSource.Statement(ConflictSql.List, tenantId, connectorId, Text(state), Text(beforeId), limit), cancellationToken);

    /// <summary>One conflict, or null.</summary>
    public async Task<Conflict?> FindAsync(string tenantId, string connectorId, string conflictId, CancellationToken cancellationToken) =>
        (await ReadAsync(dataSource.Statement(ConflictSql.Find, tenantId, connectorId, conflictId), cancellationToken)).SingleOrDefault();

    /// <summary>Notes what a person decided about an open conflict; the next pass does it. May be changed until then.</summary>
    /// <returns>False when there is no such open conflict.</returns>
    public async Task<bool> DecideAsync(
        NpgsqlTransaction transaction, string tenantId, string connectorId, string conflictId, ConflictDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new Statement(transaction, ConflictSql.Decide);
        command.Parameters.Fill(tenantId, connectorId, conflictId, TextOf(decision));
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await using var again = new Statement(transaction, ConflictSql.LookAgain);
        again.Parameters.Fill(tenantId, connectorId);
        await again.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>The open conflicts of some files, by their path or id.</summary>
    internal Task<IReadOnlyList<Conflict>> OpenOfAsync(
        string tenantId, string connectorId, string[] paths, string[] fileIds, CancellationToken cancellationToken) =>
        ReadAsync(dataSource.Statement(ConflictSql.OpenOf, tenantId, connectorId, paths, fileIds), cancellationToken);

    internal static NpgsqlBatchCommand Record(Conflict conflict)
    {
        var command = new NpgsqlBatchCommand(ConflictSql.Record);
        command.Parameters.Fill(
            conflict.TenantId, conflict.ConnectorId, conflict.Id, conflict.RunId, conflict.Path, Text(conflict.FileId), conflict.Kind, TextOf(conflict.Resolution),
            conflict.State, Text(conflict.Outcome), Text(conflict.CopyPath),
            Text(conflict.Server?.Sha256), Number(conflict.Server?.SizeBytes), Time(conflict.Server?.ModifiedAt),
            Text(conflict.Client?.Sha256), Number(conflict.Client?.SizeBytes), Time(conflict.Client?.ModifiedAt));
        return command;
    }

    internal static NpgsqlBatchCommand Settle(Conflict conflict, string outcome, string? copyPath)
    {
        var command = new NpgsqlBatchCommand(ConflictSql.Settle);
        command.Parameters.Fill(conflict.TenantId, conflict.ConnectorId, conflict.Id, outcome, Text(copyPath));
        return command;
    }

    /// <summary>Gives an open conflict the path that its file has now, unless another one has it.</summary>
    internal static NpgsqlBatchCommand Rename(Conflict conflict, string path)
    {
        var command = new NpgsqlBatchCommand(ConflictSql.Rename);
        command.Parameters.Fill(conflict.TenantId, conflict.ConnectorId, conflict.Id, path);
        return command;
    }

    /// <summary>Ends an open conflict that has another path than this.</summary>
    internal static NpgsqlBatchCommand SettleElsewhere(Conflict conflict, string path, string outcome)
    {
        var command = new NpgsqlBatchCommand(ConflictSql.SettleElsewhere);
        command.Parameters.Fill(conflict.TenantId, conflict.ConnectorId, conflict.Id, path, outcome);
        return command;
    }

    private static async Task<IReadOnlyList<Conflict>> ReadAsync(Statement command, CancellationToken cancellationToken)
    {
        await using var _ = command;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var conflicts = new List<Conflict>();
        while (await row.ReadAsync(cancellationToken))
        {
            conflicts.Add(new Conflict(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), TextAt(row, 5), row.GetString(6),
                ResolutionOf(row.GetString(7)), row.GetString(8), DecisionOf(TextAt(row, 9)), TextAt(row, 10), TextAt(row, 11),
                SideAt(row, 12), SideAt(row, 15), row.GetFieldValue<DateTimeOffset>(18), row.IsDBNull(19) ? null : row.GetFieldValue<DateTimeOffset>(19)));
        }

        return conflicts;
    }

    private static ConflictSide? SideAt(NpgsqlDataReader row, int first) =>
        row.IsDBNull(first + 1) ? null : new ConflictSide(TextAt(row, first), row.GetInt64(first + 1), row.GetFieldValue<DateTimeOffset>(first + 2));

    private static string? TextAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string TextOf(ConflictDecision decision) => decision switch
    {
        ConflictDecision.Server => "server",
        ConflictDecision.Client => "client",
        _ => "both",
    };

    private static ConflictDecision? DecisionOf(string? text) => text switch
    {
        null => null,
        "server" => ConflictDecision.Server,
        "client" => ConflictDecision.Client,
        _ => ConflictDecision.Both,
    };

    private static string TextOf(ConflictResolution resolution) => resolution switch
    {
        ConflictResolution.LastWriterWins => "LAST_WRITER_WINS",
        ConflictResolution.KeepBoth => "KEEP_BOTH",
        ConflictResolution.Manual => "MANUAL",
        ConflictResolution.ServerWins => "SERVER_WINS",
        _ => "CLIENT_WINS",
    };

    private static ConflictResolution ResolutionOf(string text) => text switch
    {
        "LAST_WRITER_WINS" => ConflictResolution.LastWriterWins,
        "KEEP_BOTH" => ConflictResolution.KeepBoth,
        "MANUAL" => ConflictResolution.Manual,
        "SERVER_WINS" => ConflictResolution.ServerWins,
        _ => ConflictResolution.ClientWins,
    };

    private static NpgsqlParameter Time(DateTimeOffset? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)value?.ToUniversalTime() ?? DBNull.Value };
}
