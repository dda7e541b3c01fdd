namespace ScaiDrive.Bench.Walk;

/// <summary>A share and its snapshot as a finished first pass over <see cref="SyntheticSource"/> would have left them.</summary>
internal static class WalkBenchSql
{
    internal const string FillFolders = """
        INSERT INTO items (tenant_id, id, share_id, parent_id, kind, name, path, owner_id, created_by, modified_by, created_at, modified_at)
        SELECT $1, 'fld_' || lpad(d::text, 8, '0'), $2, $2, 'folder', 'd' || lpad(d::text, 8, '0'), '/d' || lpad(d::text, 8, '0'), $3, $3, $3, now(), now()
        FROM generate_series(0, $4 - 1) d;
        """;

    internal const string FillFiles = """
        INSERT INTO items (tenant_id, id, share_id, parent_id, kind, name, mime_type, size_bytes, content_hash, version,
            owner_id, created_by, modified_by, created_at, modified_at)
        SELECT $1, 'fil_' || lpad(n::text, 10, '0'), $2, 'fld_' || lpad((n / $5)::text, 8, '0'), 'file', 'f' || lpad(n::text, 10, '0'), 'text/plain', n,
            repeat('0', 54) || lpad(n::text, 10, '0'), 1, $3, $3, $3, now(), now()
        FROM generate_series($4::bigint, $4 + $6 - 1) n;
        """;

    internal const string FillDirectoryRows = """
        INSERT INTO connectors.snapshot (tenant_id, connector_id, id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, folder_id, run_id)
        OVERRIDING SYSTEM VALUE
        SELECT $1, $2, d + 1, 0, 'd' || lpad(d::text, 8, '0'), true, 'd' || d, 0, $4, $4, 'fld_' || lpad(d::text, 8, '0'), 'run_first'
        FROM generate_series(0, $3 - 1) d;
        """;

    internal const string FillFileRows = """
        INSERT INTO connectors.snapshot
            (tenant_id, connector_id, id, parent_id, name, is_directory, identity, size_bytes, modified_ns, changed_ns, file_id, content_sha256, run_id)
        OVERRIDING SYSTEM VALUE
        SELECT $1, $2, 1000000000 + n, n / $5 + 1, 'f' || lpad(n::text, 10, '0'), false, 'f' || n, n, $4, $4, 'fil_' || lpad(n::text, 10, '0'),
            repeat('0', 54) || lpad(n::text, 10, '0'), 'run_first'
        FROM generate_series($3::bigint, $3 + $6 - 1) n;
        """;

    internal const string Settle = "VACUUM ANALYZE items, connectors.snapshot;";
}
