namespace ScaiDrive.Search.Text;

/// <summary>Statements on <c>search.extracted_text</c>. Columns are described in <c>Migrations/</c>.</summary>
internal static class ExtractedTextSql
{
    internal const string Save = """
        INSERT INTO search.extracted_text (tenant_id, content_hash, pipeline_version, status, mime_type, document)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, content_hash, pipeline_version)
        DO UPDATE SET status = EXCLUDED.status, mime_type = EXCLUDED.mime_type, document = EXCLUDED.document, created_at = now()
        """;

    internal const string Add = """
        INSERT INTO search.extracted_text (tenant_id, content_hash, pipeline_version, status, mime_type, document)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, content_hash, pipeline_version) DO NOTHING
        """;

    internal const string Find = """
        SELECT status, mime_type, document
        FROM search.extracted_text
        WHERE tenant_id = $1 AND content_hash = $2 AND pipeline_version = $3
        """;
}
