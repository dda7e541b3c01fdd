using Npgsql;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Sync.Planning;

/// <summary>Puts a plan right once the whole source was seen: what is missing at one place and found at another moves, the rest of it goes with all below.</summary>
internal sealed class PlanEnd(SyncPass pass, Database dataSource)
{
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await pass.CommitAsync((_, _) => Task.CompletedTask, cancellationToken);
        var (tenantId, runId) = (pass.Connector.TenantId, pass.Run.Id);
        await using (var batch = dataSource.CreateBatch())
        {
            foreach (var sql in new[] { PlanSql.DropMoved, PlanSql.ExpandMissing, PlanSql.DropMoved, PlanSql.DropDirectories })
            {
                var command = new NpgsqlBatchCommand(sql);
                command.Parameters.Add(new NpgsqlParameter { Value = tenantId });
                command.Parameters.Add(new NpgsqlParameter { Value = runId });
                if (sql == PlanSql.ExpandMissing)
                    command.Parameters.Add(new NpgsqlParameter { Value = pass.Connector.Id });
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var counting = dataSource.CreateCommand(PlanSql.CountDeletes);
        counting.Parameters.Add(new NpgsqlParameter { Value = tenantId });
        counting.Parameters.Add(new NpgsqlParameter { Value = runId });
        counting.Parameters.Add(new NpgsqlParameter { Value = PlanItem.Share });
        pass.Tally.Deleted = (long)(await counting.ExecuteScalarAsync(cancellationToken))!;
        await new MassDeleteBrake(pass).TellAsync(pass.Tally.Deleted, PlanItem.Share, "the share", cancellationToken);
    }
}

/// <summary>Every statement on the plan of a run alone.</summary>
internal static class PlanSql
{
    internal const string Forget = "DELETE FROM connectors.plan_item WHERE tenant_id = $1 AND run_id = $2;";

    internal const string DropMoved = """
        DELETE FROM connectors.plan_item gone
        USING connectors.plan_item moved
        WHERE gone.tenant_id = $1 AND gone.run_id = $2 AND gone.action IN ('delete', 'add') AND gone.snapshot_id IS NOT NULL
            AND moved.tenant_id = $1 AND moved.run_id = $2 AND moved.action = 'move' AND moved.snapshot_id = gone.snapshot_id;
        """;

    // The files below what is missing; a directory below it that moved takes its own along.
    internal const string ExpandMissing = """
        INSERT INTO connectors.plan_item (tenant_id, run_id, action, side, path, bytes, snapshot_id, file_id)
        WITH RECURSIVE gone AS (
            SELECT p.snapshot_id AS id, p.path COLLATE "C" AS path, p.action, p.side, true AS is_directory, 0::bigint AS size_bytes, NULL::text AS file_id, true AS is_top
            FROM connectors.plan_item p
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $3 AND s.id = p.snapshot_id AND s.is_directory
            WHERE p.tenant_id = $1 AND p.run_id = $2 AND p.action IN ('delete', 'add')
            UNION ALL
            SELECT s.id, gone.path || '/' || s.name, gone.action, gone.side, s.is_directory, s.size_bytes, s.file_id, false
            FROM gone
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $3 AND s.parent_id = gone.id
            WHERE gone.is_directory AND NOT EXISTS (
                SELECT 1 FROM connectors.plan_item m WHERE m.tenant_id = $1 AND m.run_id = $2 AND m.action = 'move' AND m.snapshot_id = s.id)
        )
        SELECT $1, $2, action, side, path, size_bytes, id, file_id FROM gone WHERE NOT is_directory AND NOT is_top ORDER BY path;
        """;

    // A directory goes or comes with its files.
    internal const string DropDirectories = """
        DELETE FROM connectors.plan_item
        WHERE tenant_id = $1 AND run_id = $2 AND action IN ('delete', 'add') AND snapshot_id IS NOT NULL AND file_id IS NULL;
        """;

    internal const string CountDeletes = """
        SELECT count(*) FROM connectors.plan_item WHERE tenant_id = $1 AND run_id = $2 AND action = 'delete' AND side = $3;
        """;

    internal const string PlannedFiles = "SELECT file_id FROM connectors.plan_item WHERE tenant_id = $1 AND run_id = $2 AND file_id = ANY ($3);";
}
