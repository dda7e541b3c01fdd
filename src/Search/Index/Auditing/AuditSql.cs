namespace ScaiDrive.Search.Index.Auditing;

/// <summary>Statements that compare the tables of the index with one another. Columns are described in <c>Migrations/</c>.</summary>
internal static class AuditSql
{
    internal const string FaultsAfter = $"{Faults} WHERE f.tenant_id = $1 AND f.file_id = ANY (ARRAY(SELECT file_id FROM search.file WHERE tenant_id = $1 AND file_id > $2 ORDER BY file_id LIMIT $3))";

    internal const string FaultsOf = $"{Faults} WHERE f.tenant_id = $1 AND f.file_id = ANY ($2)";

    internal const string DeleteStrayChunks = """
        WITH gone AS (
            DELETE FROM search.text_chunk c USING search.file f
            WHERE c.tenant_id = $1 AND c.file_id = ANY ($2) AND f.tenant_id = c.tenant_id AND f.file_id = c.file_id AND f.chunks_hash IS NULL
            RETURNING c.file_id
        ),
        without_vectors AS (
            DELETE FROM search.file_vectors WHERE tenant_id = $1 AND file_id IN (SELECT file_id FROM gone)
        )
        UPDATE search.file SET revision = nextval('search.content_revision') WHERE tenant_id = $1 AND file_id IN (SELECT file_id FROM gone)
        """;

    // What the counters ought to say, what they say, and the difference, of one moment. Differences add up whoever writes meanwhile.
    internal const string MendCounters = """
        WITH truth AS (
            SELECT c AS counter, count(*) AS value
            FROM search.file_status s, search.status_counters(s.status, s.reason_code, s.vectors) c
            WHERE s.tenant_id = $1
            GROUP BY c
            UNION ALL
            SELECT 'chunks', sum(chunk_count) FROM search.file WHERE tenant_id = $1
            UNION ALL
            SELECT 'vectors', sum(chunk_count) FILTER (WHERE embedded_at IS NOT NULL) FROM search.file WHERE tenant_id = $1
        ),
        said AS (
            SELECT counter, sum(value) AS value
            FROM (
                SELECT counter, value FROM search.counter WHERE tenant_id = $1
                UNION ALL
                SELECT counter, delta FROM search.counter_delta WHERE tenant_id = $1
            ) AS parts
            GROUP BY counter
        ),
        mended AS (
            INSERT INTO search.counter_delta (tenant_id, counter, delta)
            SELECT $1, counter, coalesce(t.value, 0) - coalesce(s.value, 0)
            FROM truth t FULL JOIN said s USING (counter)
            WHERE coalesce(t.value, 0) <> coalesce(s.value, 0)
            RETURNING 1
        )
        SELECT count(*) FROM mended
        """;

    internal const string SaveCheck = """
        INSERT INTO search.index_check (tenant_id, started_at, finished_at, files, drift)
        VALUES ($1, $2, now(), $3, $4::jsonb)
        ON CONFLICT (tenant_id) DO UPDATE
        SET started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at, files = EXCLUDED.files, drift = EXCLUDED.drift
        """;

    internal const string FindCheck = """
        SELECT started_at, finished_at, files, drift FROM search.index_check WHERE tenant_id = $1
        """;

    internal const string TenantsDue = """
        SELECT t.tenant_id
        FROM search.index_tenant t
        LEFT JOIN search.index_check c ON c.tenant_id = t.tenant_id
        WHERE c.finished_at IS NULL OR c.finished_at < now() - $1
        ORDER BY t.tenant_id
        """;

    // A file is written under the lock of its row, chunks, vectors, stages and status together: seen from outside they always agree.
    private const string Faults = """
        SELECT f.file_id, f.content_hash,
               s.file_id IS NULL,
               f.chunks_hash IS NOT NULL AND c.number <> f.chunk_count,
               f.chunks_hash IS NULL AND c.number > 0,
               s.status = 'indexed' AND f.chunks_hash IS DISTINCT FROM f.content_hash,
               e.is_done AND f.chunk_count > 0 AND cardinality(v.models) = 0,
               v.incomplete, v.unknown
        FROM search.file f
        LEFT JOIN search.file_status s ON s.tenant_id = f.tenant_id AND s.file_id = f.file_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS number FROM search.text_chunk WHERE tenant_id = f.tenant_id AND file_id = f.file_id
        ) AS c
        CROSS JOIN LATERAL (
            SELECT coalesce(bool_or(state = 'done'), false) AS is_done
            FROM search.file_stage WHERE tenant_id = f.tenant_id AND file_id = f.file_id AND stage = 'embed'
        ) AS e
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(m.model), '{}') AS models,
                   coalesce(array_agg(m.model) FILTER (WHERE EXISTS (
                       SELECT FROM search.text_chunk t
                       WHERE t.tenant_id = m.tenant_id AND t.file_id = m.file_id
                         AND NOT EXISTS (SELECT FROM search.vector x WHERE x.tenant_id = m.tenant_id AND x.model = m.model AND x.chunk_hash = t.hash))), '{}') AS incomplete,
                   coalesce(array_agg(m.model) FILTER (WHERE NOT EXISTS (
                       SELECT FROM search.vector_space p WHERE p.tenant_id = m.tenant_id AND p.model = m.model)), '{}') AS unknown
            FROM search.file_vectors m
            WHERE m.tenant_id = f.tenant_id AND m.file_id = f.file_id
        ) AS v
        """;
}
