namespace ScaiDrive.Search.Ledger;

/// <summary>Statements on the ledger and its counters. Columns are described in <c>Migrations/</c>.</summary>
internal static class LedgerSql
{
    internal const string RecordStage = """
        INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, reason_code, detail, engine, engine_version, pages, bytes, duration_ms, attempt)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (tenant_id, file_id, stage) DO UPDATE
        SET content_hash = EXCLUDED.content_hash, state = EXCLUDED.state, reason_code = EXCLUDED.reason_code, detail = EXCLUDED.detail,
            engine = EXCLUDED.engine, engine_version = EXCLUDED.engine_version, pages = EXCLUDED.pages, bytes = EXCLUDED.bytes,
            duration_ms = EXCLUDED.duration_ms, attempt = EXCLUDED.attempt, recorded_at = now()
        """;

    // A verdict that there is no text takes back what later stages said of the same content.
    internal const string ForgetLaterStages = """
        DELETE FROM search.file_stage
        WHERE tenant_id = $1 AND file_id = $2
          AND stage = ANY (CASE $3 WHEN 'extract' THEN ARRAY['recognize', 'index', 'embed'] WHEN 'index' THEN ARRAY['embed'] ELSE '{}' END)
        """;

    // Words decide the status, meaning only the column "vectors": a provider outage delays meaning, never words.
    // Of several reasons the one of the latest stage is told: "ocr_disabled" says more than "no_text" before it.
    internal const string DeriveStatus = """
        WITH stages AS (
            SELECT stage, state, reason_code, array_position(ARRAY['extract', 'recognize', 'index', 'embed'], stage) AS step
            FROM search.file_stage
            WHERE tenant_id = $1 AND file_id = $2
        ),
        facts AS (
            SELECT coalesce(bool_or(stage = 'index' AND state = 'done'), false) AS indexed,
                   coalesce(bool_or(stage <> 'embed' AND state IN ('pending', 'running')), false) AS waiting,
                   coalesce(bool_or(stage <> 'embed' AND state = 'failed'), false) AS failed,
                   coalesce(bool_or(stage <> 'embed' AND state = 'skipped'), false) AS skipped,
                   (array_agg(reason_code ORDER BY step DESC) FILTER (WHERE stage <> 'embed' AND state = 'failed'))[1] AS failed_reason,
                   (array_agg(reason_code ORDER BY step DESC) FILTER (WHERE stage <> 'embed' AND state = 'skipped'))[1] AS skipped_reason,
                   max(state) FILTER (WHERE stage = 'embed') AS embed
            FROM stages
        ),
        derived AS (
            SELECT CASE WHEN indexed THEN 'indexed' WHEN waiting THEN 'pending' WHEN failed THEN 'failed'
                        WHEN skipped THEN 'skipped' ELSE 'pending' END AS status,
                   CASE WHEN indexed OR waiting THEN NULL WHEN failed THEN failed_reason
                        WHEN skipped THEN skipped_reason END AS reason_code,
                   CASE WHEN embed IN ('pending', 'running') THEN 'pending' WHEN embed IN ('done', 'failed') THEN embed
                        ELSE 'none' END AS vectors
            FROM facts
        ),
        written AS (
            UPDATE search.file_status s
            SET status = d.status, reason_code = d.reason_code, vectors = d.vectors, updated_at = now()
            FROM derived d
            WHERE s.tenant_id = $1 AND s.file_id = $2
              AND (s.status, s.reason_code, s.vectors) IS DISTINCT FROM (d.status, d.reason_code, d.vectors)
        )
        SELECT status FROM derived
        """;

    internal const string FindStatus = """
        SELECT s.status, s.reason_code, f.chunk_count, f.indexed_at, f.embedded_at
        FROM search.file_status s
        JOIN search.file f ON f.tenant_id = s.tenant_id AND f.file_id = s.file_id
        WHERE s.tenant_id = $1 AND s.file_id = $2
        """;

    internal const string FindStages = """
        SELECT stage, state, reason_code, detail, engine, engine_version, pages, bytes, duration_ms, attempt, recorded_at
        FROM search.file_stage
        WHERE tenant_id = $1 AND file_id = $2
        ORDER BY array_position(ARRAY['extract', 'recognize', 'index', 'embed'], stage)
        """;

    internal const string Totals = """
        SELECT counter, sum(value)::bigint
        FROM (
            SELECT counter, value FROM search.counter WHERE tenant_id = $1
            UNION ALL
            SELECT counter, delta FROM search.counter_delta WHERE tenant_id = $1
        ) AS parts
        GROUP BY counter
        """;

    // One statement, so that a reader sees each delta either apart or folded, never both and never neither.
    // SKIP LOCKED lets several processes fold at once; the order of the counters keeps them from deadlocking.
    internal const string Fold = """
        WITH taken AS (
            DELETE FROM search.counter_delta
            WHERE (tenant_id, id) IN (
                SELECT tenant_id, id FROM search.counter_delta ORDER BY tenant_id, id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING tenant_id, counter, delta
        ),
        sums AS (
            SELECT tenant_id, counter, sum(delta) AS delta, count(*) AS rows FROM taken GROUP BY tenant_id, counter
        ),
        folded AS (
            INSERT INTO search.counter AS c (tenant_id, counter, value)
            SELECT tenant_id, counter, delta FROM sums ORDER BY tenant_id, counter
            ON CONFLICT (tenant_id, counter) DO UPDATE SET value = c.value + EXCLUDED.value
        )
        SELECT coalesce(sum(rows), 0)::bigint FROM sums
        """;

    internal const string VectorsPending = """
        SELECT coalesce(sum(value), 0)::bigint
        FROM (
            SELECT value FROM search.counter WHERE counter = 'vectors.pending'
            UNION ALL
            SELECT delta FROM search.counter_delta WHERE counter = 'vectors.pending'
        ) AS parts
        """;
}
