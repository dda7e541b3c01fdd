namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Statements with which files follow a change of rules, set by set. Columns are described in <c>Migrations/</c>.</summary>
internal static class ReworkSql
{
    internal const string StatesAfter = $"{States} WHERE f.tenant_id = $1 AND f.file_id > $2 ORDER BY f.file_id LIMIT $3";

    internal const string StatesOf = $"{States} WHERE f.tenant_id = $1 AND f.file_id = ANY ($2) ORDER BY f.file_id";

    // The verdict that a policy leaves them out, with all that later stages had said and written.
    internal const string Exclude = """
        WITH emptied AS (
            DELETE FROM search.file_vectors WHERE tenant_id = $1 AND file_id = ANY ($2)
        ),
        forgotten AS (
            DELETE FROM search.file_stage WHERE tenant_id = $1 AND file_id = ANY ($2) AND stage <> 'extract'
        ),
        noted AS (
            INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, reason_code, attempt)
            SELECT tenant_id, file_id, 'extract', content_hash, 'skipped', 'excluded_by_policy', 1
            FROM search.file_status
            WHERE tenant_id = $1 AND file_id = ANY ($2)
            ON CONFLICT (tenant_id, file_id, stage) DO UPDATE
            SET content_hash = EXCLUDED.content_hash, state = EXCLUDED.state, reason_code = EXCLUDED.reason_code, detail = NULL, engine = NULL,
                engine_version = NULL, pages = NULL, bytes = NULL, duration_ms = NULL, attempt = 1, recorded_at = now()
        ),
        without_text AS (
            DELETE FROM search.text_chunk WHERE tenant_id = $1 AND file_id = ANY ($2)
        )
        UPDATE search.file
        SET chunks_hash = NULL, chunk_count = 0, language = NULL, text_hash = NULL, indexed_at = NULL, embedded_at = NULL,
            revision = nextval('search.content_revision')
        WHERE tenant_id = $1 AND file_id = ANY ($2) AND chunks_hash IS NOT NULL
        """;

    internal const string Readmit = """
        DELETE FROM search.file_stage
        WHERE tenant_id = $1 AND file_id = ANY ($2) AND stage = 'extract' AND state = 'skipped' AND reason_code = 'excluded_by_policy'
        """;

    // They stay searchable by the vectors they have.
    internal const string AwaitVectors = """
        INSERT INTO search.file_stage AS g (tenant_id, file_id, stage, content_hash, state, attempt)
        SELECT tenant_id, file_id, 'embed', content_hash, 'pending', 1
        FROM search.file
        WHERE tenant_id = $1 AND file_id = ANY ($2)
        ON CONFLICT (tenant_id, file_id, stage) DO UPDATE
        SET content_hash = EXCLUDED.content_hash, state = 'pending', reason_code = NULL, detail = NULL, attempt = 1, recorded_at = now()
        WHERE g.state <> 'pending'
        """;

    internal const string SkipVectors = """
        INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, reason_code, attempt)
        SELECT tenant_id, file_id, 'embed', content_hash, 'skipped', 'excluded_by_policy', 1
        FROM search.file
        WHERE tenant_id = $1 AND file_id = ANY ($2)
        ON CONFLICT (tenant_id, file_id, stage) DO UPDATE
        SET content_hash = EXCLUDED.content_hash, state = EXCLUDED.state, reason_code = EXCLUDED.reason_code, detail = NULL, engine = NULL,
            engine_version = NULL, duration_ms = NULL, attempt = 1, recorded_at = now()
        """;

    // A statement sees the table as it was before it: what is left is what was not named.
    internal const string DropVectors = """
        WITH named AS (
            SELECT file_id, model FROM unnest($2::text[], $3::text[]) AS n (file_id, model)
        ),
        gone AS (
            DELETE FROM search.file_vectors v USING named n
            WHERE v.tenant_id = $1 AND v.file_id = n.file_id AND v.model = n.model
            RETURNING v.file_id
        )
        UPDATE search.file f
        SET revision = nextval('search.content_revision'),
            embedded_at = (
                SELECT max(v.embedded_at) FROM search.file_vectors v
                WHERE v.tenant_id = $1 AND v.file_id = f.file_id
                  AND NOT EXISTS (SELECT FROM named n WHERE n.file_id = v.file_id AND n.model = v.model))
        WHERE f.tenant_id = $1 AND f.file_id IN (SELECT file_id FROM gone)
        """;

    private const string States = """
        SELECT f.file_id, f.content_hash, f.share_id, f.path, f.mime_type, s.status, f.chunks_hash IS NOT NULL,
               f.chunk_count > 0 AND f.chunks_hash IS NOT DISTINCT FROM f.content_hash, g.is_excluded, g.has_images, g.embed, g.embed_at, v.models
        FROM search.file f
        LEFT JOIN search.file_status s ON s.tenant_id = f.tenant_id AND s.file_id = f.file_id
        CROSS JOIN LATERAL (
            SELECT coalesce(bool_or(stage = 'extract' AND state = 'skipped' AND reason_code = 'excluded_by_policy'), false) AS is_excluded,
                   coalesce(bool_or(state = 'skipped' AND reason_code = 'ocr_disabled'), false) AS has_images,
                   max(state) FILTER (WHERE stage = 'embed') AS embed,
                   max(recorded_at) FILTER (WHERE stage = 'embed') AS embed_at
            FROM search.file_stage
            WHERE tenant_id = f.tenant_id AND file_id = f.file_id
        ) AS g
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(model), '{}') AS models FROM search.file_vectors WHERE tenant_id = f.tenant_id AND file_id = f.file_id
        ) AS v
        """;
}
