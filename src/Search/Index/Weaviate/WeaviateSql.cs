namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Statements on the state of the index in Weaviate. Columns are described in <c>Migrations/</c>.</summary>
internal static class WeaviateSql
{
    internal const string Read = """
        SELECT generation, database_id, schema_version, cursor, built_through FROM search.weaviate_index WHERE tenant_id = $1
        """;

    internal const string Start = """
        INSERT INTO search.weaviate_index (tenant_id, generation, database_id, schema_version, cursor, built_through)
        VALUES ($1, $2, $3, $4, $5, '')
        ON CONFLICT (tenant_id) DO UPDATE
        SET generation = EXCLUDED.generation, database_id = EXCLUDED.database_id, schema_version = EXCLUDED.schema_version,
            cursor = EXCLUDED.cursor, built_through = '', updated_at = now()
        """;

    internal const string Move = """
        UPDATE search.weaviate_index SET cursor = $3, built_through = $4, updated_at = now() WHERE tenant_id = $1 AND generation = $2
        """;

    // The database's clock judges; those of the processes may differ.
    internal const string Claim = """
        INSERT INTO search.weaviate_writer AS w (tenant_id, holder, busy_until)
        VALUES ($1, $2, now() + $3)
        ON CONFLICT (tenant_id) DO UPDATE SET holder = EXCLUDED.holder, busy_until = EXCLUDED.busy_until
        WHERE w.holder = EXCLUDED.holder OR w.busy_until < now()
        """;

    internal const string Release = """
        DELETE FROM search.weaviate_writer WHERE tenant_id = $1 AND holder = $2
        """;

    internal const string Languages = """
        SELECT language FROM search.weaviate_language WHERE tenant_id = $1 ORDER BY language
        """;

    internal const string AddLanguages = """
        INSERT INTO search.weaviate_language (tenant_id, language) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING
        """;

    internal const string Refuse = """
        INSERT INTO search.weaviate_refused (tenant_id, file_id, message) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, file_id) DO UPDATE SET message = EXCLUDED.message, refused_at = now()
        """;

    internal const string Accept = """
        DELETE FROM search.weaviate_refused WHERE tenant_id = $1 AND file_id = ANY ($2)
        """;

    internal const string HitFiles = """
        SELECT file_id, name, share_id, folder_id, path, mime_type, size_bytes, modified_at
        FROM search.file
        WHERE tenant_id = $1 AND file_id = ANY ($2)
        """;

    internal const string ChunksAt = """
        SELECT c.file_id, c.chunk_index, c.page, c.section, c.text, f.language
        FROM unnest($2::text[], $3::integer[]) AS n(file_id, chunk_index)
        JOIN search.text_chunk c ON c.tenant_id = $1 AND c.file_id = n.file_id AND c.chunk_index = n.chunk_index
        JOIN search.file f ON f.tenant_id = $1 AND f.file_id = n.file_id
        """;

    internal const string ChunksOf = """
        SELECT c.file_id, c.chunk_index, c.page, c.section, c.text, f.language
        FROM search.text_chunk c
        JOIN search.file f ON f.tenant_id = c.tenant_id AND f.file_id = c.file_id
        WHERE c.tenant_id = $1 AND c.file_id = ANY ($2) AND (c.file_id, c.chunk_index) > ($3, $4) AND c.chunk_index < $5
        ORDER BY c.file_id, c.chunk_index
        LIMIT $6
        """;

    internal const string Places = "SELECT file_id, share_id, folder_id FROM search.file WHERE tenant_id = $1 AND file_id = ANY ($2)";
}
