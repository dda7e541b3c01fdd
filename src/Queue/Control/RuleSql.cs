namespace ScaiDrive.Queue.Control;

/// <summary>The statements about rules. A change is <see cref="DropEmpty"/> and <see cref="Announce"/> as well, in one transaction.</summary>
internal static class RuleSql
{
    internal const string List = """
        SELECT key, weight, max_running, rate_count, rate_period, rate_burst, paused_at, paused_until, paused_by, pause_reason,
               throttled_until, throttle_reason, updated_at
        FROM queue.rule
        ORDER BY key
        """;

    internal const string Find = """
        SELECT key, weight, max_running, rate_count, rate_period, rate_burst, paused_at, paused_until, paused_by, pause_reason,
               throttled_until, throttle_reason, updated_at
        FROM queue.rule
        WHERE key = $1
        """;

    internal const string SetWeight = """
        INSERT INTO queue.rule (key, weight) VALUES ($1, $2)
        ON CONFLICT (key) DO UPDATE SET weight = excluded.weight, updated_at = now()
        """;

    // Another rate starts with a full burst; the same one keeps what it has spent.
    internal const string SetLimit = """
        INSERT INTO queue.rule (key, max_running, rate_count, rate_period, rate_burst) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (key) DO UPDATE
        SET max_running = excluded.max_running, rate_count = excluded.rate_count, rate_period = excluded.rate_period, rate_burst = excluded.rate_burst,
            tokens = CASE WHEN (rule.rate_count, rule.rate_period, rule.rate_burst)
                               IS NOT DISTINCT FROM (excluded.rate_count, excluded.rate_period, excluded.rate_burst) THEN rule.tokens END,
            refilled_at = CASE WHEN (rule.rate_count, rule.rate_period, rule.rate_burst)
                               IS NOT DISTINCT FROM (excluded.rate_count, excluded.rate_period, excluded.rate_burst) THEN rule.refilled_at END,
            updated_at = now()
        """;

    internal const string Set = """
        INSERT INTO queue.rule (key, weight, max_running, rate_count, rate_period, rate_burst) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (key) DO UPDATE
        SET weight = excluded.weight,
            max_running = excluded.max_running, rate_count = excluded.rate_count, rate_period = excluded.rate_period, rate_burst = excluded.rate_burst,
            tokens = CASE WHEN (rule.rate_count, rule.rate_period, rule.rate_burst)
                               IS NOT DISTINCT FROM (excluded.rate_count, excluded.rate_period, excluded.rate_burst) THEN rule.tokens END,
            refilled_at = CASE WHEN (rule.rate_count, rule.rate_period, rule.rate_burst)
                               IS NOT DISTINCT FROM (excluded.rate_count, excluded.rate_period, excluded.rate_burst) THEN rule.refilled_at END,
            updated_at = now()
        """;

    internal const string Pause = """
        INSERT INTO queue.rule (key, paused_at, paused_until, paused_by, pause_reason) VALUES ($1, now(), $2, $3, $4)
        ON CONFLICT (key) DO UPDATE
        SET paused_at = now(), paused_until = excluded.paused_until, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason,
            updated_at = now()
        """;

    internal const string Resume = """
        UPDATE queue.rule
        SET paused_at = NULL, paused_until = NULL, paused_by = NULL, pause_reason = NULL, throttled_until = NULL, throttle_reason = NULL,
            updated_at = now()
        WHERE key = $1
        """;

    internal const string Delete = "DELETE FROM queue.rule WHERE key = $1";

    internal const string DropEmpty = """
        DELETE FROM queue.rule
        WHERE key = $1 AND weight IS NULL AND max_running IS NULL AND rate_count IS NULL
          AND (paused_at IS NULL OR paused_until <= now()) AND (throttled_until IS NULL OR throttled_until <= now())
        """;

    internal const string EndThrottles = """
        UPDATE queue.rule SET throttled_until = NULL, throttle_reason = NULL, updated_at = now()
        WHERE key = ANY ($1) AND throttled_until IS NOT NULL AND ($2::text IS NULL OR NOT starts_with(throttle_reason, $2))
        """;

    internal const string DropAllEmpty = """
        DELETE FROM queue.rule
        WHERE key = ANY ($1) AND weight IS NULL AND max_running IS NULL AND rate_count IS NULL AND paused_at IS NULL AND throttled_until IS NULL
        """;

    internal const string Announce = "SELECT pg_notify('queue', 'rules')";
}
