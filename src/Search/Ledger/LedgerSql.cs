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
            SELECT file_id, stage, state, reason_code, array_position(ARRAY['extract', 'recognize', 'index', 'embed'], stage) AS step
            FROM search.file_stage
            WHERE tenant_id = $1 AND file_id = ANY ($2)
        ),
        facts AS (
            SELECT file.file_id,
                   coalesce(bool_or(stage = 'index' AND state = 'done'), false) AS indexed,
                   coalesce(bool_or(stage <> 'embed' AND state IN ('pending', 'running')), false) AS waiting,
                   coalesce(bool_or(stage <> 'embed' AND state = 'failed'), false) AS failed,
                   coalesce(bool_or(stage <> 'embed' AND state = 'skipped'), false) AS skipped,
                   (array_agg(reason_code ORDER BY step DESC) FILTER (WHERE stage <> 'embed' AND state = 'failed'))[1] AS failed_reason,
                   (array_agg(reason_code ORDER BY step DESC) FILTER (WHERE stage <> 'embed' AND state = 'skipped'))[1] AS skipped_reason,
                   max(state) FILTER (WHERE stage = 'embed') AS embed
            FROM unnest($2) AS file (file_id)
            LEFT JOIN stages ON stages.file_id = file.file_id
            GROUP BY file.file_id
        ),
        derived AS (
            SELECT file_id,
                   CASE WHEN indexed THEN 'indexed' WHEN waiting THEN 'pending' WHEN failed THEN 'failed'
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
            WHERE s.tenant_id = $1 AND s.file_id = d.file_id
              AND (s.status, s.reason_code, s.vectors) IS DISTINCT FROM (d.status, d.reason_code, d.vectors)
        )
        SELECT status FROM derived
        """;

    // One row for a stage to come, so that its file counts as on its way; what the stage said before stays.
    internal const string Await = """
        INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, attempt)
        VALUES ($1, $2, $3, $4, 'pending', 1)
        ON CONFLICT DO NOTHING
        """;

    internal const string Forget = """
        DELETE FROM search.file_stage WHERE tenant_id = $1 AND file_id = $2 AND stage = ANY ($3) AND ($4::text IS NULL OR state = $4)
        """;

    internal const string LockFiles = """
        SELECT file_id FROM search.file WHERE tenant_id = $1 AND file_id = ANY ($2) ORDER BY file_id FOR NO KEY UPDATE
        """;

    internal const string OcrDisabled = """
        SELECT DISTINCT f.file_id, f.content_hash, f.share_id, f.path, f.mime_type
        FROM search.file_stage g
        JOIN search.file f ON f.tenant_id = g.tenant_id AND f.file_id = g.file_id AND f.content_hash = g.content_hash
        WHERE g.tenant_id = $1 AND g.state = 'skipped' AND g.reason_code = 'ocr_disabled' AND g.file_id > $2
        ORDER BY f.file_id
        LIMIT $3
        """;

    // Where all pages are images, extraction had said that it ends there: it does not any more.
    internal const string ReopenOcrDisabled = """
        WITH reopened AS (
            UPDATE search.file_stage
            SET state = CASE stage WHEN 'extract' THEN 'done' ELSE 'pending' END, reason_code = NULL,
                detail = CASE stage WHEN 'extract' THEN detail END, recorded_at = now()
            WHERE tenant_id = $1 AND file_id = ANY ($2) AND state = 'skipped' AND reason_code = 'ocr_disabled'
            RETURNING tenant_id, file_id, content_hash
        ),
        awaited AS (
            INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, attempt)
            SELECT tenant_id, file_id, 'recognize', content_hash, 'pending', 1 FROM reopened
            ON CONFLICT DO NOTHING
        )
        SELECT file_id, content_hash FROM reopened
        """;

    internal const string CountOcrDisabled = """
        SELECT count(*) FROM search.file_stage WHERE tenant_id = $1 AND state = 'skipped' AND reason_code = 'ocr_disabled'
        """;

    // Files that wait for some stage, in the order of their keys. Each part reads its own small index.
    internal const string Waiting = """
        (SELECT tenant_id, file_id FROM search.file_status
         WHERE (status = 'pending' OR vectors = 'pending') AND (tenant_id, file_id) > ($1, $2) AND updated_at < now() - $3
         ORDER BY tenant_id, file_id LIMIT $4)
        UNION
        (SELECT tenant_id, file_id FROM search.file_stage
         WHERE state = 'pending' AND (tenant_id, file_id) > ($1, $2) AND recorded_at < now() - $3
         ORDER BY tenant_id, file_id LIMIT $4)
        ORDER BY tenant_id, file_id
        LIMIT $4
        """;

    internal const string FindWaiting = """
        SELECT s.content_hash, stage.pending, stage.has_failed
        FROM search.file_status s
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(g.stage) FILTER (WHERE g.state = 'pending'), '{}') AS pending,
                   coalesce(bool_or(g.state = 'failed'), false) AS has_failed
            FROM search.file_stage g
            WHERE g.tenant_id = s.tenant_id AND g.file_id = s.file_id
        ) AS stage
        WHERE s.tenant_id = $1 AND s.file_id = $2
          AND (s.status = 'pending' OR s.vectors = 'pending' OR cardinality(stage.pending) > 0)
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
