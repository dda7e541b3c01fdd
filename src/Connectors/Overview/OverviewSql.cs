namespace ScaiDrive.Connectors.Overview;

/// <summary>Statements that look over all connectors, or over the errors of a run. Columns are described in <c>Migrations/</c>.</summary>
internal static class OverviewSql
{
    // What a dry run found out says nothing about how the connector does.
    internal const string Standings = """
        SELECT connector.id, connector.type, connector.name, connector.status, connector.error_count, connector.last_sync_at, connector.created_at,
            last.id, last.status, last.error_code
        FROM connectors.connector
        LEFT JOIN LATERAL (
            SELECT id, status, error_code
            FROM connectors.run
            WHERE run.tenant_id = connector.tenant_id AND run.connector_id = connector.id AND run.status <> 'running' AND NOT run.is_dry_run
            ORDER BY id DESC
            LIMIT 1
        ) AS last ON true
        WHERE connector.tenant_id = $1
        ORDER BY connector.id;
        """;

    // Not those whose source let the last run not in ($2), before somebody changed something.
    internal const string Watched = """
        SELECT tenant_id, id, updated_at
        FROM connectors.connector
        WHERE status <> 'paused' AND type = ANY ($1) AND coalesce((rules ->> 'watch_for_changes')::boolean, true)
          AND NOT EXISTS (
            SELECT
            FROM (
                SELECT error_code, finished_at
                FROM connectors.run
                WHERE run.tenant_id = connector.tenant_id AND run.connector_id = connector.id AND run.status <> 'running' AND NOT run.is_dry_run
                ORDER BY id DESC
                LIMIT 1
            ) AS last
            WHERE last.error_code = ANY ($2) AND last.finished_at >= connector.updated_at)
        ORDER BY tenant_id, id;
        """;

    internal const string Errors = """
        SELECT number, path, code, detail, is_error, at
        FROM connectors.item
        WHERE tenant_id = $1 AND run_id = $2 AND is_error AND code IS NOT NULL
        ORDER BY number
        LIMIT $3;
        """;
}
