namespace ScaiDrive.Queue.Upkeep;

/// <summary>The statements of rescue and pruning. One worker at a time runs them, under <see cref="TryLock"/>.</summary>
internal static class UpkeepSql
{
    // Two numbers that name the lock: the queue's own class, and the duty.
    internal const string TryLock = "SELECT pg_try_advisory_xact_lock(20817, $1)";

    // Guarded by the same condition as the heartbeat, so that whichever commits first decides.
    internal const string DeclareLost = """
        UPDATE queue.worker
        SET ended_at = now()
        WHERE ended_at IS NULL AND heartbeat_at < now() - lease_time
        RETURNING id
        """;

    // Looks at every ended worker, not only those just declared lost: a claim may commit after its worker was. A row
    // somebody holds is left for the next step, so that one stuck transaction cannot delay all other jobs.
    // The run time stays as it was, which keeps the job's place before the backlog.
    internal const string Rescue = """
        WITH orphan AS MATERIALIZED (
            SELECT job.tenant_id, job.id,
                   CASE WHEN job.cancel_code IS NOT NULL THEN 'cancelled'
                        WHEN job.attempt >= job.max_attempts THEN 'discarded'
                        ELSE 'retryable' END AS state
            FROM queue.worker
            JOIN queue.job ON job.worker_id = worker.id AND job.state = 'running'
            WHERE worker.ended_at IS NOT NULL
            ORDER BY job.tenant_id, job.id
            LIMIT $1
            FOR NO KEY UPDATE OF job SKIP LOCKED
        ), rescued AS (
            UPDATE queue.job
            SET state = orphan.state,
                finished_at = CASE WHEN orphan.state = 'retryable' THEN NULL ELSE now() END,
                error_code = coalesce(cancel_code, 'worker_lost'),
                error_message = coalesce(cancel_reason, 'Worker ' || worker_id || ' stopped answering during attempt ' || attempt || '.'),
                worker_id = CASE WHEN orphan.state = 'retryable' THEN NULL ELSE worker_id END,
                lease = NULL
            FROM orphan
            WHERE job.tenant_id = orphan.tenant_id AND job.id = orphan.id AND job.state = 'running'
            RETURNING job.tenant_id, job.id, job.queue, job.kind, job.state, job.attempt, job.error_message
        ), told AS (
            INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message)
            SELECT tenant_id, id, attempt, now(), 'warning', error_message FROM rescued
        ), woken AS (
            SELECT pg_notify('queue', queue) FROM (SELECT DISTINCT queue FROM rescued WHERE state = 'retryable') AS due
        )
        SELECT tenant_id, id, queue, kind, state, attempt, (SELECT count(*) FROM woken) FROM rescued
        """;

    internal const string ForgetWorkers = """
        DELETE FROM queue.worker
        WHERE ended_at < now() - interval '1 hour'
          AND NOT EXISTS (SELECT FROM queue.job WHERE job.worker_id = worker.id AND job.state = 'running')
        """;

    internal const string PruneByAge = """
        WITH old AS MATERIALIZED (
            SELECT tenant_id, id
            FROM queue.job
            WHERE state IN ('completed', 'cancelled') AND finished_at < now() - $1
            ORDER BY finished_at, id
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        ), lines AS (
            DELETE FROM queue.job_log USING old WHERE job_log.tenant_id = old.tenant_id AND job_log.job_id = old.id
        ), progress AS (
            DELETE FROM queue.job_progress USING old WHERE job_progress.tenant_id = old.tenant_id AND job_progress.job_id = old.id
        )
        DELETE FROM queue.job USING old WHERE job.tenant_id = old.tenant_id AND job.id = old.id
        """;

    internal const string PruneDiscarded = """
        WITH old AS MATERIALIZED (
            SELECT tenant_id, id
            FROM queue.job
            WHERE state = 'discarded' AND finished_at < now() - $1
            ORDER BY finished_at, id
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        ), lines AS (
            DELETE FROM queue.job_log USING old WHERE job_log.tenant_id = old.tenant_id AND job_log.job_id = old.id
        ), progress AS (
            DELETE FROM queue.job_progress USING old WHERE job_progress.tenant_id = old.tenant_id AND job_progress.job_id = old.id
        )
        DELETE FROM queue.job USING old WHERE job.tenant_id = old.tenant_id AND job.id = old.id
        """;

    // The newest row that is one too many. Reads as many index entries as rows are kept, so it is asked rarely.
    internal const string FirstBeyondCount = """
        SELECT finished_at, id
        FROM queue.job
        WHERE state IN ('completed', 'cancelled')
        ORDER BY finished_at DESC, id DESC
        OFFSET $1 LIMIT 1
        """;

    internal const string PruneBeyond = """
        WITH old AS MATERIALIZED (
            SELECT tenant_id, id
            FROM queue.job
            WHERE state IN ('completed', 'cancelled') AND (finished_at, id) <= ($1, $2)
            ORDER BY finished_at, id
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), lines AS (
            DELETE FROM queue.job_log USING old WHERE job_log.tenant_id = old.tenant_id AND job_log.job_id = old.id
        ), progress AS (
            DELETE FROM queue.job_progress USING old WHERE job_progress.tenant_id = old.tenant_id AND job_progress.job_id = old.id
        )
        DELETE FROM queue.job USING old WHERE job.tenant_id = old.tenant_id AND job.id = old.id
        """;
}
