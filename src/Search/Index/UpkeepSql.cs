namespace ScaiDrive.Search.Index;

/// <summary>Statements that remove what is no longer needed, a bounded number of rows at a time.</summary>
internal static class UpkeepSql
{
    // The horizon and the deletion are one statement: a follower sees both or neither.
    internal const string PruneLog = """
        WITH old AS (
            DELETE FROM search.index_log
            WHERE (tenant_id, number) IN (
                SELECT tenant_id, number FROM search.index_log
                WHERE logged_at < now() - $1
                ORDER BY logged_at
                LIMIT $2
                FOR UPDATE SKIP LOCKED)
            RETURNING tenant_id, number
        ),
        horizons AS (
            SELECT tenant_id, max(number) AS number FROM old GROUP BY tenant_id ORDER BY tenant_id
        ),
        moved AS (
            UPDATE search.index_tenant t SET pruned_through = greatest(t.pruned_through, h.number)
            FROM horizons h WHERE t.tenant_id = h.tenant_id
        )
        SELECT count(*) FROM old
        """;

    internal const string Tenants = """
        SELECT tenant_id FROM search.index_tenant ORDER BY tenant_id
        """;

    // Alone: whoever marks a file as embedded holds this shared until its commit.
    internal const string HoldVectorsAlone = """
        SELECT pg_advisory_xact_lock(hashtextextended('search.vector ' || $1, 0))
        """;

    // Those of texts that are gone, and of models that no search is answered by and no file names any more.
    internal const string PruneVectors = """
        WITH RECURSIVE models AS (
            SELECT min(model) AS model FROM search.vector WHERE tenant_id = $1
            UNION ALL
            SELECT (SELECT min(v.model) FROM search.vector v WHERE v.tenant_id = $1 AND v.model > m.model) FROM models m WHERE m.model IS NOT NULL
        ),
        unused AS (
            SELECT model
            FROM models
            WHERE EXISTS (SELECT FROM search.policy WHERE tenant_id = $1)
              AND NOT EXISTS (SELECT FROM search.vector_space s WHERE s.tenant_id = $1 AND s.model = models.model)
              AND NOT EXISTS (SELECT FROM search.file_vectors f WHERE f.tenant_id = $1 AND f.model = models.model)
        ),
        gone AS (
            DELETE FROM search.vector
            WHERE (tenant_id, model, chunk_hash) IN (
                SELECT v.tenant_id, v.model, v.chunk_hash
                FROM search.vector v
                WHERE v.tenant_id = $1 AND v.created_at < now() - $2
                  AND (v.model IN (SELECT model FROM unused)
                       OR NOT EXISTS (SELECT FROM search.text_chunk c WHERE c.tenant_id = v.tenant_id AND c.hash = v.chunk_hash))
                LIMIT $3)
            RETURNING 1
        )
        SELECT count(*) FROM gone
        """;

    internal const string PruneText = """
        DELETE FROM search.extracted_text
        WHERE (tenant_id, content_hash) IN (
            SELECT t.tenant_id, t.content_hash
            FROM search.extracted_text t
            WHERE t.created_at < now() - $1
              AND NOT EXISTS (SELECT FROM search.file f WHERE f.tenant_id = t.tenant_id AND f.content_hash = t.content_hash)
            LIMIT $2)
        """;
}
