namespace ScaiDrive.Bench.Recovery;

/// <summary>The lab's own tables, and what it asks of the queue's.</summary>
internal static class LabSql
{
    // No constraint forbids a second effect: what the queue does wrong must be seen, not prevented.
    internal const string Schema = """
        CREATE SCHEMA lab;
        CREATE TABLE lab.promise (job bigint, expected text, completes_apart boolean, is_stubborn boolean, unique_key text, at timestamptz DEFAULT clock_timestamp());
        CREATE TABLE lab.start (job bigint, attempt integer, lease bigint, queue_worker text, process text, at timestamptz DEFAULT clock_timestamp());
        CREATE TABLE lab.effect (job bigint, attempt integer, lease bigint, queue_worker text, process text, part integer, at timestamptz DEFAULT clock_timestamp());
        CREATE TABLE lab.mark (job bigint, what text);
        CREATE TABLE lab.ended (job bigint, attempt integer, process text, how text, at timestamptz DEFAULT clock_timestamp());
        CREATE INDEX start_by_process ON lab.start (process);
        CREATE INDEX effect_by_job ON lab.effect (job);
        CREATE INDEX mark_by_job ON lab.mark (job);
        """;

    internal const string AddPromise = "INSERT INTO lab.promise (job, expected, completes_apart, is_stubborn, unique_key) VALUES ($1, $2, $3, $4, $5)";

    // The lease only while the row still names this attempt of this process: a handler that starts or writes too late
    // must not be taken for the holder of the newer one.
    internal const string AddStart = """
        INSERT INTO lab.start (job, attempt, lease, queue_worker, process)
        SELECT $2, $3, job.lease, job.worker_id, $4
        FROM (SELECT) AS one
        LEFT JOIN queue.job ON job.tenant_id = $1 AND job.id = $2 AND job.state = 'running' AND job.attempt = $3 AND starts_with(job.worker_id, $4 || '-')
        """;

    internal const string AddEffect = """
        INSERT INTO lab.effect (job, attempt, lease, queue_worker, process, part)
        SELECT $2, $3, job.lease, job.worker_id, $4, $5
        FROM (SELECT) AS one
        LEFT JOIN queue.job ON job.tenant_id = $1 AND job.id = $2 AND job.state = 'running' AND job.attempt = $3 AND starts_with(job.worker_id, $4 || '-')
        """;

    // What a handler that is safe to repeat does.
    internal const string AddEffectOnce = """
        INSERT INTO lab.effect (job, attempt, lease, queue_worker, process, part)
        SELECT $2, $3, job.lease, job.worker_id, $4, $5
        FROM (SELECT) AS one
        LEFT JOIN queue.job ON job.tenant_id = $1 AND job.id = $2 AND job.state = 'running' AND job.attempt = $3 AND starts_with(job.worker_id, $4 || '-')
        WHERE NOT EXISTS (SELECT FROM lab.effect WHERE effect.job = $2 AND effect.part = $5)
        """;

    internal const string AddMark = """
        INSERT INTO lab.mark (job, what) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM lab.mark WHERE mark.job = $1 AND mark.what = $2)
        """;

    internal const string AddEnded = "INSERT INTO lab.ended (job, attempt, process, how) VALUES ($1, $2, $3, $4)";

    internal const string Unfinished = "SELECT count(*) FROM queue.job WHERE state IN ('available', 'scheduled', 'retryable', 'running')";

    internal const string Now = "SELECT clock_timestamp()";

    // A worker and its jobs are told apart by name: the part after the last hyphen is new with each registration.
    internal const string QueueWorkers = "SELECT id FROM queue.worker WHERE starts_with(id, $1 || '-')";

    internal const string IsDeclaredLost = """
        SELECT NOT EXISTS (SELECT FROM queue.worker WHERE id = ANY ($1) AND ended_at IS NULL)
           AND NOT EXISTS (SELECT FROM queue.job WHERE state = 'running' AND worker_id = ANY ($1))
        """;

    internal const string HasStartedAfter = """
        SELECT EXISTS (SELECT FROM lab.start WHERE process = $1 AND lease IS NOT NULL AND NOT (queue_worker = ANY ($2)))
        """;

    // The subscription is the only session of a worker whose last statement is one of these.
    internal const string IsListeningSince = """
        SELECT EXISTS (
            SELECT FROM pg_stat_activity
            WHERE application_name = $1 AND backend_start > $2 AND (query LIKE 'LISTEN %' OR query = 'SELECT 1'))
        """;

    internal const string EffectsSince = "SELECT count(*) FROM lab.effect WHERE part = 0 AND at >= $1 AND process <> ALL ($2)";

    // Handlers that have started and not ended.
    internal const string CountRunning = """
        SELECT count(*)
        FROM lab.start
        WHERE start.process = $1 AND start.lease IS NOT NULL
          AND NOT EXISTS (SELECT FROM lab.ended WHERE ended.process = start.process AND ended.job = start.job AND ended.attempt = start.attempt)
        """;

    internal const string RunsStubbornJob = """
        SELECT EXISTS (
            SELECT FROM lab.start
            JOIN lab.promise ON promise.job = start.job
            WHERE start.process = $1 AND promise.is_stubborn AND start.attempt = 1 AND start.at > clock_timestamp() - interval '3 seconds'
              AND NOT EXISTS (SELECT FROM lab.ended WHERE ended.process = start.process AND ended.job = start.job))
        """;

    internal const string CountRunningAs = """
        SELECT count(*)
        FROM lab.start
        WHERE start.process = $1 AND start.queue_worker = ANY ($2)
          AND NOT EXISTS (SELECT FROM lab.ended WHERE ended.process = start.process AND ended.job = start.job AND ended.attempt = start.attempt)
        """;

    internal const string Held = "SELECT id, lease FROM queue.job WHERE state = 'running' AND starts_with(worker_id, $1 || '-')";

    internal const string Promises = "SELECT job, expected, completes_apart, unique_key FROM lab.promise";

    internal const string Starts = "SELECT job, attempt, lease, queue_worker, process, at FROM lab.start ORDER BY at";

    internal const string Effects = "SELECT job, attempt, lease, queue_worker, process, part, at FROM lab.effect ORDER BY at";

    internal const string EndedAttempts = "SELECT job, attempt, process, how, at FROM lab.ended ORDER BY at";

    internal const string Snoozed = "SELECT job FROM lab.mark WHERE what = 'snoozed'";

    internal const string Finals = """
        SELECT job_row.id, job_row.state, job_row.attempt, job_row.max_attempts, job_row.error_code,
               EXISTS (SELECT FROM queue.job_log
                       WHERE job_log.tenant_id = job_row.tenant_id AND job_log.job_id = job_row.id AND job_log.message = 'done')
        FROM queue.job_row
        """;

    internal const string ClaimsOfTheDead = """
        SELECT count(*) FROM queue.claim WHERE NOT EXISTS (SELECT FROM queue.worker WHERE worker.id = claim.worker_id AND worker.ended_at IS NULL)
        """;

    // One statement, so one snapshot: the counters must be exact in each, not only at the end.
    internal const string Drifts = """
        WITH counted AS (
            SELECT lane, sum(available) AS available, sum(scheduled) AS scheduled, sum(retryable) AS retryable, sum(running) AS running,
                   sum(discarded) AS discarded, sum(finished) AS finished
            FROM (
                SELECT lane, count(*) FILTER (WHERE state = 'available') AS available, count(*) FILTER (WHERE state = 'scheduled') AS scheduled,
                       count(*) FILTER (WHERE state = 'retryable') AS retryable, count(*) FILTER (WHERE state = 'running') AS running,
                       count(*) FILTER (WHERE state = 'discarded') AS discarded, 0 AS finished
                FROM queue.job GROUP BY lane
                UNION ALL
                SELECT lane, 0, 0, 0, 0, 0, count(*) FROM queue.finished_job GROUP BY lane
            ) AS part
            GROUP BY lane
        ), compared AS (
            SELECT lane,
                   concat_ws(' ', coalesce(kept.available, 0), coalesce(kept.scheduled, 0), coalesce(kept.retryable, 0),
                             coalesce(kept.running, 0), coalesce(kept.discarded, 0), coalesce(kept.finished, 0)) AS kept,
                   concat_ws(' ', coalesce(counted.available, 0), coalesce(counted.scheduled, 0), coalesce(counted.retryable, 0),
                             coalesce(counted.running, 0), coalesce(counted.discarded, 0), coalesce(counted.finished, 0)) AS recounted
            FROM queue.tally_now AS kept
            FULL JOIN counted USING (lane)
        )
        SELECT lane, kept, recounted FROM compared WHERE kept <> recounted
        """;
}
