namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Statements that say what a change of rules would cost.</summary>
internal static class ReworkEstimateSql
{
    internal const string CreateList = """
        CREATE TEMPORARY TABLE rework_due (file_id text NOT NULL, model text) ON COMMIT DROP
        """;

    internal const string Fill = """
        INSERT INTO rework_due (file_id, model) SELECT * FROM unnest($1::text[], $2::text[])
        """;

    internal const string Analyze = "ANALYZE rework_due";

    // Each text once, whichever files hold it; a text that has its vector costs nothing.
    internal const string Tokens = """
        SELECT t.model, count(*), coalesce(sum(t.tokens), 0)::bigint
        FROM (
            SELECT d.model, c.hash, min(c.tokens) AS tokens
            FROM rework_due d
            JOIN search.text_chunk c ON c.tenant_id = $1 AND c.file_id = d.file_id
            WHERE d.model IS NOT NULL
            GROUP BY d.model, c.hash
        ) AS t
        WHERE NOT EXISTS (SELECT FROM search.vector v WHERE v.tenant_id = $1 AND v.model = t.model AND v.chunk_hash = t.hash)
        GROUP BY t.model
        """;

    internal const string Images = """
        SELECT coalesce(sum(pages), 0)::bigint
        FROM (
            SELECT max(g.pages) AS pages
            FROM search.file_stage g
            WHERE g.tenant_id = $1 AND g.file_id = ANY ($2) AND g.state = 'skipped' AND g.reason_code = 'ocr_disabled'
            GROUP BY g.file_id
        ) AS files
        """;

    internal const string StoredTexts = """
        SELECT count(*)
        FROM search.file f
        JOIN search.extracted_text t ON t.tenant_id = f.tenant_id AND t.content_hash = f.content_hash
        WHERE f.tenant_id = $1 AND f.file_id = ANY ($2)
        """;
}
