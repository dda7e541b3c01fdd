namespace ScaiDrive.Queue.Control;

/// <summary>The statements of an operator's wishes.</summary>
internal static class ControlSql
{
    // A finished job starts afresh; one that waits for its time is due at once, with the attempts it has left.
    internal const string Retry = """
        WITH wanted AS MATERIALIZED (
            SELECT tenant_id, id, state FROM queue.job WHERE tenant_id = $1 AND id = $2 FOR UPDATE
        ), changed AS (
            UPDATE queue.job
            SET state = 'available',
                attempt = CASE WHEN wanted.state IN ('completed', 'cancelled', 'discarded') THEN 0 ELSE job.attempt END,
                run_at = CASE WHEN wanted.state IN ('completed', 'cancelled', 'discarded') THEN now() ELSE least(job.run_at, now()) END,
                finished_at = NULL, worker_id = NULL, lease = NULL, wait_reason = NULL, cancel_code = NULL, cancel_reason = NULL
            FROM wanted
            WHERE job.tenant_id = wanted.tenant_id AND job.id = wanted.id AND wanted.state <> 'running'
            RETURNING job.queue
        ), woken AS (
            SELECT pg_notify('queue', queue) FROM changed
        )
        SELECT state, (SELECT count(*) FROM woken) FROM wanted
        """;

    internal const string Cancel = """
        WITH wanted AS MATERIALIZED (
            SELECT tenant_id, id, state FROM queue.job WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE
        ), hit AS (
            UPDATE queue.job
            SET state = CASE job.state WHEN 'running' THEN job.state ELSE 'cancelled' END,
                finished_at = CASE job.state WHEN 'running' THEN NULL ELSE now() END,
                wait_reason = NULL,
                error_code = CASE job.state WHEN 'running' THEN error_code ELSE $3 END,
                error_message = CASE job.state WHEN 'running' THEN error_message ELSE $4 END,
                cancel_code = $3,
                cancel_reason = $4
            FROM wanted
            WHERE job.tenant_id = wanted.tenant_id AND job.id = wanted.id
              AND wanted.state IN ('available', 'scheduled', 'retryable', 'running')
            RETURNING job.id, job.state
        ), told AS (
            SELECT pg_notify('queue', 'cancel:' || id) FROM hit WHERE state = 'running'
        )
        SELECT state, (SELECT count(*) FROM hit), (SELECT count(*) FROM told) FROM wanted
        """;
}
