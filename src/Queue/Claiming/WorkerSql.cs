namespace ScaiDrive.Queue.Claiming;

/// <summary>The statements about worker rows, and by which a worker learns what there is to do.</summary>
internal static class WorkerSql
{
    internal const string Register = """
        INSERT INTO queue.worker (id, name, slots, kinds, lease_time) VALUES ($1, $2, $3, $4, $5)
        """;

    internal const string Heartbeat = """
        UPDATE queue.worker SET heartbeat_at = now() WHERE id = $1 AND ended_at IS NULL
        """;

    internal const string Drain = """
        UPDATE queue.worker SET draining_at = now() WHERE id = $1 AND ended_at IS NULL
        """;

    internal const string SignOff = """
        UPDATE queue.worker SET ended_at = now() WHERE id = $1 AND ended_at IS NULL
        """;

    // The lanes that have something for this worker, by the counters: no job is read.
    internal const string Waiting = """
        SELECT lane.id, lane.tenant_id, lane.queue, lane.kind, lane.connector, lane.limit_key, lane.keys, lane.floor
        FROM queue.tally_now
        JOIN queue.lane ON lane.id = tally_now.lane
        WHERE tally_now.available > 0 AND lane.kind = ANY ($1)
        """;

    internal const string Lanes = """
        SELECT lane.id, lane.tenant_id, lane.queue, lane.kind, lane.connector, lane.limit_key, lane.keys, lane.floor
        FROM queue.lane
        WHERE lane.id = ANY ($1) AND lane.kind = ANY ($2)
        """;

    // The times as spans from now: the worker's own clock may be wrong.
    internal const string Rules = """
        SELECT key, weight, max_running IS NOT NULL OR rate_count IS NOT NULL,
               extract(epoch FROM greatest(
                   throttled_until,
                   CASE WHEN paused_at IS NOT NULL THEN coalesce(paused_until, now() + interval '1 hour') END) - now())::double precision
        FROM queue.rule
        """;

    internal const string RaiseFloors = """
        UPDATE queue.lane
        SET floor = given.floor
        FROM unnest($1::integer[], $2::bigint[]) AS given (lane, floor)
        WHERE lane.id = given.lane AND lane.floor < given.floor
        """;

    internal const string Throttle = """
        WITH changed AS (
            INSERT INTO queue.rule (key, throttled_until, throttle_reason)
            SELECT key, now() + delay, reason
            FROM unnest($1::text[], $2::interval[], $3::text[]) AS given (key, delay, reason)
            ORDER BY key
            ON CONFLICT (key) DO UPDATE
                SET throttled_until = excluded.throttled_until, throttle_reason = excluded.throttle_reason, updated_at = now()
                WHERE rule.throttled_until IS NULL OR rule.throttled_until < excluded.throttled_until
            RETURNING key
        )
        SELECT pg_notify('queue', 'rules') FROM (SELECT count(*) AS count FROM changed) AS all_changed WHERE count > 0
        """;
}
