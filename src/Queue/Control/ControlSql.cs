namespace ScaiDrive.Queue.Control;

/// <summary>The statements of an operator's wishes about jobs. Each is one short transaction over the jobs $2 of tenant $1
/// and tells what became of every one of them.</summary>
/// <remarks>
/// <para>Rows are locked by (tenant_id, id), the order of everybody, before anything is written; what is decided is
/// decided by the locked rows. A list of states ($3 or later, NULL for any) leaves a job alone that has moved on since it
/// was chosen. A job that moves between the tables in that moment is told as missing; the caller looks once more.</para>
/// <para>A job that goes (back) into line gets a fresh place, drawn after the lock gave the transaction its number.</para>
/// </remarks>
internal static class ControlSql
{
    // Of several jobs with one unique key the newest is run again, for it knows best. Who holds a key is looked up one by
    // one: asked as NOT EXISTS, the planner may read all keys of the tenant. Losses stay: a job that took workers with it
    // goes on running alone.
    internal const string Retry = """
        WITH wanted AS MATERIALIZED (
            SELECT id, kind, state, unique_key
            FROM queue.job
            WHERE tenant_id = $1 AND id = ANY ($2)
            ORDER BY tenant_id, id
            FOR UPDATE
        ), ended AS MATERIALIZED (
            SELECT id, kind, state, unique_key
            FROM queue.finished_job
            WHERE tenant_id = $1 AND id = ANY ($2)
            ORDER BY tenant_id, id
            FOR UPDATE
        ), candidate AS MATERIALIZED (
            SELECT id, state,
                   unique_key IS NULL
                   OR (row_number() OVER (PARTITION BY kind, unique_key ORDER BY id DESC) = 1
                       AND (SELECT holder.id FROM queue.job AS holder
                            WHERE holder.tenant_id = $1 AND holder.kind = fresh.kind AND holder.unique_key = fresh.unique_key AND holder.holds_key
                            LIMIT 1) IS NULL) AS is_free
            FROM (
                SELECT id, kind, state, unique_key FROM wanted WHERE state = 'discarded'
                UNION ALL
                SELECT id, kind, state, unique_key FROM ended
            ) AS fresh
            WHERE $3::text[] IS NULL OR state = ANY ($3)
        ), restarted AS (
            UPDATE queue.job
            SET state = 'available', place = nextval('queue.job_id'), attempt = 0, run_at = now(), discarded_at = NULL,
                holds_key = job.unique_key IS NOT NULL, worker_id = NULL, lease = NULL, wait_reason = NULL, cancel_code = NULL, cancel_reason = NULL
            FROM candidate
            WHERE job.tenant_id = $1 AND job.id = candidate.id AND candidate.state = 'discarded' AND candidate.is_free
            RETURNING job.id, job.lane
        ), hurried AS (
            UPDATE queue.job
            SET state = 'available', place = nextval('queue.job_id'), run_at = least(job.run_at, now()), wait_reason = NULL
            FROM wanted
            WHERE job.tenant_id = $1 AND job.id = wanted.id AND wanted.state IN ('scheduled', 'retryable')
              AND ($3::text[] IS NULL OR wanted.state = ANY ($3))
            RETURNING job.id, job.lane, wanted.state
        ), revived AS (
            INSERT INTO queue.job (tenant_id, id, lane, kind, state, place, attempt, max_attempts, losses, run_at, created_at, started_at,
                                   holds_key, unique_key, subject_id, args, error_code, error_message)
            SELECT job.tenant_id, job.id, job.lane, job.kind, 'available', nextval('queue.job_id'), 0, job.max_attempts, job.losses, now(),
                   job.created_at, job.started_at, job.unique_key IS NOT NULL, job.unique_key, job.subject_id, job.args, job.error_code, job.error_message
            FROM candidate
            JOIN queue.finished_job AS job ON job.tenant_id = $1 AND job.id = candidate.id
            WHERE candidate.state IN ('completed', 'cancelled') AND candidate.is_free
            ON CONFLICT (tenant_id, kind, unique_key) WHERE holds_key DO NOTHING
            RETURNING id, lane
        ), gone AS (
            DELETE FROM queue.finished_job
            USING revived
            WHERE finished_job.tenant_id = $1 AND finished_job.id = revived.id
        ), changed AS (
            SELECT id, lane, 'discarded' AS was FROM restarted
            UNION ALL
            SELECT id, lane, state FROM hurried
            UNION ALL
            SELECT id, lane, 'finished' FROM revived
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, scheduled, retryable, discarded, finished)
            SELECT lane, count(*), -count(*) FILTER (WHERE was = 'scheduled'), -count(*) FILTER (WHERE was = 'retryable'),
                   -count(*) FILTER (WHERE was = 'discarded'), -count(*) FILTER (WHERE was = 'finished')
            FROM changed
            GROUP BY lane
            RETURNING lane
        ), told AS (
            SELECT pg_notify('queue', 'lanes:' || string_agg(lane::text, ',')) FROM counted HAVING count(*) > 0
        )
        SELECT named.id,
               CASE WHEN changed.id IS NOT NULL THEN 'changed'
                    WHEN now_is.state IS NULL THEN 'missing'
                    WHEN now_is.state = 'running' THEN 'running'
                    WHEN NOT now_is.state = ANY (coalesce($3::text[], ARRAY[now_is.state])) THEN 'moved_on'
                    WHEN now_is.state = 'available' THEN 'in_line'
                    ELSE 'equal_job_waits' END,
               (SELECT count(*) FROM told)
        FROM unnest($2) AS named (id)
        LEFT JOIN changed ON changed.id = named.id
        LEFT JOIN (SELECT id, state FROM wanted UNION ALL SELECT id, state FROM ended) AS now_is ON now_is.id = named.id
        """;

    // $3 code, $4 reason, $5 states. A waiting job ends here. A running one no longer stands for its key; its worker is
    // told, and whatever ends the run ends the job.
    internal const string Cancel = """
        WITH wanted AS MATERIALIZED (
            SELECT id, state
            FROM queue.job
            WHERE tenant_id = $1 AND id = ANY ($2)
            ORDER BY tenant_id, id
            FOR UPDATE
        ), ended AS (
            DELETE FROM queue.job
            USING wanted
            WHERE job.tenant_id = $1 AND job.id = wanted.id AND wanted.state IN ('available', 'scheduled', 'retryable')
              AND ($5::text[] IS NULL OR wanted.state = ANY ($5))
            RETURNING job.*
        ), kept AS (
            INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, attempt, max_attempts, losses, run_at, created_at, started_at, finished_at,
                                            unique_key, subject_id, args, error_code, error_message)
            SELECT tenant_id, id, lane, kind, 'cancelled', attempt, max_attempts, losses, run_at, created_at, started_at, now(),
                   unique_key, subject_id, args, $3, $4
            FROM ended
        ), asked AS (
            UPDATE queue.job
            SET cancel_code = coalesce(job.cancel_code, $3), cancel_reason = CASE WHEN job.cancel_code IS NULL THEN $4 ELSE job.cancel_reason END,
                holds_key = false
            FROM wanted
            WHERE job.tenant_id = $1 AND job.id = wanted.id AND wanted.state = 'running'
              AND ($5::text[] IS NULL OR wanted.state = ANY ($5))
            RETURNING job.id
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, scheduled, retryable, finished)
            SELECT lane, -count(*) FILTER (WHERE state = 'available'), -count(*) FILTER (WHERE state = 'scheduled'),
                   -count(*) FILTER (WHERE state = 'retryable'), count(*)
            FROM ended
            GROUP BY lane
        ), told AS (
            SELECT pg_notify('queue', 'cancel:' || id) FROM asked
        )
        SELECT named.id,
               CASE WHEN ended.id IS NOT NULL THEN 'changed'
                    WHEN asked.id IS NOT NULL THEN 'asked'
                    WHEN wanted.state = 'discarded' THEN 'ended'
                    WHEN wanted.state IS NOT NULL THEN 'moved_on'
                    WHEN (SELECT done.id FROM queue.finished_job AS done WHERE done.tenant_id = $1 AND done.id = named.id LIMIT 1) IS NOT NULL THEN 'ended'
                    ELSE 'missing' END,
               (SELECT count(*) FROM told)
        FROM unnest($2) AS named (id)
        LEFT JOIN ended ON ended.id = named.id
        LEFT JOIN asked ON asked.id = named.id
        LEFT JOIN wanted ON wanted.id = named.id
        """;

    // $3 the queue, $4 states. Into the lane that differs in nothing but the queue, behind whoever waits there.
    internal const string Move = """
        WITH wanted AS MATERIALIZED (
            SELECT id, lane, state
            FROM queue.job
            WHERE tenant_id = $1 AND id = ANY ($2)
            ORDER BY tenant_id, id
            FOR UPDATE
        ), movable AS MATERIALIZED (
            SELECT id, lane, state
            FROM wanted
            WHERE state IN ('available', 'scheduled', 'retryable') AND ($4::text[] IS NULL OR state = ANY ($4))
        ), line AS MATERIALIZED (
            SELECT id AS from_lane, queue.lane_of(tenant_id, $3, kind, connector, limit_key) AS to_lane
            FROM queue.lane
            WHERE queue <> $3 AND id IN (SELECT lane FROM movable)
        ), moved AS (
            UPDATE queue.job
            SET lane = line.to_lane, place = CASE WHEN movable.state = 'available' THEN nextval('queue.job_id') END
            FROM movable
            JOIN line ON line.from_lane = movable.lane
            WHERE job.tenant_id = $1 AND job.id = movable.id
            RETURNING job.id, job.state, line.from_lane, line.to_lane
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, scheduled, retryable)
            SELECT lane, coalesce(sum(one) FILTER (WHERE state = 'available'), 0), coalesce(sum(one) FILTER (WHERE state = 'scheduled'), 0),
                   coalesce(sum(one) FILTER (WHERE state = 'retryable'), 0)
            FROM (SELECT from_lane AS lane, state, -1 AS one FROM moved UNION ALL SELECT to_lane, state, 1 FROM moved) AS step
            GROUP BY lane
        ), told AS (
            SELECT pg_notify('queue', 'lanes:' || string_agg(to_lane::text, ','))
            FROM (SELECT DISTINCT to_lane FROM moved WHERE state = 'available') AS woken
            HAVING count(*) > 0
        )
        SELECT named.id,
               CASE WHEN moved.id IS NOT NULL THEN 'changed'
                    WHEN movable.id IS NOT NULL THEN 'in_queue'
                    WHEN wanted.state = 'running' THEN 'running'
                    WHEN wanted.state = 'discarded' THEN 'ended'
                    WHEN wanted.state IS NOT NULL THEN 'moved_on'
                    WHEN (SELECT done.id FROM queue.finished_job AS done WHERE done.tenant_id = $1 AND done.id = named.id LIMIT 1) IS NOT NULL THEN 'ended'
                    ELSE 'missing' END,
               (SELECT count(*) FROM told)
        FROM unnest($2) AS named (id)
        LEFT JOIN moved ON moved.id = named.id
        LEFT JOIN movable ON movable.id = named.id
        LEFT JOIN wanted ON wanted.id = named.id
        """;

    // How many of the jobs there are in one of the states, for a question before the deed.
    internal const string CountNamed = """
        SELECT count(*)
        FROM unnest($2) AS named (id)
        CROSS JOIN LATERAL (SELECT state FROM queue.job_row WHERE job_row.tenant_id = $1 AND job_row.id = named.id LIMIT 1) AS job
        WHERE job.state = ANY ($3)
        """;
}
