namespace ScaiDrive.Connectors.Conflicts;

/// <summary>Every statement on conflicts. Columns are described in <c>Migrations/</c>.</summary>
internal static class ConflictSql
{
    private const string Columns = """
        tenant_id, id, connector_id, run_id, path, file_id, kind, resolution, state, decision, outcome, copy_path,
        server_sha256, server_size_bytes, server_modified_at, client_sha256, client_size_bytes, client_modified_at, created_at, resolved_at
        """;

    internal const string List = $"""
        SELECT {Columns}
        FROM connectors.conflict
        WHERE tenant_id = $1 AND connector_id = $2 AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR id < $4)
        ORDER BY id DESC
        LIMIT $5;
        """;

    internal const string Find = $"SELECT {Columns} FROM connectors.conflict WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;";

    internal const string Decide = """
        UPDATE connectors.conflict SET decision = $4 WHERE tenant_id = $1 AND connector_id = $2 AND id = $3 AND state = 'open';
        """;

    // What has been decided must be looked at again, although neither side may have changed since.
    internal const string LookAgain = "UPDATE connectors.connector SET drive_number = NULL WHERE tenant_id = $1 AND id = $2;";

    internal const string OpenOf = $"""
        SELECT {Columns}
        FROM connectors.conflict
        WHERE tenant_id = $1 AND connector_id = $2 AND state = 'open' AND (path = ANY ($3) OR file_id = ANY ($4));
        """;

    // An open conflict that is met again stays the one it is, with what the sides have now.
    internal const string Record = """
        INSERT INTO connectors.conflict
            (tenant_id, connector_id, id, run_id, path, file_id, kind, resolution, state, outcome, copy_path,
             server_sha256, server_size_bytes, server_modified_at, client_sha256, client_size_bytes, client_modified_at, resolved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, CASE $9 WHEN 'resolved' THEN now() END)
        ON CONFLICT (tenant_id, connector_id, path) WHERE state = 'open' DO UPDATE
        SET file_id = excluded.file_id, kind = excluded.kind,
            server_sha256 = excluded.server_sha256, server_size_bytes = excluded.server_size_bytes, server_modified_at = excluded.server_modified_at,
            client_sha256 = excluded.client_sha256, client_size_bytes = excluded.client_size_bytes, client_modified_at = excluded.client_modified_at;
        """;

    internal const string Settle = """
        UPDATE connectors.conflict
        SET state = 'resolved', outcome = $4, copy_path = $5, resolved_at = now()
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3 AND state = 'open';
        """;

    internal const string Rename = """
        UPDATE connectors.conflict
        SET path = $4
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3 AND state = 'open'
            AND NOT EXISTS (
                SELECT 1 FROM connectors.conflict c WHERE c.tenant_id = $1 AND c.connector_id = $2 AND c.path = $4 AND c.state = 'open');
        """;

    internal const string SettleElsewhere = """
        UPDATE connectors.conflict
        SET state = 'resolved', outcome = $5, resolved_at = now()
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3 AND state = 'open' AND path <> $4;
        """;

    // What was held back may have to be sent, although the share was not changed since.
    internal const string SettleOfFile = """
        WITH ended AS (
            UPDATE connectors.conflict
            SET state = 'resolved', outcome = $4, resolved_at = now()
            WHERE tenant_id = $1 AND connector_id = $2 AND file_id = $3 AND state = 'open'
            RETURNING id
        )
        UPDATE connectors.connector SET drive_number = NULL WHERE tenant_id = $1 AND id = $2 AND EXISTS (SELECT 1 FROM ended);
        """;

    internal const string DeleteOfConnector = "DELETE FROM connectors.conflict WHERE tenant_id = $1 AND connector_id = $2;";
}
