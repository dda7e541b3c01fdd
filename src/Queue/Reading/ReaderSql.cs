namespace ScaiDrive.Queue.Reading;

/// <summary>The statements of readers. None counts finished rows; every listing walks an index from a key.</summary>
internal static class ReaderSql
{
    // Reads the waiting rows and the running ones from their own indexes, and the discarded ones from theirs.
    internal const string Depths = """
        SELECT named.queue, waiting.depth, coalesce(extract(epoch FROM now() - waiting.oldest), 0)::double precision,
               running.count, waiting.scheduled, waiting.retryable, discarded.count
        FROM (VALUES ('high'), ('low')) AS named (queue)
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE run_at <= now()) AS depth,
                   min(run_at) FILTER (WHERE run_at <= now()) AS oldest,
                   count(*) FILTER (WHERE run_at > now() AND state = 'scheduled') AS scheduled,
                   count(*) FILTER (WHERE run_at > now() AND state = 'retryable') AS retryable
            FROM queue.job
            WHERE job.queue = named.queue AND state IN ('available', 'scheduled', 'retryable')
        ) AS waiting
        CROSS JOIN LATERAL (
            SELECT count(*) FROM queue.job WHERE job.queue = named.queue AND state = 'running'
        ) AS running
        CROSS JOIN LATERAL (
            SELECT count(*) FROM queue.job WHERE job.queue = named.queue AND state = 'discarded'
        ) AS discarded
        """;

    internal const string Find = "SELECT * FROM queue.job_row WHERE tenant_id = $1 AND id = $2";

    internal const string List = """
        SELECT * FROM queue.job_row
        WHERE tenant_id = $1 AND id < $2
          AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR queue = $5) AND ($6::text IS NULL OR kind = $6)
          AND ($7::text IS NULL OR subject_id = $7) AND ($8::text IS NULL OR connector = $8) AND ($9::text IS NULL OR error_code = $9)
        ORDER BY id DESC
        LIMIT $3
        """;

    // Names the state outright, so that the planner may use the index of all states but completed.
    internal const string ListByState = """
        SELECT * FROM queue.job_row
        WHERE tenant_id = $1 AND id < $2
          AND state = $4 AND state <> 'completed' AND ($5::text IS NULL OR queue = $5) AND ($6::text IS NULL OR kind = $6)
          AND ($7::text IS NULL OR subject_id = $7) AND ($8::text IS NULL OR connector = $8) AND ($9::text IS NULL OR error_code = $9)
        ORDER BY id DESC
        LIMIT $3
        """;

    internal const string ListBySubject = """
        SELECT * FROM queue.job_row
        WHERE tenant_id = $1 AND id < $2
          AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR queue = $5) AND ($6::text IS NULL OR kind = $6)
          AND subject_id = $7 AND ($8::text IS NULL OR connector = $8) AND ($9::text IS NULL OR error_code = $9)
        ORDER BY id DESC
        LIMIT $3
        """;

    internal const string Running = """
        SELECT * FROM queue.job_row WHERE tenant_id = $1 AND state = 'running' ORDER BY id DESC LIMIT $2
        """;

    internal const string Failures = """
        SELECT * FROM queue.job_row
        WHERE tenant_id = $1 AND state IN ('discarded', 'retryable')
        ORDER BY id DESC
        LIMIT $2
        """;

    internal const string Logs = """
        SELECT seq, at, level, attempt, message
        FROM queue.job_log
        WHERE tenant_id = $1 AND job_id = $2 AND seq > $3
        ORDER BY seq
        LIMIT $4
        """;
}
