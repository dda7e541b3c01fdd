namespace ScaiDrive.Search.Text;

/// <summary>Statements on <c>search.extracted_text</c>. Columns are described in <c>Migrations/</c>.</summary>
internal static class ExtractedTextSql
{
    // An advisory lock, because there may be no row to lock yet. It is taken after the file's own and before its index's.
    internal const string Hold = """
        SELECT pg_advisory_xact_lock(hashtextextended('search.extracted_text ' || $1 || ' ' || $2, 0))
        """;

    internal const string Save = """
        INSERT INTO search.extracted_text
            (tenant_id, content_hash, pipeline_version, status, mime_type, pages, ocr_pages, read_ms, ocr_ms, metadata, document)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (tenant_id, content_hash) DO UPDATE
        SET pipeline_version = EXCLUDED.pipeline_version, status = EXCLUDED.status, mime_type = EXCLUDED.mime_type,
            pages = EXCLUDED.pages, ocr_pages = EXCLUDED.ocr_pages, read_ms = EXCLUDED.read_ms, ocr_ms = EXCLUDED.ocr_ms,
            metadata = EXCLUDED.metadata, document = EXCLUDED.document, created_at = now()
        """;

    internal const string Find = """
        SELECT status, mime_type, pipeline_version, read_ms, ocr_ms, metadata, document
        FROM search.extracted_text
        WHERE tenant_id = $1 AND content_hash = $2
        """;

    internal const string FindMetadata = """
        SELECT metadata FROM search.extracted_text WHERE tenant_id = $1 AND content_hash = $2
        """;

    // The planner has no such jump of its own: it would read every row of the tenant to find a handful of versions.
    internal const string Versions = """
        WITH RECURSIVE version AS (
            (SELECT pipeline_version FROM search.extracted_text WHERE tenant_id = $1 ORDER BY pipeline_version LIMIT 1)
            UNION ALL
            SELECT (SELECT t.pipeline_version FROM search.extracted_text t
                    WHERE t.tenant_id = $1 AND t.pipeline_version > v.pipeline_version
                    ORDER BY t.pipeline_version LIMIT 1)
            FROM version v
            WHERE v.pipeline_version IS NOT NULL
        )
        SELECT pipeline_version FROM version WHERE pipeline_version IS NOT NULL
        """;

    // $2 versions, $3 those of them whose recognized pages are to be recognized again. A content is read once for all its files.
    internal const string Estimate = """
        WITH content AS (
            SELECT t.mime_type, t.pages, t.read_ms, count(*) AS files, max(f.size_bytes) AS bytes,
                   CASE WHEN t.pipeline_version = ANY ($3) THEN t.ocr_pages ELSE 0 END AS ocr_pages,
                   CASE WHEN t.pipeline_version = ANY ($3) THEN t.ocr_ms ELSE 0 END AS ocr_ms
            FROM search.extracted_text t
            JOIN search.file f ON f.tenant_id = t.tenant_id AND f.content_hash = t.content_hash
            WHERE t.tenant_id = $1 AND t.pipeline_version = ANY ($2)
            GROUP BY t.tenant_id, t.content_hash
        )
        SELECT mime_type, sum(files)::bigint, count(*), sum(pages)::bigint, sum(bytes)::bigint, sum(ocr_pages)::bigint,
               (sum(read_ms) + sum(ocr_ms))::bigint
        FROM content
        GROUP BY mime_type
        ORDER BY sum(read_ms) + sum(ocr_ms) DESC, mime_type
        """;

    internal const string Files = """
        SELECT f.content_hash, f.file_id, t.pipeline_version
        FROM search.file f
        JOIN search.extracted_text t ON t.tenant_id = f.tenant_id AND t.content_hash = f.content_hash
        WHERE f.tenant_id = $1 AND t.pipeline_version = ANY ($2) AND (f.content_hash, f.file_id) > ($3, $4)
        ORDER BY f.content_hash, f.file_id
        LIMIT $5
        """;
}
