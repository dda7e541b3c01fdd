namespace ScaiDrive.Queue.Reading;

/// <summary>The statements of readers. Totals come from the maintained counts; no statement counts the jobs.</summary>
internal static class ReaderSql
{
    // $1 what to group by: queue, tenant, kind or connector. $2 one tenant, or NULL for all. $3 groups at most.
    // Jobs whose time has come but that were not put in line yet wait like those in line. They are counted one by one,
    // for a fleet with workers puts them in line within a second; without workers the count stops at a bound, and the
    // rest stays among those that wait for their time, so that no job is counted twice or not at all.
    // The first in line of a lane is found from its floor on, past jobs that run; those that were given back stand below zero.
    internal const string Waiting = """
        WITH due AS MATERIALIZED (
            SELECT lane, state, run_at
            FROM queue.job
            WHERE place IS NULL AND discarded_at IS NULL AND run_at <= now()
            ORDER BY run_at, id
            LIMIT 50000
        ), due_in AS (
            SELECT lane, count(*) AS jobs, min(run_at) AS oldest_at,
                   count(*) FILTER (WHERE state = 'scheduled') AS scheduled, count(*) FILTER (WHERE state = 'retryable') AS retryable
            FROM due
            GROUP BY lane
        ), counted AS MATERIALIZED (
            SELECT lane.id, lane.floor, now_in.available,
                   now_in.available + coalesce(due_in.jobs, 0) AS depth, now_in.running, now_in.discarded,
                   greatest(now_in.scheduled - coalesce(due_in.scheduled, 0), 0) AS scheduled,
                   greatest(now_in.retryable - coalesce(due_in.retryable, 0), 0) AS retryable,
                   due_in.oldest_at AS due_since,
                   CASE $1 WHEN 'queue' THEN lane.queue WHEN 'tenant' THEN lane.tenant_id WHEN 'kind' THEN lane.kind
                           WHEN 'connector' THEN lane.connector END AS name
            FROM queue.tally_now AS now_in
            JOIN queue.lane ON lane.id = now_in.lane
            LEFT JOIN due_in ON due_in.lane = lane.id
            WHERE $2::text IS NULL OR lane.tenant_id = $2
        )
        SELECT name, sum(depth)::bigint AS depth,
               coalesce(extract(epoch FROM greatest(now() - min(least(due_since, first.run_at)), interval '0')), 0)::double precision,
               sum(running)::bigint, sum(scheduled)::bigint, sum(retryable)::bigint, sum(discarded)::bigint
        FROM counted
        LEFT JOIN LATERAL (
            SELECT min(run_at) AS run_at
            FROM (
                (SELECT run_at FROM queue.job
                 WHERE job.lane = counted.id AND place > greatest(counted.floor, 0) AND lease IS NULL
                 ORDER BY job.lane, place LIMIT 1)
                UNION ALL
                (SELECT run_at FROM queue.job
                 WHERE job.lane = counted.id AND place < 0 AND lease IS NULL
                 ORDER BY job.lane, place LIMIT 1)
            ) AS head
            WHERE counted.available > 0
        ) AS first ON true
        GROUP BY name
        HAVING sum(depth + running + scheduled + retryable + discarded) > 0
        ORDER BY depth DESC, name
        LIMIT $3
        """;

    // Looked up one by one: asked as NOT EXISTS, the planner may read all jobs of the tenant.
    internal const string Idle = """
        SELECT given.subject_id
        FROM unnest($2) AS given (subject_id)
        WHERE (SELECT job.id FROM queue.job
               WHERE job.tenant_id = $1 AND job.subject_id = given.subject_id AND job.kind = ANY ($3) AND job.state <> 'discarded'
               LIMIT 1) IS NULL
        """;

    // $1 how far back, $2 one tenant or NULL for all. Begins with a whole minute, so that no part of one is left out.
    internal const string Throughput = """
        WITH span AS MATERIALIZED (
            SELECT date_trunc('minute', now() - $1) AS since
        ), ended AS (
            SELECT lane, completed, cancelled, failed, busy_ms
            FROM queue.throughput
            WHERE minute >= (SELECT since FROM span)
            UNION ALL
            SELECT lane, completed_attempts, cancelled_attempts, failed_attempts, busy_ms
            FROM queue.tally_change
            WHERE seq > (SELECT folded FROM queue.tally_mark) AND at >= (SELECT since FROM span)
        ), in_queue AS (
            SELECT lane.queue, sum(completed) AS completed, sum(cancelled) AS cancelled, sum(failed) AS failed, sum(busy_ms) AS busy_ms
            FROM ended
            JOIN queue.lane ON lane.id = ended.lane
            WHERE $2::text IS NULL OR lane.tenant_id = $2
            GROUP BY lane.queue
        )
        SELECT named.queue, extract(epoch FROM now() - span.since)::double precision,
               coalesce(completed, 0)::bigint, coalesce(cancelled, 0)::bigint, coalesce(failed, 0)::bigint, coalesce(busy_ms, 0)::double precision / 1000
        FROM (VALUES (1, 'high'), (2, 'low')) AS named (position, queue)
        CROSS JOIN span
        LEFT JOIN in_queue ON in_queue.queue = named.queue
        ORDER BY named.position
        """;

    // What waits times how long its kind took in the last hour.
    internal const string Work = """
        WITH due AS MATERIALIZED (
            SELECT lane
            FROM queue.job
            WHERE place IS NULL AND discarded_at IS NULL AND run_at <= now()
            ORDER BY run_at, id
            LIMIT 50000
        ), due_in AS (
            SELECT lane, count(*) AS jobs FROM due GROUP BY lane
        ), waiting AS MATERIALIZED (
            SELECT lane.queue, lane.kind, sum(now_in.available + coalesce(due_in.jobs, 0)) AS jobs
            FROM queue.tally_now AS now_in
            JOIN queue.lane ON lane.id = now_in.lane
            LEFT JOIN due_in ON due_in.lane = now_in.lane
            GROUP BY lane.queue, lane.kind
        ), hour AS MATERIALIZED (
            SELECT lane.kind, sum(busy_ms) / 1000 / nullif(sum(attempts), 0) AS seconds
            FROM (
                SELECT lane, busy_ms, completed + cancelled + failed AS attempts
                FROM queue.throughput
                WHERE minute >= now() - interval '1 hour'
                UNION ALL
                SELECT lane, busy_ms, completed_attempts + cancelled_attempts + failed_attempts
                FROM queue.tally_change
                WHERE seq > (SELECT folded FROM queue.tally_mark)
            ) AS ended
            JOIN queue.lane ON lane.id = ended.lane
            GROUP BY lane.kind
        ), estimated AS (
            SELECT waiting.queue, waiting.jobs, hour.seconds
            FROM waiting
            LEFT JOIN hour ON hour.kind = waiting.kind
            WHERE waiting.jobs > 0
        )
        SELECT named.queue, coalesce(sum(estimated.jobs * estimated.seconds), 0)::double precision,
               coalesce(sum(estimated.jobs) FILTER (WHERE estimated.seconds IS NULL), 0)::bigint,
               (SELECT coalesce(sum(slots), 0) FROM queue.worker
                WHERE ended_at IS NULL AND draining_at IS NULL AND heartbeat_at >= now() - lease_time)::integer
        FROM (VALUES (1, 'high'), (2, 'low')) AS named (position, queue)
        LEFT JOIN estimated ON estimated.queue = named.queue
        GROUP BY named.position, named.queue
        ORDER BY named.position
        """;

    internal const string Workers = """
        SELECT worker.id, worker.name, worker.slots, worker.kinds, worker.started_at,
               extract(epoch FROM greatest(now() - worker.heartbeat_at, interval '0'))::double precision,
               worker.heartbeat_at >= now() - worker.lease_time, worker.draining_at IS NOT NULL, coalesce(held.jobs, 0)
        FROM queue.worker
        LEFT JOIN (
            SELECT claim.worker_id, count(*) AS jobs
            FROM queue.claim
            CROSS JOIN LATERAL unnest(tenant_ids, job_ids) AS named (tenant_id, id)
            CROSS JOIN LATERAL (
                SELECT FROM queue.job
                WHERE job.tenant_id = named.tenant_id AND job.id = named.id AND job.lease = claim.lease
                LIMIT 1
            ) AS job
            GROUP BY claim.worker_id
        ) AS held ON held.worker_id = worker.id
        WHERE worker.ended_at IS NULL
        ORDER BY worker.started_at, worker.id
        """;

    internal const string Find = "SELECT * FROM queue.job_row WHERE tenant_id = $1 AND id = $2 LIMIT 1";

    internal const string Running = """
        WITH held AS MATERIALIZED (
            SELECT named.id
            FROM queue.claim
            CROSS JOIN LATERAL unnest(tenant_ids, job_ids) AS named (tenant_id, id)
            CROSS JOIN LATERAL (
                SELECT FROM queue.job
                WHERE job.tenant_id = named.tenant_id AND job.id = named.id AND job.lease = claim.lease
                LIMIT 1
            ) AS job
            WHERE named.tenant_id = $1
            ORDER BY named.id DESC
            LIMIT $2
        )
        SELECT shown.*
        FROM held
        CROSS JOIN LATERAL (SELECT * FROM queue.job_row WHERE job_row.tenant_id = $1 AND job_row.id = held.id LIMIT 1) AS shown
        ORDER BY shown.id DESC
        """;

    // Jobs to be tried again are looked for among the 5,000 that are due next, whatever else waits for its time.
    internal const string Failures = """
        WITH failed AS MATERIALIZED (
            (SELECT id
             FROM queue.job
             WHERE tenant_id = $1 AND discarded_at IS NOT NULL
             ORDER BY tenant_id DESC, id DESC
             LIMIT $2)
            UNION ALL
            (SELECT id
             FROM (
                 SELECT tenant_id, id, state
                 FROM queue.job
                 WHERE place IS NULL AND discarded_at IS NULL
                 ORDER BY run_at, id
                 LIMIT 5000
             ) AS waiting
             WHERE tenant_id = $1 AND state = 'retryable'
             ORDER BY id DESC
             LIMIT $2)
            ORDER BY id DESC
            LIMIT $2
        )
        SELECT shown.*
        FROM failed
        CROSS JOIN LATERAL (SELECT * FROM queue.job_row WHERE job_row.tenant_id = $1 AND job_row.id = failed.id LIMIT 1) AS shown
        ORDER BY shown.id DESC
        """;

    internal const string Logs = """
        SELECT seq, at, level, attempt, message
        FROM queue.job_log
        WHERE tenant_id = $1 AND job_id = $2 AND seq > $3
        ORDER BY seq
        LIMIT $4
        """;
}
