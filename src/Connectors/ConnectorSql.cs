namespace ScaiDrive.Connectors;

/// <summary>Every statement on connectors, their runs and problems. Columns are described in <c>Migrations/</c>.</summary>
internal static class ConnectorSql
{
    internal const string Insert = """
        INSERT INTO connectors.connector
            (tenant_id, id, type, name, description, settings, include_patterns, exclude_patterns, patterns_ignore_case,
             target_share_id, target_path, owner_id, sync_interval_minutes, rules, secret)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        RETURNING tenant_id, id, type, name, description, settings, include_patterns, exclude_patterns, patterns_ignore_case,
            target_share_id, target_path, owner_id, sync_interval_minutes, status, status_message, error_count, last_sync_at,
            total_files_synced, total_bytes_synced, root_identity, rules, secret IS NOT NULL, created_at, updated_at;
        """;

    internal const string Find = """
        SELECT tenant_id, id, type, name, description, settings, include_patterns, exclude_patterns, patterns_ignore_case,
            target_share_id, target_path, owner_id, sync_interval_minutes, status, status_message, error_count, last_sync_at,
            total_files_synced, total_bytes_synced, root_identity, rules, secret IS NOT NULL, created_at, updated_at
        FROM connectors.connector
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string List = """
        SELECT tenant_id, id, type, name, description, settings, include_patterns, exclude_patterns, patterns_ignore_case,
            target_share_id, target_path, owner_id, sync_interval_minutes, status, status_message, error_count, last_sync_at,
            total_files_synced, total_bytes_synced, root_identity, rules, secret IS NOT NULL, created_at, updated_at
        FROM connectors.connector
        WHERE tenant_id = $1
        ORDER BY id;
        """;

    internal const string FindForUpdate = """
        SELECT tenant_id, id, type, name, description, settings, include_patterns, exclude_patterns, patterns_ignore_case,
            target_share_id, target_path, owner_id, sync_interval_minutes, status, status_message, error_count, last_sync_at,
            total_files_synced, total_bytes_synced, root_identity, rules, secret IS NOT NULL, created_at, updated_at
        FROM connectors.connector
        WHERE tenant_id = $1 AND id = $2
        FOR UPDATE;
        """;

    internal const string ListAll = """
        SELECT tenant_id, id
        FROM connectors.connector
        WHERE (tenant_id, id) > ($1, $2)
        ORDER BY tenant_id, id
        LIMIT $3;
        """;

    // Other patterns, rules or another target: the source is compared with all of the share again.
    internal const string Update = """
        UPDATE connectors.connector
        SET name = $3, description = $4, settings = $5, include_patterns = $6, exclude_patterns = $7, patterns_ignore_case = $8,
            target_path = $9, sync_interval_minutes = $10, rules = $11, drive_number = NULL, updated_at = now()
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string ReadSecret = "SELECT secret FROM connectors.connector WHERE tenant_id = $1 AND id = $2;";

    internal const string SetSecret = "UPDATE connectors.connector SET secret = $3, updated_at = now() WHERE tenant_id = $1 AND id = $2;";

    internal const string Pause = """
        UPDATE connectors.connector
        SET status = 'paused', status_message = $3
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string Resume = """
        UPDATE connectors.connector
        SET status = 'idle', status_message = NULL
        WHERE tenant_id = $1 AND id = $2 AND status = 'paused';
        """;

    internal const string IsPaused = "SELECT status = 'paused' FROM connectors.connector WHERE tenant_id = $1 AND id = $2;";

    internal const string DeleteRuns = "DELETE FROM connectors.run WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string DeleteSnapshot = "DELETE FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string DeleteContested = "DELETE FROM connectors.contested WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string DeleteIntents = "DELETE FROM connectors.intent WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string DeleteHints = "DELETE FROM connectors.hint WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string Delete = "DELETE FROM connectors.connector WHERE tenant_id = $1 AND id = $2;";

    internal const string InsertRun = """
        INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, started_at, is_dry_run, allowed_deletes, scope)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8);
        """;

    internal const string FindRunning = """
        SELECT tenant_id, id, connector_id, trigger, status, phase, cursor, started_at, finished_at, error_code, error_message,
            listed, added, updated, moved, deleted, unchanged, skipped, excluded, errors, bytes, problems,
            sent_added, sent_updated, sent_moved, sent_deleted, sent_bytes, conflicts, is_dry_run, allowed_deletes, scope,
            items, drive_number
        FROM connectors.run
        WHERE tenant_id = $1 AND connector_id = $2 AND status = 'running';
        """;

    internal const string FindRun = """
        SELECT tenant_id, id, connector_id, trigger, status, phase, cursor, started_at, finished_at, error_code, error_message,
            listed, added, updated, moved, deleted, unchanged, skipped, excluded, errors, bytes, problems,
            sent_added, sent_updated, sent_moved, sent_deleted, sent_bytes, conflicts, is_dry_run, allowed_deletes, scope,
            items, drive_number
        FROM connectors.run
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string ListRuns = """
        SELECT tenant_id, id, connector_id, trigger, status, phase, cursor, started_at, finished_at, error_code, error_message,
            listed, added, updated, moved, deleted, unchanged, skipped, excluded, errors, bytes, problems,
            sent_added, sent_updated, sent_moved, sent_deleted, sent_bytes, conflicts, is_dry_run, allowed_deletes, scope,
            items, drive_number
        FROM connectors.run
        WHERE tenant_id = $1 AND connector_id = $2 AND ($3::text IS NULL OR id < $3)
        ORDER BY id DESC
        LIMIT $4;
        """;

    internal const string SaveRun = """
        UPDATE connectors.run
        SET phase = $3, cursor = $4, listed = $5, added = $6, updated = $7, moved = $8, deleted = $9, unchanged = $10,
            skipped = $11, excluded = $12, errors = $13, bytes = $14, problems = $15,
            sent_added = $16, sent_updated = $17, sent_moved = $18, sent_deleted = $19, sent_bytes = $20, conflicts = $21,
            items = $22, drive_number = $23, committed_at = now()
        WHERE tenant_id = $1 AND id = $2 AND status = 'running';
        """;

    internal const string CompleteRun = """
        UPDATE connectors.run
        SET status = 'completed', phase = 'done', cursor = NULL, finished_at = $3, committed_at = now()
        WHERE tenant_id = $1 AND id = $2 AND status = 'running';
        """;

    internal const string FailRun = """
        UPDATE connectors.run
        SET status = 'failed', finished_at = $3, error_code = $4, error_message = $5, committed_at = now()
        WHERE tenant_id = $1 AND id = $2 AND status = 'running';
        """;

    // What was deleted on either side, without being asked for, since the last pass over everything came to its end. Ids of runs sort by time.
    internal const string CountDeletedInParts = """
        SELECT COALESCE(sum(deleted + sent_deleted), 0)::bigint
        FROM connectors.run
        WHERE tenant_id = $1 AND connector_id = $2 AND id <> $3 AND NOT is_dry_run AND allowed_deletes IS NULL AND id > COALESCE((
            SELECT max(id)
            FROM connectors.run
            WHERE tenant_id = $1 AND connector_id = $2 AND status = 'completed' AND NOT is_dry_run AND scope IS NULL), '');
        """;

    // Ids of runs sort by time.
    internal const string DeleteOldRuns = """
        WITH old AS (
            DELETE FROM connectors.run
            WHERE tenant_id = $1 AND connector_id = $2 AND status <> 'running' AND id < (
                SELECT min(id)
                FROM (SELECT id FROM connectors.run WHERE tenant_id = $1 AND connector_id = $2 ORDER BY id DESC LIMIT $3) kept)
            RETURNING id
        ), plans AS (
            DELETE FROM connectors.plan_item
            USING old
            WHERE plan_item.tenant_id = $1 AND plan_item.run_id = old.id
        )
        DELETE FROM connectors.item
        USING old
        WHERE item.tenant_id = $1 AND item.run_id = old.id;
        """;

    // A connector that was paused while a pass went on stays paused.
    internal const string CompleteConnector = """
        UPDATE connectors.connector
        SET status = CASE status WHEN 'paused' THEN status ELSE 'idle' END,
            status_message = CASE status WHEN 'paused' THEN status_message END,
            error_count = $3, last_sync_at = $4, root_identity = $5,
            total_files_synced = total_files_synced + $6, total_bytes_synced = total_bytes_synced + $7
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string StartConnector = """
        UPDATE connectors.connector
        SET status = 'syncing', status_message = NULL
        WHERE tenant_id = $1 AND id = $2 AND status <> 'paused';
        """;

    internal const string StartConnectorInPart = """
        UPDATE connectors.connector
        SET status = 'syncing', status_message = NULL
        WHERE tenant_id = $1 AND id = $2 AND status NOT IN ('paused', 'error');
        """;

    internal const string FailConnector = """
        UPDATE connectors.connector
        SET status = CASE status WHEN 'paused' THEN status ELSE 'error' END, status_message = $3
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string AddHints = """
        INSERT INTO connectors.hint (tenant_id, connector_id, scope)
        SELECT $1, $2, unnest($3::text[])
        ON CONFLICT ON CONSTRAINT hint_pkey DO UPDATE SET at = now();
        """;

    internal const string Hints = "SELECT scope FROM connectors.hint WHERE tenant_id = $1 AND connector_id = $2 ORDER BY scope;";

    internal const string DropHint = "DELETE FROM connectors.hint WHERE tenant_id = $1 AND connector_id = $2 AND scope = $3;";

    internal const string TakeHints = "DELETE FROM connectors.hint WHERE tenant_id = $1 AND connector_id = $2 RETURNING scope;";

    // A pass over a part of the source is no pass over the source: neither its time nor its root is kept, nor does it end what stopped the last one.
    internal const string CompleteConnectorInPart = """
        WITH last AS (
            SELECT status
            FROM connectors.run
            WHERE tenant_id = $1 AND connector_id = $2 AND status <> 'running' AND NOT is_dry_run AND scope IS NULL
            ORDER BY id DESC
            LIMIT 1
        ), standing AS (
            SELECT c.status = 'paused' OR (c.status = 'error' AND COALESCE((SELECT status FROM last) = 'failed', false)) AS stays
            FROM connectors.connector c
            WHERE c.tenant_id = $1 AND c.id = $2
        )
        UPDATE connectors.connector
        SET status = CASE WHEN stays THEN status ELSE 'idle' END,
            status_message = CASE WHEN stays THEN status_message END,
            total_files_synced = total_files_synced + $3, total_bytes_synced = total_bytes_synced + $4
        FROM standing
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string ReadSending = "SELECT drive_number, target_folder_id FROM connectors.connector WHERE tenant_id = $1 AND id = $2;";

    internal const string SetDriveNumber = "UPDATE connectors.connector SET drive_number = $3 WHERE tenant_id = $1 AND id = $2;";

    internal const string SetTargetFolder = "UPDATE connectors.connector SET target_folder_id = $3 WHERE tenant_id = $1 AND id = $2;";
}
