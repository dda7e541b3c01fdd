namespace ScaiDrive.Queue.Enqueueing;

/// <summary>The statements of producers. Columns are described in <c>Migrations/</c>.</summary>
internal static class EnqueueSql
{
    // The transaction gets its id before any number is drawn: a claim that sees no open transaction older than some
    // moment then knows that no job will appear behind a place it has passed (see LaneCursor). Numbers follow the
    // caller's order; rows are inserted in the order of their unique keys, so that two producers with overlapping keys
    // wait for each other instead of deadlocking.
    internal const string Enqueue = """
        WITH begun AS MATERIALIZED (
            SELECT pg_current_xact_id() AS xid
        ), line AS MATERIALIZED (
            SELECT given.number, given.tenant_id, queue.lane_of(given.tenant_id, given.queue, $1, given.connector, given.limit_key) AS lane
            FROM begun, unnest($2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS given (tenant_id, queue, connector, limit_key, number)
            WHERE begun.xid IS NOT NULL
        ), item AS MATERIALIZED (
            SELECT nextval('queue.job_id') AS id, ordered.*
            FROM (
                SELECT line.tenant_id, line.lane, given.args, given.unique_key, given.subject_id,
                       greatest(coalesce(given.run_at, now()), now()) AS run_at, given.max_attempts
                FROM unnest($6::integer[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::integer[])
                    WITH ORDINALITY AS given (line, args, unique_key, subject_id, run_at, max_attempts, number)
                JOIN line ON line.number = given.line
                ORDER BY given.number
            ) AS ordered
        ), added AS (
            INSERT INTO queue.job (tenant_id, id, lane, kind, state, place, args, unique_key, holds_key, subject_id, run_at, max_attempts)
            SELECT tenant_id, id, lane, $1,
                   CASE WHEN run_at > now() THEN 'scheduled' ELSE 'available' END,
                   CASE WHEN run_at > now() THEN NULL ELSE id END,
                   args::json, unique_key, unique_key IS NOT NULL, subject_id, run_at, max_attempts
            FROM item
            ORDER BY item.tenant_id, item.unique_key, item.id
            ON CONFLICT (tenant_id, kind, unique_key) WHERE holds_key DO NOTHING
            RETURNING id, lane, place
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, scheduled)
            SELECT lane, count(place), count(*) - count(place) FROM added GROUP BY lane
        )
        SELECT count(*), min(id), (SELECT xid::text FROM begun),
               coalesce(array_agg(DISTINCT lane) FILTER (WHERE place IS NOT NULL), '{}'),
               count(*) > count(place)
        FROM added
        """;

    internal const string MakeLane = "SELECT queue.lane_of($1, $2, $3, $4, $5)";

    // A waiting job ends here. A running one is told through its worker, commits nothing more, and ends when its handler
    // does. Locked in the order in which outcomes are settled, or the two would deadlock.
    internal const string CancelBySubjects = """
        WITH wanted AS MATERIALIZED (
            SELECT tenant_id, id, state
            FROM queue.job
            WHERE tenant_id = $1 AND subject_id = ANY($2) AND kind = ANY($3) AND id IS DISTINCT FROM $6 AND state <> 'discarded'
            ORDER BY tenant_id, id
            FOR NO KEY UPDATE
        ), gone AS (
            DELETE FROM queue.job USING wanted
            WHERE job.tenant_id = wanted.tenant_id AND job.id = wanted.id AND job.state IN ('available', 'scheduled', 'retryable')
            RETURNING job.*
        ), kept AS (
            INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, attempt, max_attempts, losses, run_at, created_at, started_at,
                finished_at, unique_key, subject_id, args, error_code, error_message)
            SELECT tenant_id, id, lane, kind, 'cancelled', attempt, max_attempts, losses, run_at, created_at, started_at,
                now(), unique_key, subject_id, args, $4, $5
            FROM gone
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, scheduled, retryable, finished)
            SELECT lane, -count(*) FILTER (WHERE state = 'available'), -count(*) FILTER (WHERE state = 'scheduled'),
                   -count(*) FILTER (WHERE state = 'retryable'), count(*)
            FROM gone
            GROUP BY lane
        ), asked AS (
            UPDATE queue.job
            SET cancel_code = $4, cancel_reason = $5, holds_key = false
            FROM wanted
            WHERE job.tenant_id = wanted.tenant_id AND job.id = wanted.id AND job.state = 'running'
            RETURNING job.id
        ), told AS (
            SELECT pg_notify('queue', 'cancel:' || id) FROM asked
        )
        SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM told)
        """;

    // Tells which transactions have ended, and wakes the workers for those that committed: with their lanes, or, when
    // those would not fit into a notification, for a look at everything. A status of NULL is a transaction so old that
    // the server forgot it.
    internal const string Announce = """
        WITH asked AS MATERIALIZED (
            SELECT number, lane, coalesce(pg_xact_status(xid::xid8), 'aborted') AS status
            FROM unnest($1::text[], $2::integer[]) WITH ORDINALITY AS pending (xid, lane, number)
        ), woken AS (
            SELECT pg_notify('queue', CASE WHEN count(*) > 500 THEN 'all' ELSE 'lanes:' || string_agg(lane::text, ',') END)
            FROM (SELECT DISTINCT lane FROM asked WHERE status = 'committed') AS due
            HAVING count(*) > 0
        )
        SELECT number, (SELECT count(*) FROM woken) FROM asked WHERE status <> 'in progress'
        """;
}
