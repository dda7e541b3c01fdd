namespace ScaiDrive.Queue.Scheduling;

/// <summary>Every statement on schedules. Columns are described in <c>Migrations/</c>.</summary>
internal static class ScheduleSql
{
    // Where the name or the owner has one already, nothing happens, and the caller looks again.
    internal const string Insert = """
        INSERT INTO queue.schedule
            (tenant_id, id, owner_id, name, kind, args, queue, connector, subject_id, limit_key, unique_key, max_attempts,
             every, cron, time_zone, start_at, end_at, anchor_at, misfire, misfire_tolerance, overlap,
             next_fire_at, paused_at, paused_until, paused_by, pause_reason)
        VALUES ($1, $2, $3, $4, $5, $6::json, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                CASE WHEN $24::text IS NOT NULL THEN now() END, $23, $24, $25)
        ON CONFLICT DO NOTHING;
        """;

    internal const string Save = """
        UPDATE queue.schedule
        SET owner_id = $3, name = $4, kind = $5, args = $6::json, queue = $7, connector = $8, subject_id = $9,
            limit_key = $10, unique_key = $11, max_attempts = $12,
            every = $13, cron = $14, time_zone = $15, start_at = $16, end_at = $17, anchor_at = $18, misfire = $19, misfire_tolerance = $20, overlap = $21,
            next_fire_at = $22,
            paused_at = CASE WHEN $24::text IS NOT NULL THEN coalesce(paused_at, now()) END, paused_until = $23, paused_by = $24, pause_reason = $25,
            fault = NULL, fault_until = NULL, updated_at = now()
        WHERE tenant_id = $1 AND id = $2;
        """;

    // Read by position, so written once.
    private const string Columns = """
        SELECT tenant_id, id, owner_id, name, kind, args::text, queue, connector, subject_id, limit_key, unique_key, max_attempts,
            every, cron, time_zone, start_at, end_at, anchor_at, misfire, misfire_tolerance, overlap,
            state, next_fire_at, last_fire_at, last_job_id, last_skip_at, last_skip_reason, fault,
            paused_at, paused_until, paused_by, pause_reason, created_at, updated_at, now()
        FROM queue.schedule_row
        """;

    internal const string Find = Columns + """

        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string FindForUpdate = Columns + """

        WHERE tenant_id = $1 AND id = $2
        FOR UPDATE;
        """;

    internal const string FindOwnedForUpdate = Columns + """

        WHERE tenant_id = $1 AND owner_id = $2
        FOR UPDATE;
        """;

    internal const string List = Columns + """

        WHERE tenant_id = $1 AND ($2::text IS NULL OR id < $2) AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR state = $5)
            AND ($6::text IS NULL OR connector = $6)
        ORDER BY id DESC
        LIMIT $3;
        """;

    internal const string Delete = "DELETE FROM queue.schedule WHERE tenant_id = $1 AND id = $2;";

    internal const string DeleteOwned = "DELETE FROM queue.schedule WHERE tenant_id = $1 AND owner_id = $2;";

    internal const string Now = "SELECT now();";

    // Heard once the transaction commits. The runners ask again how long they may sleep.
    internal const string Changed = "SELECT pg_notify('queue_schedule', '');";

    internal const string RanNow = "UPDATE queue.schedule SET last_job_id = $3 WHERE tenant_id = $1 AND id = $2;";

    // A fire may have to wait for somebody who holds its unique key in an open transaction, but not for ever.
    internal const string BoundWaits = "SELECT set_config('lock_timeout', '5s', true);";

    // A row that another worker holds is being fired there. A pause with an end has moved next_fire_at beyond it; its end is
    // asked for besides, should somebody set next_fire_at by hand.
    internal const string LockDue = """
        SELECT tenant_id, id, name, kind, args::text, queue, connector, subject_id, limit_key, unique_key, max_attempts,
            every, cron, time_zone, start_at, end_at, anchor_at, misfire, misfire_tolerance, overlap, next_fire_at, last_job_id, now()
        FROM queue.schedule
        WHERE next_fire_at <= now() AND (fault_until IS NULL OR fault_until <= now()) AND (paused_until IS NULL OR paused_until <= now())
        ORDER BY next_fire_at, tenant_id, id
        LIMIT $1
        FOR UPDATE SKIP LOCKED;
        """;

    // Asked after the rows are locked: a job that somebody enqueued for one of them until then is seen.
    internal const string Unfinished = """
        SELECT job.tenant_id, job.id
        FROM unnest($1::text[], $2::bigint[]) AS last (tenant_id, id)
        JOIN queue.job ON job.tenant_id = last.tenant_id AND job.id = last.id
        WHERE job.state IN ('available', 'scheduled', 'running', 'retryable');
        """;

    internal const string Move = """
        UPDATE queue.schedule
        SET next_fire_at = $3, last_fire_at = coalesce($4, last_fire_at), last_job_id = coalesce($5, last_job_id),
            last_skip_at = coalesce($6, last_skip_at), last_skip_reason = coalesce($7, last_skip_reason),
            fault = NULL, fault_until = NULL, paused_at = NULL, paused_until = NULL, paused_by = NULL, pause_reason = NULL
        WHERE tenant_id = $1 AND id = $2;
        """;

    // The fire time stays, so that nothing is lost; others are fired in the meantime.
    internal const string SetAside = """
        UPDATE queue.schedule
        SET fault = $3, fault_until = now() + interval '1 minute'
        WHERE tenant_id = $1 AND id = $2;
        """;

    // Whether some are overdue (another worker has them, or had), and the seconds until the next one.
    internal const string Outlook = """
        SELECT EXISTS (
                SELECT FROM queue.schedule
                WHERE next_fire_at <= now() AND (fault_until IS NULL OR fault_until <= now()) AND (paused_until IS NULL OR paused_until <= now())),
            (SELECT extract(epoch FROM next_fire_at - now())::double precision
             FROM queue.schedule WHERE next_fire_at > now() ORDER BY next_fire_at LIMIT 1);
        """;
}
