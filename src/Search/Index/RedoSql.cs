namespace ScaiDrive.Search.Index;

/// <summary>Statements that find files to be indexed again. Columns are described in <c>Migrations/</c>.</summary>
internal static class RedoSql
{
    private const string Matching = """
        FROM search.file f
        WHERE f.tenant_id = $1 AND ($2::text IS NULL OR f.file_id = $2) AND ($3::text IS NULL OR f.share_id = $3)
          AND ($4::text IS NULL OR EXISTS (
              SELECT FROM search.file_stage g WHERE g.tenant_id = f.tenant_id AND g.file_id = f.file_id AND g.reason_code = $4))
        """;

    internal const string Count = $"SELECT count(*) {Matching}";

    internal const string Now = "SELECT now()";

    // What was done since it was asked for is not done twice when the job starts over.
    internal const string Page = $"""
        SELECT f.file_id, f.content_hash, f.chunk_count > 0 AND f.chunks_hash IS NOT DISTINCT FROM f.content_hash
        {Matching}
          AND f.file_id > $5
          AND NOT EXISTS (
              SELECT FROM search.file_stage d
              WHERE d.tenant_id = f.tenant_id AND d.file_id = f.file_id AND d.stage = $6 AND d.state <> 'pending' AND d.recorded_at >= $7)
        ORDER BY f.file_id
        LIMIT $8
        """;

    // They are embedded again because nothing is cached for them; searches go on with the copies they have.
    // A text that a file besides these holds keeps its vector: that file's row says that it is there.
    internal const string ForgetVectors = """
        WITH wanted AS (
            SELECT * FROM unnest($2::text[], $3::text[]) AS w (file_id, model)
        ),
        texts AS (
            SELECT t.model, t.hash
            FROM (
                SELECT DISTINCT w.model, c.hash FROM wanted w JOIN search.text_chunk c ON c.tenant_id = $1 AND c.file_id = w.file_id
            ) AS t
            JOIN search.text_chunk holder ON holder.tenant_id = $1 AND holder.hash = t.hash
            LEFT JOIN wanted s ON s.file_id = holder.file_id AND s.model = t.model
            GROUP BY t.model, t.hash
            HAVING count(*) = count(s.file_id)
        ),
        forgotten AS (
            DELETE FROM search.vector v USING texts t WHERE v.tenant_id = $1 AND v.model = t.model AND v.chunk_hash = t.hash
        )
        DELETE FROM search.file_vectors f USING wanted w WHERE f.tenant_id = $1 AND f.file_id = w.file_id AND f.model = w.model
        """;
}
