namespace ScaiDrive.Connectors.Permissions;

/// <summary>Every statement on identity mappings and on the sweep. Columns are described in <c>Migrations/</c>.</summary>
internal static class PermissionSql
{
    internal const string LockMapping = "SELECT pg_advisory_xact_lock(hashtextextended('connectors.identity_mapping/' || $1 || '/' || $2, 0));";

    internal const string DeleteRows = "DELETE FROM connectors.identity_mapping WHERE tenant_id = $1 AND connector_id = $2 AND how = ANY ($3);";

    // What a person gave comes before what was found; what was found never replaces it.
    internal const string InsertGiven = """
        INSERT INTO connectors.identity_mapping (tenant_id, connector_id, sid, principal_type, principal_id, how, given, ordinal)
        SELECT $1, $2, n.sid, n.principal_type, n.principal_id, 'csv', n.given, n.ordinal
        FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS n (sid, principal_type, principal_id, given, ordinal)
        ON CONFLICT ON CONSTRAINT identity_mapping_pkey DO UPDATE
        SET principal_type = EXCLUDED.principal_type, principal_id = EXCLUDED.principal_id, how = 'csv', given = EXCLUDED.given, ordinal = EXCLUDED.ordinal;
        """;

    internal const string InsertFound = """
        INSERT INTO connectors.identity_mapping (tenant_id, connector_id, sid, principal_type, principal_id, how)
        SELECT $1, $2, n.* FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS n (sid, principal_type, principal_id, how)
        ON CONFLICT ON CONSTRAINT identity_mapping_pkey DO NOTHING;
        """;

    internal const string AllRows = """
        SELECT sid, principal_type, principal_id FROM connectors.identity_mapping WHERE tenant_id = $1 AND connector_id = $2;
        """;

    internal const string GivenRows = """
        SELECT sid, given FROM connectors.identity_mapping WHERE tenant_id = $1 AND connector_id = $2 AND how = 'csv' ORDER BY ordinal;
        """;

    internal const string ListRows = """
        SELECT m.sid, p.name, m.principal_type, m.principal_id, m.how
        FROM connectors.identity_mapping m
        LEFT JOIN connectors.principal p ON p.tenant_id = m.tenant_id AND p.connector_id = m.connector_id AND p.sid = m.sid
        WHERE m.tenant_id = $1 AND m.connector_id = $2 AND m.sid > $3
        ORDER BY m.sid
        LIMIT $4;
        """;

    internal const string DeletePrincipals = "DELETE FROM connectors.principal WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string Names = "SELECT sid, name FROM connectors.principal WHERE tenant_id = $1 AND connector_id = $2 AND sid = ANY ($3);";

    internal const string DeleteSweep = "DELETE FROM connectors.permission_sweep WHERE tenant_id = $1 AND connector_id = $2;";

    internal const string BeginSweep = """
        INSERT INTO connectors.permission_sweep AS s (tenant_id, connector_id, started_at)
        VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT permission_sweep_pkey DO UPDATE SET started_at = EXCLUDED.started_at, after_id = 0, finished_at = NULL
        WHERE s.finished_at IS NOT NULL AND s.started_at <= $4;
        """;

    internal const string FindSweep = """
        SELECT started_at, after_id, finished_at FROM connectors.permission_sweep WHERE tenant_id = $1 AND connector_id = $2;
        """;

    internal const string SaveSweep = """
        UPDATE connectors.permission_sweep SET after_id = $3, finished_at = $4 WHERE tenant_id = $1 AND connector_id = $2;
        """;

    // What moved since its permissions were read, and what they were never read of. A name with a slash in front has no place at the source.
    internal const string Moved = """
        SELECT id, parent_id, name, file_id, changed_ns, acl_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND id > $3 AND NOT is_directory AND acl_changed_ns IS DISTINCT FROM changed_ns AND name NOT LIKE '/%'
        ORDER BY id
        LIMIT $4;
        """;

    internal const string ReadBefore = """
        SELECT id, parent_id, name, file_id, changed_ns, acl_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND id > $3 AND NOT is_directory AND acl_read_at < $5 AND name NOT LIKE '/%'
        ORDER BY id
        LIMIT $4;
        """;

    // Files in a directory ($6), or with everything below it ($7), that were not read since a time.
    internal const string InDirectory = """
        WITH RECURSIVE directory AS (
            SELECT $6::bigint AS id
            UNION ALL
            SELECT s.id
            FROM directory d
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $2 AND s.parent_id = d.id AND s.is_directory
            WHERE $7
        )
        SELECT s.id, s.parent_id, s.name, s.file_id, s.changed_ns, s.acl_id
        FROM directory d
        JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $2 AND s.parent_id = d.id
        WHERE s.id > $3 AND NOT s.is_directory AND s.acl_read_at < $5 AND s.name NOT LIKE '/%'
        ORDER BY s.id
        LIMIT $4;
        """;

    // A server whose files never have another time of change than that of writing does not show a change of permissions. A sample tells.
    internal const string TellsChanges = """
        SELECT coalesce(bool_or(changed_ns <> modified_ns), true)
        FROM (
            SELECT changed_ns, modified_ns
            FROM connectors.snapshot
            WHERE tenant_id = $1 AND connector_id = $2 AND NOT is_directory
            ORDER BY id
            LIMIT 1000
        ) sample;
        """;

    internal const string AnyFile = """
        SELECT id, parent_id, name, file_id, changed_ns, acl_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND id > $3 AND NOT is_directory
        ORDER BY id
        LIMIT $4;
        """;

    internal const string SetRead = """
        UPDATE connectors.snapshot s
        SET acl_id = n.acl_id, acl_changed_ns = n.changed_ns, acl_read_at = $6
        FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS n (id, acl_id, changed_ns)
        WHERE s.tenant_id = $1 AND s.connector_id = $2 AND s.id = n.id;
        """;

    internal const string SetUnread = """
        UPDATE connectors.snapshot SET acl_id = NULL, acl_changed_ns = NULL, acl_read_at = NULL
        WHERE tenant_id = $1 AND connector_id = $2 AND id = ANY ($3) AND acl_read_at IS NOT NULL;
        """;

    internal const string AllNames = """
        SELECT p.sid, p.name
        FROM connectors.principal p
        WHERE p.tenant_id = $1 AND p.connector_id = $2 AND p.name IS NOT NULL
          AND NOT EXISTS (SELECT FROM connectors.identity_mapping m
                          WHERE m.tenant_id = $1 AND m.connector_id = $2 AND m.sid = p.sid AND m.how = 'csv');
        """;

    // Asked for lately ($4 and after): not again, whether the source knew it or not.
    internal const string NotAskedSince = """
        SELECT n.sid
        FROM unnest($3::text[]) AS n (sid)
        WHERE NOT EXISTS (SELECT FROM connectors.principal p
                          WHERE p.tenant_id = $1 AND p.connector_id = $2 AND p.sid = n.sid AND p.asked_at >= $4);
        """;

    internal const string SaveNames = """
        INSERT INTO connectors.principal (tenant_id, connector_id, sid, name, asked_at)
        SELECT $1, $2, n.sid, n.name, $5 FROM unnest($3::text[], $4::text[]) AS n (sid, name)
        ON CONFLICT ON CONSTRAINT principal_pkey DO UPDATE
        SET name = coalesce(EXCLUDED.name, connectors.principal.name), asked_at = EXCLUDED.asked_at;
        """;
}
