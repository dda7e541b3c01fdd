namespace ScaiDrive.Queue.Claiming;

/// <summary>The statements by which a worker takes jobs and ends them. Columns are described in <c>Migrations/</c>.</summary>
internal static class JobSql
{
    // A CTE, because the planner may rerun a plain subquery for every outer row and so claim more than $3 jobs.
    // SKIP LOCKED lets workers pass each other instead of queueing. A worker that was declared lost takes nothing:
    // the check costs one lookup, and the rescuer keeps looking at lost workers for claims that commit late.
    // A new attempt starts without the progress of the one before.
    internal const string Claim = """
        WITH claimable AS MATERIALIZED (
            SELECT tenant_id, id, started_at
            FROM queue.job
            WHERE queue = $1 AND state IN ('available', 'scheduled', 'retryable') AND run_at <= now() AND kind = ANY ($2)
              AND EXISTS (SELECT FROM queue.worker WHERE worker.id = $4 AND worker.ended_at IS NULL)
            ORDER BY run_at, id
            LIMIT $3
            FOR NO KEY UPDATE SKIP LOCKED
        ), forgotten AS (
            DELETE FROM queue.job_progress
            USING claimable
            WHERE claimable.started_at IS NOT NULL
              AND job_progress.tenant_id = claimable.tenant_id AND job_progress.job_id = claimable.id
        )
        UPDATE queue.job
        SET state = 'running', attempt = attempt + 1, lease = nextval('queue.lease_number'), worker_id = $4,
            started_at = now(), wait_reason = NULL
        FROM claimable
        WHERE job.tenant_id = claimable.tenant_id AND job.id = claimable.id
        RETURNING job.tenant_id, job.id, job.queue, job.kind, job.args, job.connector, job.subject_id,
                  job.attempt, job.max_attempts, job.lease, job.run_at
        """;

    // All endings in one statement. Rows are locked in one order everywhere, so that two batches cannot deadlock.
    // Whoever asked to cancel a running job gets that, unless the job ended by itself before.
    internal const string Settle = """
        WITH held AS MATERIALIZED (
            SELECT job.tenant_id, job.id, ended.lease, ended.delay, ended.refund,
                   job.cancel_code IS NOT NULL AND ended.state IN ('available', 'scheduled', 'retryable', 'discarded') AS gives_way,
                   CASE WHEN job.cancel_code IS NOT NULL AND ended.state IN ('available', 'scheduled', 'retryable', 'discarded')
                        THEN 'cancelled' ELSE ended.state END AS state,
                   ended.code, ended.message
            FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::interval[], $6::text[], $7::text[], $8::integer[])
                AS ended (tenant_id, id, lease, state, delay, code, message, refund)
            JOIN queue.job ON job.tenant_id = ended.tenant_id AND job.id = ended.id
            WHERE job.state = 'running' AND job.lease = ended.lease
            ORDER BY job.tenant_id, job.id
            FOR NO KEY UPDATE OF job
        )
        UPDATE queue.job
        SET state = held.state,
            attempt = attempt - held.refund,
            run_at = CASE WHEN held.delay IS NULL THEN run_at ELSE now() + held.delay END,
            finished_at = CASE WHEN held.state IN ('completed', 'cancelled', 'discarded') THEN now() END,
            worker_id = CASE WHEN held.state IN ('completed', 'cancelled', 'discarded') THEN worker_id END,
            lease = CASE WHEN held.state IN ('completed', 'cancelled', 'discarded') THEN job.lease END,
            wait_reason = CASE WHEN held.state = 'scheduled' THEN held.message END,
            error_code = CASE
                WHEN held.gives_way THEN cancel_code
                WHEN held.state IN ('available', 'scheduled') THEN error_code
                ELSE held.code END,
            error_message = CASE
                WHEN held.gives_way THEN cancel_reason
                WHEN held.state IN ('available', 'scheduled') THEN error_message
                ELSE held.message END
        FROM held
        WHERE job.tenant_id = held.tenant_id AND job.id = held.id AND job.state = 'running' AND job.lease = held.lease
        RETURNING held.lease, job.state
        """;

    // Everything the worker holds in the database but not in its hands: claims whose answer was lost on the way, and,
    // when it stops, what its handlers would not let go of.
    internal const string HandBack = """
        WITH stray AS MATERIALIZED (
            SELECT tenant_id, id
            FROM queue.job
            WHERE worker_id = $1 AND state = 'running' AND NOT (lease = ANY ($2))
            ORDER BY tenant_id, id
            FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE queue.job
        SET state = CASE WHEN cancel_code IS NULL THEN 'available' ELSE 'cancelled' END,
            attempt = attempt - 1,
            finished_at = CASE WHEN cancel_code IS NULL THEN NULL ELSE now() END,
            error_code = coalesce(cancel_code, error_code),
            error_message = coalesce(cancel_reason, error_message),
            worker_id = NULL,
            lease = NULL
        FROM stray
        WHERE job.tenant_id = stray.tenant_id AND job.id = stray.id AND job.worker_id = $1 AND job.state = 'running'
        RETURNING job.id
        """;

    // Which of the worker's leases still stand, and which of those jobs somebody wants to end.
    internal const string Held = """
        SELECT held.lease, job.cancel_code, job.cancel_reason
        FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS held (tenant_id, id, lease)
        JOIN queue.job ON job.tenant_id = held.tenant_id AND job.id = held.id
        WHERE job.state = 'running' AND job.lease = held.lease
        """;

    // The last statement of a handler's transaction: a rescue waits for it, or has already happened and is seen here.
    // A job that was asked to end writes nothing more: what follows it may have started already.
    internal const string CheckLease = """
        SELECT 1 FROM queue.job
        WHERE tenant_id = $1 AND id = $2 AND lease = $3 AND state = 'running' AND cancel_code IS NULL
        FOR SHARE
        """;

    internal const string CompleteWithLease = """
        UPDATE queue.job
        SET state = 'completed', finished_at = now(), error_code = NULL, error_message = NULL
        WHERE tenant_id = $1 AND id = $2 AND lease = $3 AND state = 'running' AND cancel_code IS NULL
        """;

    internal const string Wake = "SELECT pg_notify('queue', $1)";
}
