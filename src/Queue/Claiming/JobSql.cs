namespace ScaiDrive.Queue.Claiming;

/// <summary>The statements by which a worker takes jobs and ends them. Columns are described in <c>Migrations/</c>.</summary>
internal static class JobSql
{
    // Sent before the statements below, in the same transaction. They must walk indexes whatever the statistics say: a
    // plan made while the table was empty would read all of it when it is full. The snapshot tells a claim which places
    // it may forget; it is taken before the claim's own, which errs on the safe side.
    internal const string Prepare = """
        SELECT pg_snapshot_xmin(seen)::text::bigint, pg_snapshot_xmax(seen)::text::bigint,
               set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
               set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
        FROM pg_current_snapshot() AS seen
        """;

    // How both claims take the rows that a part named first has locked, for the worker in $5. The rows are found by
    // ctid, because they are locked by now.
    private const string Take = """
        number AS MATERIALIZED (
            SELECT nextval('queue.lease_number') AS lease
        ), taken AS (
            UPDATE queue.job
            SET state = 'running', attempt = attempt + 1, lease = (SELECT lease FROM number), worker_id = $5, started_at = now(), wait_reason = NULL
            WHERE job.ctid = ANY (ARRAY(SELECT tid FROM first)) AND job.lease IS NULL
            RETURNING job.tenant_id, job.id, job.lane, job.args, job.subject_id, job.attempt, job.max_attempts, job.losses, job.lease, job.place, job.run_at
        ), held AS (
            INSERT INTO queue.claim (lease, worker_id, tenant_ids, job_ids)
            SELECT lease, $5, array_agg(tenant_id), array_agg(id) FROM taken GROUP BY lease
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, running) SELECT lane, -count(*), count(*) FROM taken GROUP BY lane
        ), forgotten AS (
            DELETE FROM queue.job_progress USING taken
            WHERE taken.attempt > 1 AND job_progress.tenant_id = taken.tenant_id AND job_progress.job_id = taken.id
        )
        """;

    // Takes from each lane the first in line. SKIP LOCKED lets workers pass each other instead of queueing. A worker
    // that was declared lost takes nothing: the check costs one lookup, and the rescuer keeps looking at lost workers
    // for claims that commit late. Lanes that a rule closes give nothing, whatever the worker knew when it asked; lanes
    // under a limit are taken by ClaimLimited.
    internal const string Claim = """
        WITH asked AS MATERIALIZED (
            SELECT given.lane, given.after, given.before, given.take
            FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::integer[]) AS given (lane, after, before, take)
            JOIN queue.lane ON lane.id = given.lane
            WHERE EXISTS (SELECT FROM queue.worker WHERE worker.id = $5 AND worker.ended_at IS NULL)
              AND NOT EXISTS (
                SELECT FROM queue.rule
                WHERE rule.key = ANY (lane.keys)
                  AND (rule.max_running IS NOT NULL OR rule.rate_count IS NOT NULL OR rule.throttled_until > now()
                       OR (rule.paused_at IS NOT NULL AND (rule.paused_until IS NULL OR rule.paused_until > now()))))
        ), first AS MATERIALIZED (
            SELECT line.tid
            FROM asked
            CROSS JOIN LATERAL (
                SELECT job.ctid AS tid
                FROM queue.job
                WHERE job.lane = asked.lane AND job.place > asked.after AND job.place < asked.before AND job.lease IS NULL
                ORDER BY job.place
                LIMIT asked.take
                FOR NO KEY UPDATE SKIP LOCKED
            ) AS line
        ),

        """ + Take + """

        SELECT tenant_id, id, lane, args, subject_id, attempt, max_attempts, losses, lease, place, run_at FROM taken
        """;

    // Claims under the same limit come one after the other: the next one's snapshot, taken after this lock, counts what
    // the one before took. Not in one statement with the claim, whose snapshot would be older than the lock.
    internal const string LockLimits = """
        SELECT rule.key
        FROM queue.lane
        JOIN queue.rule ON rule.key = ANY (lane.keys)
        WHERE lane.id = $1 AND (rule.max_running IS NOT NULL OR rule.rate_count IS NOT NULL)
        ORDER BY rule.key
        FOR NO KEY UPDATE OF rule
        """;

    // As Claim, for one lane under limits. What runs under a key is counted from the tally, which is exact. Answers a
    // row without a job when it took none, to say what was allowed.
    internal const string ClaimLimited = """
        WITH clock AS MATERIALIZED (
            SELECT clock_timestamp() AS now
        ), rules AS MATERIALIZED (
            SELECT rule.*
            FROM queue.lane
            JOIN queue.rule ON rule.key = ANY (lane.keys)
            WHERE lane.id = $1
        ), bounds AS MATERIALIZED (
            SELECT rules.key,
                   rules.max_running - CASE WHEN rules.max_running IS NOT NULL THEN (
                       SELECT coalesce(sum(tally_now.running), 0)
                       FROM queue.tally_now
                       WHERE tally_now.lane = ANY (ARRAY(SELECT lane.id FROM queue.lane WHERE lane.keys @> ARRAY[rules.key]))) END AS room,
                   least(rules.rate_burst, coalesce(rules.tokens, rules.rate_burst)
                       + rules.rate_count * greatest(0, extract(epoch FROM clock.now - coalesce(rules.refilled_at, clock.now)))
                         / extract(epoch FROM rules.rate_period))::double precision AS tokens,
                   (extract(epoch FROM rules.rate_period) / rules.rate_count)::double precision AS seconds_per_token
            FROM rules, clock
            WHERE rules.max_running IS NOT NULL OR rules.rate_count IS NOT NULL
        ), allowed AS MATERIALIZED (
            SELECT greatest(0, least($4, min(room), floor(min(tokens))))::integer AS take,
                   max((1 - tokens) * seconds_per_token) FILTER (WHERE tokens < 1) AS retry_after
            FROM bounds
            WHERE EXISTS (SELECT FROM queue.worker WHERE worker.id = $5 AND worker.ended_at IS NULL)
              AND NOT EXISTS (
                SELECT FROM rules
                WHERE rules.throttled_until > now()
                   OR (rules.paused_at IS NOT NULL AND (rules.paused_until IS NULL OR rules.paused_until > now())))
            HAVING count(*) > 0
        ), first AS MATERIALIZED (
            SELECT line.tid
            FROM allowed
            CROSS JOIN LATERAL (
                SELECT job.ctid AS tid
                FROM queue.job
                WHERE job.lane = $1 AND job.place > $2 AND job.place < $3 AND job.lease IS NULL
                ORDER BY job.place
                LIMIT allowed.take
                FOR NO KEY UPDATE SKIP LOCKED
            ) AS line
        ),

        """ + Take + """
        , spent AS (
            UPDATE queue.rule
            SET tokens = bounds.tokens - (SELECT count(*) FROM taken), refilled_at = clock.now
            FROM bounds, clock
            WHERE rule.key = bounds.key AND bounds.tokens IS NOT NULL AND EXISTS (SELECT FROM taken)
        )
        SELECT taken.tenant_id, taken.id, taken.lane, taken.args, taken.subject_id, taken.attempt, taken.max_attempts, taken.losses,
               taken.lease, taken.place, taken.run_at, allowed.take, allowed.retry_after
        FROM allowed
        LEFT JOIN taken ON true
        """;

    // Every statement that ends a job moves its row with these columns; written once, because all must move the same.
    // It follows a part named gone with the deleted rows and how they ended: end_state, end_code, end_message, ran_ms.
    private const string KeepFinished = """
        INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, lease, worker_id, attempt, max_attempts, losses, run_at,
            created_at, started_at, finished_at, unique_key, subject_id, args, error_code, error_message)
        SELECT tenant_id, id, lane, kind, end_state, lease, worker_id, attempt, max_attempts, losses, run_at,
            created_at, now() - ran_ms * interval '1 millisecond', now(), unique_key, subject_id, args, end_code, end_message
        FROM gone
        """;

    // The commonest ending. Whoever asked to cancel came too late.
    internal const string Complete = """
        WITH ended AS MATERIALIZED (
            SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::double precision[]) AS given (tenant_id, id, lease, ran_ms)
        ), gone AS (
            DELETE FROM queue.job USING ended
            WHERE job.tenant_id = ended.tenant_id AND job.id = ended.id AND job.lease = ended.lease
            RETURNING job.*, 'completed' AS end_state, NULL AS end_code, NULL AS end_message, ended.ran_ms
        ), kept AS (
        """ + KeepFinished + """

        ), counted AS (
            INSERT INTO queue.tally_change (lane, running, finished, completed_attempts, busy_ms)
            SELECT lane, -count(*), count(*), count(*), sum(ran_ms) FROM gone GROUP BY lane
        ), closed AS (
            DELETE FROM queue.claim WHERE lease = ANY ($5)
        )
        SELECT lease, id FROM gone
        """;

    // All other endings in one statement. Rows are locked in one order everywhere, so that two batches cannot deadlock.
    // Whoever asked to cancel a running job gets that, unless the job ended by itself before. What is given back without
    // having run to an end stands before the backlog, in the order it had.
    internal const string Settle = """
        WITH held AS MATERIALIZED (
            SELECT job.tenant_id, job.id, ended.lease, ended.delay, ended.refund, ended.ran_ms,
                   job.cancel_code IS NOT NULL AND ended.state <> 'cancelled' AND ended.state <> 'completed' AS gives_way,
                   CASE WHEN job.cancel_code IS NOT NULL AND ended.state <> 'completed' THEN 'cancelled' ELSE ended.state END AS state,
                   ended.code, ended.message
            FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::interval[], $6::text[], $7::text[], $8::integer[], $9::double precision[])
                AS ended (tenant_id, id, lease, state, delay, code, message, refund, ran_ms)
            JOIN queue.job ON job.tenant_id = ended.tenant_id AND job.id = ended.id
            WHERE job.lease = ended.lease
            ORDER BY job.tenant_id, job.id
            FOR NO KEY UPDATE OF job
        ), gone AS (
            DELETE FROM queue.job USING held
            WHERE job.tenant_id = held.tenant_id AND job.id = held.id AND job.lease = held.lease AND held.state IN ('completed', 'cancelled')
            RETURNING job.*, held.state AS end_state, CASE WHEN held.gives_way THEN job.cancel_code ELSE held.code END AS end_code,
                      CASE WHEN held.gives_way THEN job.cancel_reason ELSE held.message END AS end_message, held.ran_ms
        ), kept AS (
        """ + KeepFinished + """

        ), back AS (
            UPDATE queue.job
            SET state = held.state,
                place = CASE WHEN held.state = 'available' THEN place - CASE WHEN place > 0 THEN 4611686018427387904 ELSE 0 END END,
                lease = NULL,
                worker_id = CASE WHEN held.state = 'discarded' THEN worker_id END,
                attempt = attempt - held.refund,
                run_at = CASE WHEN held.delay IS NULL THEN run_at ELSE now() + held.delay END,
                discarded_at = CASE WHEN held.state = 'discarded' THEN now() END,
                holds_key = holds_key AND held.state <> 'discarded',
                wait_reason = CASE WHEN held.state IN ('scheduled', 'available') THEN held.message END,
                error_code = CASE WHEN held.state IN ('available', 'scheduled') THEN error_code ELSE held.code END,
                error_message = CASE WHEN held.state IN ('available', 'scheduled') THEN error_message ELSE held.message END
            FROM held
            WHERE job.tenant_id = held.tenant_id AND job.id = held.id AND job.lease = held.lease AND held.state NOT IN ('completed', 'cancelled')
            RETURNING job.lane, held.lease, job.id, job.state, held.ran_ms, held.refund
        ), ending AS (
            SELECT lane, lease, id, end_state AS state, ran_ms, 0 AS refund FROM gone
            UNION ALL
            SELECT lane, lease, id, state, ran_ms, refund FROM back
        ), counted AS (
            INSERT INTO queue.tally_change (lane, running, available, scheduled, retryable, discarded, finished,
                completed_attempts, cancelled_attempts, failed_attempts, busy_ms)
            SELECT lane, -count(*), count(*) FILTER (WHERE state = 'available'), count(*) FILTER (WHERE state = 'scheduled'),
                   count(*) FILTER (WHERE state = 'retryable'), count(*) FILTER (WHERE state = 'discarded'),
                   count(*) FILTER (WHERE state IN ('completed', 'cancelled')),
                   count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'cancelled'),
                   count(*) FILTER (WHERE state IN ('retryable', 'discarded')), sum(ran_ms)
            FROM ending
            GROUP BY lane
        ), closed AS (
            DELETE FROM queue.claim WHERE lease = ANY ($10)
        ), woken AS (
            SELECT pg_notify('queue', 'front:' || string_agg(DISTINCT lane::text, ',')) FROM ending WHERE state = 'available' HAVING count(*) > 0
        )
        SELECT lease, id, state, (SELECT count(*) FROM woken) FROM ending
        """;

    // Everything a worker holds in the database but not in its hands: claims whose answer was lost on the way, and,
    // when it stops, what its handlers would not let go of.
    internal const string HandBack = """
        WITH stray AS MATERIALIZED (
            SELECT job.tenant_id, job.id, claim.lease
            FROM (
                SELECT claim.lease, member.tenant_id, member.job_id
                FROM queue.claim
                CROSS JOIN LATERAL unnest(claim.tenant_ids, claim.job_ids) AS member (tenant_id, job_id)
                WHERE claim.worker_id = $1 AND NOT (claim.lease = ANY ($2))
                ORDER BY member.tenant_id, member.job_id
            ) AS claim
            CROSS JOIN LATERAL (
                SELECT * FROM queue.job
                WHERE job.tenant_id = claim.tenant_id AND job.id = claim.job_id AND job.lease = claim.lease
                LIMIT 1
                FOR NO KEY UPDATE SKIP LOCKED
            ) AS job
        ), gone AS (
            DELETE FROM queue.job USING stray
            WHERE job.tenant_id = stray.tenant_id AND job.id = stray.id AND job.lease = stray.lease AND job.cancel_code IS NOT NULL
            RETURNING job.*, 'cancelled' AS end_state, job.cancel_code AS end_code, job.cancel_reason AS end_message, 0::double precision AS ran_ms
        ), kept AS (
        """ + KeepFinished + """

        ), back AS (
            UPDATE queue.job
            SET state = 'available', place = place - CASE WHEN place > 0 THEN 4611686018427387904 ELSE 0 END,
                attempt = attempt - 1, lease = NULL, worker_id = NULL
            FROM stray
            WHERE job.tenant_id = stray.tenant_id AND job.id = stray.id AND job.lease = stray.lease AND job.cancel_code IS NULL
            RETURNING job.lane
        ), counted AS (
            INSERT INTO queue.tally_change (lane, running, available, finished, cancelled_attempts)
            SELECT lane, -count(*), count(*) FILTER (WHERE back), count(*) FILTER (WHERE NOT back), count(*) FILTER (WHERE NOT back)
            FROM (SELECT lane, true AS back FROM back UNION ALL SELECT lane, false FROM gone) AS ended
            GROUP BY lane
        ), woken AS (
            SELECT pg_notify('queue', 'front:' || string_agg(DISTINCT lane::text, ',')) FROM back HAVING count(*) > 0
        )
        SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM back), (SELECT count(*) FROM woken)
        """;

    // Claims of which nothing is held any more. Left by a worker that died between the end of its last job and this.
    internal const string ForgetClaims = """
        DELETE FROM queue.claim
        WHERE worker_id = $1 AND NOT (lease = ANY ($2))
          AND NOT EXISTS (
            SELECT FROM unnest(claim.tenant_ids, claim.job_ids) AS member (tenant_id, id)
            JOIN queue.job ON job.tenant_id = member.tenant_id AND job.id = member.id
            WHERE job.lease = claim.lease)
        """;

    // Which of the worker's leases still stand, and which of those jobs somebody wants to end.
    internal const string Held = """
        SELECT held.lease, held.id, job.cancel_code, job.cancel_reason
        FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS held (tenant_id, id, lease)
        CROSS JOIN LATERAL (
            SELECT * FROM queue.job WHERE job.tenant_id = held.tenant_id AND job.id = held.id AND job.lease = held.lease LIMIT 1
        ) AS job
        """;

    // The last statement of a handler's transaction: a rescue waits for it, or has already happened and is seen here.
    // A job that was asked to end writes nothing more: what follows it may have started already.
    internal const string CheckLease = """
        SELECT 1 FROM queue.job
        WHERE tenant_id = $1 AND id = $2 AND lease = $3 AND cancel_code IS NULL
        FOR SHARE
        """;

    internal const string CompleteWithLease = """
        WITH gone AS (
            DELETE FROM queue.job
            WHERE tenant_id = $1 AND id = $2 AND lease = $3 AND cancel_code IS NULL
            RETURNING job.*, 'completed' AS end_state, NULL AS end_code, NULL AS end_message, $4::double precision AS ran_ms
        ), kept AS (
        """ + KeepFinished + """

        ), counted AS (
            INSERT INTO queue.tally_change (lane, running, finished, completed_attempts, busy_ms) SELECT lane, -1, 1, 1, ran_ms FROM gone
        )
        SELECT count(*) FROM gone
        """;

    // What waited for its time and is due now gets a place: behind those that are in line by now, before those that
    // come later.
    internal const string Promote = """
        WITH due AS MATERIALIZED (
            SELECT tenant_id, id, state
            FROM queue.job
            WHERE place IS NULL AND discarded_at IS NULL AND run_at <= now()
            ORDER BY run_at, id
            LIMIT $1
            FOR NO KEY UPDATE SKIP LOCKED
        ), ready AS (
            UPDATE queue.job
            SET state = 'available', place = nextval('queue.job_id')
            FROM due
            WHERE job.tenant_id = due.tenant_id AND job.id = due.id
            RETURNING job.lane, due.state AS was
        ), counted AS (
            INSERT INTO queue.tally_change (lane, available, scheduled, retryable)
            SELECT lane, count(*), -count(*) FILTER (WHERE was = 'scheduled'), -count(*) FILTER (WHERE was = 'retryable') FROM ready GROUP BY lane
        ), woken AS (
            SELECT pg_notify('queue', CASE WHEN count(*) > 500 THEN 'all' ELSE 'lanes:' || string_agg(lane::text, ',') END)
            FROM (SELECT DISTINCT lane FROM ready) AS lanes
            HAVING count(*) > 0
        )
        SELECT count(*), (SELECT count(*) FROM woken),
               (SELECT extract(epoch FROM min(run_at) - now())::double precision FROM queue.job
                WHERE place IS NULL AND discarded_at IS NULL AND run_at > now())
        FROM ready
        """;
}
