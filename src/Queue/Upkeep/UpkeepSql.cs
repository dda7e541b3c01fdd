namespace ScaiDrive.Queue.Upkeep;

/// <summary>The statements of rescue, counting and pruning. One worker at a time runs each of these duties, under <see cref="TryLock"/>.</summary>
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

    // Looks at the claims of every ended worker, not only those just declared lost: a claim may commit after its worker
    // was. A row somebody holds is left for the next step, so that one stuck transaction cannot delay all other jobs.
    // A rescued job stands before the backlog, in the order it had. One lookup per member of a claim, whatever the
    // planner thinks of the lengths of arrays.
    internal const string Rescue = """
        WITH orphan AS MATERIALIZED (
            SELECT job.tenant_id, job.id, job.lease,
                   CASE WHEN job.cancel_code IS NOT NULL THEN 'cancelled'
                        WHEN job.attempt >= job.max_attempts THEN 'discarded'
                        ELSE 'available' END AS state,
                   'Worker ' || worker.id || ' stopped answering during attempt ' || job.attempt || ', after its heartbeat of '
                       || to_char(worker.heartbeat_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '. Workers lost with this job so far: '
                       || job.losses + 1 || '.' AS message
            FROM (
                SELECT worker.id, worker.heartbeat_at, claim.lease, member.tenant_id, member.job_id
                FROM queue.worker
                JOIN queue.claim ON claim.worker_id = worker.id
                CROSS JOIN LATERAL unnest(claim.tenant_ids, claim.job_ids) AS member (tenant_id, job_id)
                WHERE worker.ended_at IS NOT NULL
                ORDER BY member.tenant_id, member.job_id
            ) AS worker
            CROSS JOIN LATERAL (
                SELECT * FROM queue.job
                WHERE job.tenant_id = worker.tenant_id AND job.id = worker.job_id AND job.lease = worker.lease
                LIMIT 1
                FOR NO KEY UPDATE SKIP LOCKED
            ) AS job
            LIMIT $1
        ), gone AS (
            DELETE FROM queue.job USING orphan
            WHERE job.tenant_id = orphan.tenant_id AND job.id = orphan.id AND job.lease = orphan.lease AND orphan.state = 'cancelled'
            RETURNING job.*
        ), kept AS (
            INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, worker_id, attempt, max_attempts, losses, run_at,
                created_at, started_at, finished_at, unique_key, subject_id, args, error_code, error_message)
            SELECT tenant_id, id, lane, kind, 'cancelled', worker_id, attempt, max_attempts, losses + 1, run_at,
                created_at, started_at, now(), unique_key, subject_id, args, cancel_code, cancel_reason
            FROM gone
        ), back AS (
            UPDATE queue.job
            SET state = orphan.state,
                place = CASE WHEN orphan.state = 'available' THEN place - CASE WHEN place > 0 THEN 4611686018427387904 ELSE 0 END END,
                discarded_at = CASE WHEN orphan.state = 'discarded' THEN now() END,
                holds_key = holds_key AND orphan.state <> 'discarded',
                losses = losses + 1,
                error_code = 'worker_lost',
                error_message = orphan.message,
                worker_id = CASE WHEN orphan.state = 'discarded' THEN worker_id END,
                lease = NULL
            FROM orphan
            WHERE job.tenant_id = orphan.tenant_id AND job.id = orphan.id AND job.lease = orphan.lease AND orphan.state <> 'cancelled'
            RETURNING job.tenant_id, job.id, job.lane, job.kind, job.state, job.attempt, job.error_message
        ), rescued AS (
            SELECT tenant_id, id, lane, kind, state, attempt, error_message FROM back
            UNION ALL
            SELECT tenant_id, id, lane, kind, 'cancelled', attempt, cancel_reason FROM gone
        ), counted AS (
            INSERT INTO queue.tally_change (lane, running, available, discarded, finished, cancelled_attempts, failed_attempts)
            SELECT lane, -count(*), count(*) FILTER (WHERE state = 'available'), count(*) FILTER (WHERE state = 'discarded'),
                   count(*) FILTER (WHERE state = 'cancelled'), count(*) FILTER (WHERE state = 'cancelled'), count(*) FILTER (WHERE state <> 'cancelled')
            FROM rescued
            GROUP BY lane
        ), told AS (
            INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message)
            SELECT tenant_id, id, attempt, now(), 'warning', error_message FROM back
        ), woken AS (
            SELECT pg_notify('queue', 'front:' || string_agg(DISTINCT lane::text, ',')) FROM rescued WHERE state = 'available' HAVING count(*) > 0
        )
        SELECT rescued.tenant_id, rescued.id, lane.queue, rescued.kind, rescued.state, rescued.attempt, (SELECT count(*) FROM woken)
        FROM rescued
        JOIN queue.lane ON lane.id = rescued.lane
        """;

    internal const string ForgetClaims = """
        DELETE FROM queue.claim
        USING queue.worker
        WHERE claim.worker_id = worker.id AND worker.ended_at IS NOT NULL
          AND NOT EXISTS (
            SELECT FROM unnest(claim.tenant_ids, claim.job_ids) AS member (tenant_id, id)
            JOIN queue.job ON job.tenant_id = member.tenant_id AND job.id = member.id
            WHERE job.lease = claim.lease)
        """;

    internal const string ForgetWorkers = """
        DELETE FROM queue.worker
        WHERE ended_at < now() - interval '1 hour'
          AND NOT EXISTS (SELECT FROM queue.claim WHERE claim.worker_id = worker.id)
        """;

    // Moves changes into the sums. Starts behind what is known to be folded, so that it walks over no dead rows.
    internal const string Fold = """
        WITH folded AS (
            DELETE FROM queue.tally_change
            WHERE ctid = ANY (ARRAY(
                SELECT next.ctid FROM queue.tally_change AS next
                WHERE next.seq > greatest($1, (SELECT folded FROM queue.tally_mark))
                ORDER BY next.seq
                LIMIT $2))
            RETURNING *
        ), summed AS (
            INSERT INTO queue.tally (lane, available, scheduled, retryable, running, discarded, finished)
            SELECT lane, sum(available), sum(scheduled), sum(retryable), sum(running), sum(discarded), sum(finished)
            FROM folded
            GROUP BY lane
            ORDER BY lane
            ON CONFLICT (lane) DO UPDATE
            SET available = tally.available + excluded.available, scheduled = tally.scheduled + excluded.scheduled,
                retryable = tally.retryable + excluded.retryable, running = tally.running + excluded.running,
                discarded = tally.discarded + excluded.discarded, finished = tally.finished + excluded.finished
        ), timed AS (
            INSERT INTO queue.throughput (minute, lane, completed, cancelled, failed, busy_ms)
            SELECT date_trunc('minute', at), lane, sum(completed_attempts), sum(cancelled_attempts), sum(failed_attempts), sum(busy_ms)
            FROM folded
            WHERE completed_attempts + cancelled_attempts + failed_attempts > 0
            GROUP BY 1, 2
            ORDER BY 1, 2
            ON CONFLICT (minute, lane) DO UPDATE
            SET completed = throughput.completed + excluded.completed, cancelled = throughput.cancelled + excluded.cancelled,
                failed = throughput.failed + excluded.failed, busy_ms = throughput.busy_ms + excluded.busy_ms
        )
        SELECT count(*), max(seq) FROM folded
        """;

    internal const string RaiseMark = "UPDATE queue.tally_mark SET folded = $1 WHERE folded < $1";

    internal const string ForgetCounts = """
        WITH old AS (
            DELETE FROM queue.throughput WHERE minute < now() - interval '1 day'
        )
        DELETE FROM queue.tally
        WHERE available = 0 AND scheduled = 0 AND retryable = 0 AND running = 0 AND discarded = 0 AND finished = 0
        """;

    // Counts the rows and says where the counters differ, all in one snapshot. Concurrent changes alter both alike.
    internal const string Drift = """
        WITH counted AS (
            SELECT lane, sum(available)::bigint AS available, sum(scheduled)::bigint AS scheduled, sum(retryable)::bigint AS retryable,
                   sum(running)::bigint AS running, sum(discarded)::bigint AS discarded, sum(finished)::bigint AS finished
            FROM (
                SELECT lane, count(*) FILTER (WHERE state = 'available') AS available, count(*) FILTER (WHERE state = 'scheduled') AS scheduled,
                       count(*) FILTER (WHERE state = 'retryable') AS retryable, count(*) FILTER (WHERE state = 'running') AS running,
                       count(*) FILTER (WHERE state = 'discarded') AS discarded, 0 AS finished
                FROM queue.job
                GROUP BY lane
                UNION ALL
                SELECT lane, 0, 0, 0, 0, 0, count(*) FROM queue.finished_job GROUP BY lane
            ) AS part
            GROUP BY lane
        )
        SELECT lane,
               (coalesce(counted.available, 0) - coalesce(tally_now.available, 0))::integer,
               (coalesce(counted.scheduled, 0) - coalesce(tally_now.scheduled, 0))::integer,
               (coalesce(counted.retryable, 0) - coalesce(tally_now.retryable, 0))::integer,
               (coalesce(counted.running, 0) - coalesce(tally_now.running, 0))::integer,
               (coalesce(counted.discarded, 0) - coalesce(tally_now.discarded, 0))::integer,
               (coalesce(counted.finished, 0) - coalesce(tally_now.finished, 0))::integer
        FROM counted
        FULL JOIN queue.tally_now USING (lane)
        WHERE (coalesce(counted.available, 0), coalesce(counted.scheduled, 0), coalesce(counted.retryable, 0),
               coalesce(counted.running, 0), coalesce(counted.discarded, 0), coalesce(counted.finished, 0))
           IS DISTINCT FROM
              (coalesce(tally_now.available, 0), coalesce(tally_now.scheduled, 0), coalesce(tally_now.retryable, 0),
               coalesce(tally_now.running, 0), coalesce(tally_now.discarded, 0), coalesce(tally_now.finished, 0))
        ORDER BY lane
        """;

    // The transaction has an id before it draws a number, as every writer of changes.
    internal const string Repair = """
        WITH begun AS MATERIALIZED (SELECT pg_current_xact_id() AS xid)
        INSERT INTO queue.tally_change (lane, available, scheduled, retryable, running, discarded, finished)
        SELECT $1, $2, $3, $4, $5, $6, $7 FROM begun WHERE xid IS NOT NULL
        """;

    internal const string Excess = "SELECT greatest(0, coalesce(sum(finished), 0)::bigint - $1) FROM queue.tally_now";

    // $3: where the step before ended, so that this one does not walk over what it deleted.
    internal const string PruneFinished = """
        WITH old AS (
            DELETE FROM queue.finished_job
            WHERE ctid = ANY (ARRAY(
                SELECT next.ctid FROM queue.finished_job AS next
                WHERE next.finished_at < now() - $1 AND next.finished_at >= $3
                ORDER BY next.finished_at
                LIMIT $2
                FOR UPDATE SKIP LOCKED))
            RETURNING tenant_id, id, lane, finished_at
        ), lines AS (
            DELETE FROM queue.job_log USING old WHERE job_log.tenant_id = old.tenant_id AND job_log.job_id = old.id
        ), progress AS (
            DELETE FROM queue.job_progress USING old WHERE job_progress.tenant_id = old.tenant_id AND job_progress.job_id = old.id
        ), counted AS (
            INSERT INTO queue.tally_change (lane, finished) SELECT lane, -count(*) FROM old GROUP BY lane
        )
        SELECT count(*), max(finished_at) FROM old
        """;

    internal const string PruneDiscarded = """
        WITH old AS (
            DELETE FROM queue.job
            WHERE ctid = ANY (ARRAY(
                SELECT next.ctid FROM queue.job AS next
                WHERE next.discarded_at < now() - $1 AND next.discarded_at >= $3
                ORDER BY next.discarded_at, next.id
                LIMIT $2
                FOR UPDATE SKIP LOCKED))
            RETURNING tenant_id, id, lane, discarded_at
        ), lines AS (
            DELETE FROM queue.job_log USING old WHERE job_log.tenant_id = old.tenant_id AND job_log.job_id = old.id
        ), progress AS (
            DELETE FROM queue.job_progress USING old WHERE job_progress.tenant_id = old.tenant_id AND job_progress.job_id = old.id
        ), counted AS (
            INSERT INTO queue.tally_change (lane, discarded) SELECT lane, -count(*) FROM old GROUP BY lane
        )
        SELECT count(*), max(discarded_at) FROM old
        """;
}
