namespace ScaiDrive.Connectors.Sync;

/// <summary>Every statement on the snapshot and on contested places. Columns are described in <c>Migrations/</c>.</summary>
internal static class SnapshotSql
{
    internal const string Exists = "SELECT EXISTS (SELECT 1 FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2);";

    internal const string Page = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND parent_id = $3 AND name > $4
        ORDER BY name
        LIMIT $5;
        """;

    internal const string AtPlace = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND parent_id = $3 AND name = $4;
        """;

    internal const string ById = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;
        """;

    // Hard links share an identity, some stores keep thousands of them to one file; a few candidates per identity are enough,
    // those first that this run did not find at their place.
    internal const string ByIdentity = """
        SELECT s.id, s.parent_id, s.name, s.is_directory, s.identity, s.size_bytes, s.modified_ns, s.changed_ns, s.file_id, s.folder_id,
            s.content_sha256, s.missing_run_id
        FROM (SELECT DISTINCT unnest($3::text[]) AS identity) wanted
        CROSS JOIN LATERAL (
            SELECT *
            FROM connectors.snapshot
            WHERE tenant_id = $1 AND connector_id = $2 AND snapshot.identity = wanted.identity AND is_directory = $4
            ORDER BY (missing_run_id IS NOT DISTINCT FROM $5) DESC, id
            LIMIT 8
        ) s
        ORDER BY s.identity, (s.missing_run_id IS NOT DISTINCT FROM $5) DESC, s.id;
        """;

    internal const string PathOf = """
        WITH RECURSIVE way AS (
            SELECT id, parent_id, name, 1 AS height
            FROM connectors.snapshot
            WHERE tenant_id = $1 AND connector_id = $2 AND id = $3
            UNION ALL
            SELECT s.id, s.parent_id, s.name, way.height + 1
            FROM way
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $2 AND s.id = way.parent_id
        )
        SELECT string_agg(name, '/' ORDER BY height DESC) FROM way;
        """;

    internal const string CountFilesBelow = """
        WITH RECURSIVE below AS (
            SELECT id, is_directory
            FROM connectors.snapshot
            WHERE tenant_id = $1 AND connector_id = $2 AND parent_id = $3
            UNION ALL
            SELECT s.id, s.is_directory
            FROM below
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $2 AND s.parent_id = below.id
            WHERE below.is_directory
        )
        SELECT count(*) FROM below WHERE NOT is_directory;
        """;

    internal const string InsertDirectory = """
        INSERT INTO connectors.snapshot
            (tenant_id, connector_id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, folder_id, run_id)
        VALUES ($1, $2, $3, $4, true, $5, 0, $6, $7, $8, $9)
        RETURNING id;
        """;

    internal const string InsertFiles = """
        INSERT INTO connectors.snapshot
            (tenant_id, connector_id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, content_sha256, run_id)
        SELECT $1, $2, f.parent_id, f.name, false, f.identity, f.size_bytes, f.modified_ns, f.changed_ns, f.file_id, f.content_sha256, $3
        FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) AS f (parent_id, name, identity, size_bytes, modified_ns, changed_ns, file_id, content_sha256);
        """;

    internal const string UpdateFile = """
        UPDATE connectors.snapshot
        SET parent_id = $4, name = $5, identity = $6, size_bytes = $7, modified_ns = $8, changed_ns = $9, file_id = $10, content_sha256 = $11,
            run_id = $12, missing_run_id = NULL
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;
        """;

    internal const string UpdateDirectory = """
        UPDATE connectors.snapshot
        SET parent_id = $4, name = $5, identity = $6, modified_ns = $7, changed_ns = $8, folder_id = $9, run_id = $10, missing_run_id = NULL
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;
        """;

    internal const string SetFolder = "UPDATE connectors.snapshot SET folder_id = $4 WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;";

    internal const string FolderIsTaken = """
        SELECT EXISTS (SELECT 1 FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2 AND folder_id = $3);
        """;

    // Whichever connector it belongs to.
    internal const string FileIsTaken = "SELECT EXISTS (SELECT 1 FROM connectors.snapshot WHERE tenant_id = $1 AND file_id = $2);";

    internal const string TakenFiles = "SELECT file_id FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id <> $2 AND file_id = ANY ($3);";

    // Only while it is still at the place where it was missed: it may have been found elsewhere since.
    internal const string MarkMissing = """
        UPDATE connectors.snapshot
        SET missing_run_id = $6
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3 AND parent_id = $4 AND name = $5;
        """;

    internal const string Unmark = "UPDATE connectors.snapshot SET missing_run_id = NULL WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;";

    internal const string Park = """
        UPDATE connectors.snapshot
        SET name = '/' || id, missing_run_id = $4
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;
        """;

    internal const string Delete = "DELETE FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;";

    // What lies below a directory that is gone is gone too.
    internal const string MarkBelowMissing = """
        WITH RECURSIVE gone AS (
            SELECT id, is_directory
            FROM connectors.snapshot
            WHERE tenant_id = $1 AND connector_id = $2 AND missing_run_id = $3 AND is_directory
            UNION
            SELECT s.id, s.is_directory
            FROM gone
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $2 AND s.parent_id = gone.id
            WHERE gone.is_directory
        )
        UPDATE connectors.snapshot s
        SET missing_run_id = $3
        FROM gone
        WHERE s.tenant_id = $1 AND s.connector_id = $2 AND s.id = gone.id AND s.missing_run_id IS DISTINCT FROM $3;
        """;

    // The directories they were missed in are hints in their stead; below one that is parked, whose path nobody knows, it is everything ($4).
    // Those an earlier run put off stay marked.
    internal const string PutOffMissingDirectories = """
        WITH RECURSIVE put_off AS (
            UPDATE connectors.snapshot s
            SET missing_run_id = NULL, put_off_run_id = $3
            WHERE s.tenant_id = $1 AND s.connector_id = $2 AND s.missing_run_id = $3 AND s.is_directory AND s.put_off_run_id IS NULL
                AND EXISTS (SELECT 1 FROM connectors.snapshot c WHERE c.tenant_id = $1 AND c.connector_id = $2 AND c.parent_id = s.id)
            RETURNING s.parent_id
        ), above (id, path, is_parked) AS (
            SELECT DISTINCT parent_id, ARRAY[]::text[] COLLATE "C", false FROM put_off
            UNION ALL
            SELECT s.parent_id, s.name || a.path, a.is_parked OR starts_with(s.name, '/')
            FROM above a
            JOIN connectors.snapshot s ON s.tenant_id = $1 AND s.connector_id = $2 AND s.id = a.id
        )
        INSERT INTO connectors.hint (tenant_id, connector_id, scope)
        SELECT DISTINCT $1, $2, CASE WHEN is_parked THEN $4 ELSE array_to_string(path, '/') END
        FROM above
        WHERE id = 0
        ON CONFLICT ON CONSTRAINT hint_pkey DO UPDATE SET at = now();
        """;

    // Found again, wherever it is.
    internal const string ForgetPutOff = """
        UPDATE connectors.snapshot
        SET put_off_run_id = NULL
        WHERE tenant_id = $1 AND connector_id = $2 AND put_off_run_id IS NOT NULL AND missing_run_id IS DISTINCT FROM $3;
        """;

    internal const string MissingFiles = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND missing_run_id = $3 AND NOT is_directory
        ORDER BY id
        LIMIT $4;
        """;

    internal const string CountMissing = """
        SELECT count(*) FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2 AND missing_run_id = $3 AND NOT is_directory;
        """;

    internal const string CountUnwanted = """
        SELECT count(*) FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2 AND unwanted_run_id = $3 AND NOT is_directory;
        """;

    internal const string CountFiles = "SELECT count(*) FROM connectors.snapshot WHERE tenant_id = $1 AND connector_id = $2 AND NOT is_directory;";

    internal const string MissingEmptyDirectories = """
        SELECT s.id, s.parent_id, s.name, s.is_directory, s.identity, s.size_bytes, s.modified_ns, s.changed_ns, s.file_id, s.folder_id,
            s.content_sha256, s.missing_run_id
        FROM connectors.snapshot s
        WHERE s.tenant_id = $1 AND s.connector_id = $2 AND s.missing_run_id = $3 AND s.is_directory
            AND NOT EXISTS (SELECT 1 FROM connectors.snapshot c WHERE c.tenant_id = $1 AND c.connector_id = $2 AND c.parent_id = s.id)
        ORDER BY s.id
        LIMIT $4;
        """;

    internal const string Contest = """
        INSERT INTO connectors.contested (tenant_id, connector_id, parent_id, name, path, identity, run_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT ON CONSTRAINT contested_pkey DO UPDATE SET path = excluded.path, identity = excluded.identity, run_id = excluded.run_id;
        """;

    internal const string Contested = """
        SELECT parent_id, name, path, identity
        FROM connectors.contested
        WHERE tenant_id = $1 AND connector_id = $2
        ORDER BY parent_id, name
        LIMIT $3;
        """;

    // Does some contested place hold this file now?
    internal const string IsWanted = """
        SELECT EXISTS (SELECT 1 FROM connectors.contested WHERE tenant_id = $1 AND connector_id = $2 AND identity = $3);
        """;

    internal const string SettleContest = "DELETE FROM connectors.contested WHERE tenant_id = $1 AND connector_id = $2 AND parent_id = $3 AND name = $4;";

    internal const string ForgetOldContests = "DELETE FROM connectors.contested WHERE tenant_id = $1 AND connector_id = $2 AND run_id <> $3;";

    internal const string AfterId = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND id > $3
        ORDER BY id
        LIMIT $4;
        """;

    internal const string Unwanted = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND unwanted_run_id = $3 AND NOT is_directory AND id > $4
        ORDER BY id
        LIMIT $5;
        """;

    internal const string UnwantedEmptyDirectories = """
        SELECT s.id, s.parent_id, s.name, s.is_directory, s.identity, s.size_bytes, s.modified_ns, s.changed_ns, s.file_id, s.folder_id,
            s.content_sha256, s.missing_run_id
        FROM connectors.snapshot s
        WHERE s.tenant_id = $1 AND s.connector_id = $2 AND s.unwanted_run_id = $3 AND s.is_directory
            AND NOT EXISTS (SELECT 1 FROM connectors.snapshot c WHERE c.tenant_id = $1 AND c.connector_id = $2 AND c.parent_id = s.id)
        ORDER BY s.id
        LIMIT $4;
        """;

    internal const string OfFiles = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND file_id = ANY ($3);
        """;

    internal const string OfFolders = """
        SELECT id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, folder_id, content_sha256, missing_run_id
        FROM connectors.snapshot
        WHERE tenant_id = $1 AND connector_id = $2 AND folder_id = ANY ($3);
        """;

    internal const string MarkUnwanted = "UPDATE connectors.snapshot SET unwanted_run_id = $4 WHERE tenant_id = $1 AND connector_id = $2 AND id = ANY ($3);";

    internal const string UnmarkUnwanted = "UPDATE connectors.snapshot SET unwanted_run_id = NULL WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;";

    internal const string SetPlace = """
        UPDATE connectors.snapshot
        SET parent_id = $4, name = $5, modified_ns = $6, changed_ns = $7
        WHERE tenant_id = $1 AND connector_id = $2 AND id = $3;
        """;

    internal const string AddIntent = "INSERT INTO connectors.intent (tenant_id, connector_id, action, path, temporary) VALUES ($1, $2, $3, $4, $5);";

    internal const string Intents = "SELECT id, action, path, temporary FROM connectors.intent WHERE tenant_id = $1 AND connector_id = $2 ORDER BY id;";

    internal const string ForgetIntents = "DELETE FROM connectors.intent WHERE tenant_id = $1 AND connector_id = $2 AND temporary = ANY ($3);";
}
