namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Statements on the spaces of vectors. Columns are described in <c>Migrations/</c>.</summary>
internal static class VectorSpaceSql
{
    // A model nobody could be compared with yet answers at once, beside no other; otherwise it is built first.
    internal const string AddWanted = """
        INSERT INTO search.vector_space AS s (tenant_id, model, provider_id, state)
        SELECT $1, n.model, n.provider_id,
               CASE WHEN EXISTS (
                   SELECT FROM search.vector_space o
                   JOIN search.file_vectors v ON v.tenant_id = o.tenant_id AND v.model = o.model
                   WHERE o.tenant_id = $1 AND o.state = 'serving') THEN 'building' ELSE 'serving' END
        FROM unnest($2::text[], $3::text[]) AS n (model, provider_id)
        ON CONFLICT (tenant_id, model) DO UPDATE SET provider_id = EXCLUDED.provider_id WHERE s.provider_id <> EXCLUDED.provider_id
        """;

    internal const string Serve = """
        UPDATE search.vector_space SET state = 'serving' WHERE tenant_id = $1 AND model = ANY ($2) AND state = 'building'
        """;

    // Not before every wanted model serves: until then the old ones answer.
    internal const string RemoveUnwanted = """
        DELETE FROM search.vector_space
        WHERE tenant_id = $1 AND NOT model = ANY ($2)
          AND NOT EXISTS (SELECT FROM search.vector_space b WHERE b.tenant_id = $1 AND b.model = ANY ($2) AND b.state = 'building')
        """;

    // Files with text of their present content and without vectors of a model, and whether that failed for good. One whose content has changed brings its
    // vectors with its new text; nothing waits for it.
    internal const string Lacking = """
        SELECT f.file_id, f.share_id, f.path, f.mime_type,
               coalesce((SELECT g.state = 'failed' AND g.recorded_at >= s.created_at FROM search.file_stage g
                         WHERE g.tenant_id = f.tenant_id AND g.file_id = f.file_id AND g.stage = 'embed'), false)
        FROM search.file f
        JOIN search.vector_space s ON s.tenant_id = f.tenant_id AND s.model = $2
        WHERE f.tenant_id = $1 AND f.file_id > $3 AND f.chunk_count > 0 AND f.chunks_hash = f.content_hash
          AND NOT EXISTS (SELECT FROM search.file_vectors v WHERE v.tenant_id = f.tenant_id AND v.model = $2 AND v.file_id = f.file_id)
        ORDER BY f.file_id
        LIMIT $4
        """;
}
