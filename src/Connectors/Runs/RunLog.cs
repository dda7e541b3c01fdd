using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Runs;

/// <summary>What runs did item by item, and what dry runs found out. Kept as long as the run.</summary>
public sealed class RunLog(Database dataSource)
{
    /// <summary>Items of a run in the order they were dealt with, problems among them.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="runId">Of which run.</param>
    /// <param name="after">Number of the last item already read; 0 for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<RunItem>> ListItemsAsync(string tenantId, string runId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(RunLogSql.ListItems, tenantId, runId, after, limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<RunItem>();
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(new RunItem(
                row.GetInt64(0), row.GetString(1), row.GetString(2), TextAt(row, 3), TextAt(row, 4), row.GetString(5), row.GetBoolean(6),
                row.GetFieldValue<DateTimeOffset>(7)));
        }

        return items;
    }

    /// <summary>What a dry run found out, in the order of the walk: first what would be done in the share, then at the source.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="runId">Of which run.</param>
    /// <param name="after">Number of the last item already read; 0 for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<PlanItem>> ListPlanAsync(string tenantId, string runId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Statement(RunLogSql.ListPlan, tenantId, runId, after, limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<PlanItem>();
        while (await row.ReadAsync(cancellationToken))
            items.Add(new PlanItem(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), TextAt(row, 4), row.GetInt64(5), row.GetString(6)));
        return items;
    }

    internal static NpgsqlBatchCommand Insert(string tenantId, string runId, IReadOnlyList<RunItem> items)
    {
        var command = new NpgsqlBatchCommand(RunLogSql.InsertItems);
        command.Parameters.Fill(
            tenantId, runId,
            Array(NpgsqlDbType.Bigint, items.Select(item => item.Number)),
            Array(NpgsqlDbType.Text, items.Select(item => Clean(item.Path))),
            Array(NpgsqlDbType.Text, items.Select(item => item.Action)),
            Array(NpgsqlDbType.Text, items.Select(item => item.FromPath)),
            Array(NpgsqlDbType.Text, items.Select(item => item.Code)),
            Array(NpgsqlDbType.Text, items.Select(item => Clean(item.Detail))),
            Array(NpgsqlDbType.Boolean, items.Select(item => item.IsError)),
            Array(NpgsqlDbType.TimestampTz, items.Select(item => item.At)));
        return command;
    }

    internal static NpgsqlBatchCommand Insert(string tenantId, string runId, IReadOnlyList<PlannedItem> items)
    {
        var command = new NpgsqlBatchCommand(RunLogSql.InsertPlan);
        command.Parameters.Fill(
            tenantId, runId,
            Array(NpgsqlDbType.Text, items.Select(item => item.Action)),
            Array(NpgsqlDbType.Text, items.Select(item => item.Side)),
            Array(NpgsqlDbType.Text, items.Select(item => Clean(item.Path))),
            Array(NpgsqlDbType.Text, items.Select(item => item.FromPath)),
            Array(NpgsqlDbType.Bigint, items.Select(item => item.Bytes)),
            Array(NpgsqlDbType.Text, items.Select(item => Clean(item.Detail))),
            Array(NpgsqlDbType.Bigint, items.Select(item => item.SnapshotId)),
            Array(NpgsqlDbType.Text, items.Select(item => item.FileId)));
        return command;
    }

    // PostgreSQL holds no NUL, and what a source says may have one.
    private static string Clean(string text) => text.Replace("\0", "", StringComparison.Ordinal);

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values.ToArray() };

    private static string? TextAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

/// <summary>A <see cref="PlanItem"/> before it has its number, with what tells moves from deletes.</summary>
internal sealed record PlannedItem(
    string Action, string Side, string Path, string? FromPath = null, long Bytes = 0, string Detail = "", long? SnapshotId = null, string? FileId = null);
