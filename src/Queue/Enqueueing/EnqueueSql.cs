namespace ScaiDrive.Queue.Enqueueing;

/// <summary>The statements of producers. Columns are described in <c>Migrations/</c>.</summary>
internal static class EnqueueSql
{
    // Numbered in the caller's order, inserted in the order of the unique keys: two producers with overlapping keys
    // then wait for each other instead of deadlocking. The transaction's id lets the wake-up wait for the commit.
    internal const string Enqueue = """
        WITH item AS MATERIALIZED (
            SELECT nextval('queue.job_id') AS id, tenant_id, queue, args, connector, unique_key, subject_id,
                   greatest(coalesce(run_at, now()), now()) AS run_at, max_attempts
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::integer[])
                AS given (tenant_id, queue, args, connector, unique_key, subject_id, run_at, max_attempts)
        ), added AS (
            INSERT INTO queue.job (tenant_id, id, queue, kind, state, args, connector, unique_key, subject_id, run_at, max_attempts)
            SELECT tenant_id, id, queue, $1, CASE WHEN run_at > now() THEN 'scheduled' ELSE 'available' END,
                   args::json, connector, unique_key, subject_id, run_at, max_attempts
            FROM item
            ORDER BY tenant_id, unique_key, id
            ON CONFLICT (tenant_id, kind, unique_key)
                WHERE unique_key IS NOT NULL AND cancel_code IS NULL AND state IN ('available', 'scheduled', 'running', 'retryable')
                DO NOTHING
            RETURNING id
        )
        SELECT count(*), min(id), pg_current_xact_id()::text FROM added
        """;

    // A waiting job ends here. A running one is told through its worker, commits nothing more, and ends when its handler
    // does. Locked in the order in which outcomes are settled, or the two would deadlock.
    internal const string CancelBySubjects = """
        WITH wanted AS MATERIALIZED (
            SELECT tenant_id, id
            FROM queue.job
            WHERE tenant_id = $1 AND subject_id = ANY($2) AND kind = ANY($3) AND id IS DISTINCT FROM $6
              AND state IN ('available', 'scheduled', 'retryable', 'running')
            ORDER BY id
            FOR NO KEY UPDATE
        ), hit AS (
            UPDATE queue.job
            SET state = CASE state WHEN 'running' THEN state ELSE 'cancelled' END,
                finished_at = CASE state WHEN 'running' THEN NULL ELSE now() END,
                wait_reason = NULL,
                error_code = CASE state WHEN 'running' THEN error_code ELSE $4 END,
                error_message = CASE state WHEN 'running' THEN error_message ELSE $5 END,
                cancel_code = $4,
                cancel_reason = $5
            FROM wanted
            WHERE job.tenant_id = wanted.tenant_id AND job.id = wanted.id
              AND job.state IN ('available', 'scheduled', 'retryable', 'running')
            RETURNING job.id, job.state
        ), told AS (
            SELECT pg_notify('queue', 'cancel:' || id) FROM hit WHERE state = 'running'
        )
        SELECT (SELECT count(*) FROM hit), (SELECT count(*) FROM told)
        """;

    // Tells which transactions have ended, and wakes the workers once per queue for those that committed.
    // A status of NULL is a transaction so old that the server forgot it.
    internal const string Announce = """
        WITH asked AS MATERIALIZED (
            SELECT xid, queue, coalesce(pg_xact_status(xid::xid8), 'aborted') AS status
            FROM unnest($1::text[], $2::text[]) AS pending (xid, queue)
        ), woken AS (
            SELECT pg_notify('queue', queue) FROM (SELECT DISTINCT queue FROM asked WHERE status = 'committed') AS due
        )
        SELECT xid, queue, (SELECT count(*) FROM woken) FROM asked WHERE status <> 'in progress'
        """;
}
