namespace ScaiDrive.Queue.Explaining;

/// <summary>What the answer to "why is it not running?" is made of. Read in one snapshot.</summary>
internal static class ExplainSql
{
    internal const string Job = """
        SELECT shown.*, lane.keys AS lane_keys, live.cancel_reason, now() AS asked_at,
               CASE WHEN worker.id IS NOT NULL THEN extract(epoch FROM greatest(now() - worker.heartbeat_at, interval '0'))::double precision END AS heartbeat_age,
               coalesce(worker.ended_at IS NULL AND worker.heartbeat_at >= now() - worker.lease_time, false) AS worker_is_alive
        FROM (SELECT * FROM queue.job_row WHERE tenant_id = $1 AND id = $2 LIMIT 1) AS shown
        JOIN queue.lane ON lane.id = shown.lane
        LEFT JOIN queue.job AS live ON live.tenant_id = $1 AND live.id = $2
        LEFT JOIN queue.worker ON worker.id = shown.worker_id
        """;

    // $1 the keys of the job's lane, which is also the order of the answer.
    internal const string Rules = """
        SELECT rule.key,
               paused_at IS NOT NULL AND (paused_until IS NULL OR paused_until > now()), paused_at, paused_until, paused_by, pause_reason,
               CASE WHEN throttled_until > now() THEN throttled_until END, throttle_reason,
               max_running, coalesce(held.running, 0)::bigint,
               CASE WHEN saved.tokens < 1 THEN now() + (1 - saved.tokens) / rate_count * rate_period END, rate_count, rate_period
        FROM queue.rule
        CROSS JOIN LATERAL (
            SELECT least(rate_burst, coalesce(rule.tokens, rate_burst)
                   + coalesce(extract(epoch FROM now() - refilled_at) / extract(epoch FROM rate_period) * rate_count, 0))::double precision AS tokens
        ) AS saved
        LEFT JOIN LATERAL (
            SELECT sum(now_in.running) AS running
            FROM queue.tally_now AS now_in
            JOIN queue.lane ON lane.id = now_in.lane
            WHERE rule.max_running IS NOT NULL AND lane.keys @> ARRAY[rule.key]
        ) AS held ON true
        WHERE rule.key = ANY ($1)
        ORDER BY array_position($1, rule.key)
        """;

    // $1 the job's kind. Workers that take jobs now, those of them that take this kind, their slots, and how many have one free.
    internal const string Workers = """
        SELECT count(*), count(*) FILTER (WHERE takes), coalesce(sum(slots) FILTER (WHERE takes), 0), count(*) FILTER (WHERE takes AND jobs < slots)
        FROM (
            SELECT worker.slots, $1 = ANY (worker.kinds) AS takes, coalesce(held.jobs, 0) AS jobs
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
            WHERE worker.ended_at IS NULL AND worker.draining_at IS NULL AND worker.heartbeat_at >= now() - worker.lease_time
        ) AS live
        """;

    // $1 the lane, $2 the place in it, $3 where to stop counting.
    internal const string Ahead = """
        SELECT count(*)
        FROM (
            SELECT FROM (
                (SELECT FROM queue.job
                 WHERE lane = $1 AND place < least($2, 0) AND lease IS NULL
                 ORDER BY lane, place LIMIT $3)
                UNION ALL
                (SELECT FROM queue.job
                 WHERE lane = $1 AND place > (SELECT greatest(floor, 0) FROM queue.lane WHERE id = $1) AND place < $2 AND lease IS NULL
                 ORDER BY lane, place LIMIT $3)
            ) AS before
            LIMIT $3
        ) AS counted
        """;

    // $1 tenant, $2 its lane that the job is in, $3 lanes at most. Other tenants are one sum, in the last row.
    internal const string OtherLanes = """
        WITH waiting AS MATERIALIZED (
            SELECT lane.tenant_id = $1 AS is_own, lane.queue, lane.kind, lane.connector, lane.limit_key, now_in.available
            FROM queue.tally_now AS now_in
            JOIN queue.lane ON lane.id = now_in.lane
            WHERE now_in.available > 0 AND lane.id <> $2
        )
        (SELECT is_own, queue, kind, connector, limit_key, available FROM waiting WHERE is_own ORDER BY available DESC, queue, kind LIMIT $3)
        UNION ALL
        SELECT false, '', '', NULL, NULL, coalesce(sum(available), 0)::bigint FROM waiting WHERE NOT is_own
        """;
}
