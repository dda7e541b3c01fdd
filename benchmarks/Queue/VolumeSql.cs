namespace ScaiDrive.Bench.Queue;

/// <summary>Fills the tables of the queue as years of work would have left them.</summary>
internal static class VolumeSql
{
    // 20 tenants, the first of which is the one the API serves; each with five connectors or none, three kinds.
    // Answers nothing; the lanes stand in a table that the statements below draw from.
    internal const string Lanes = """
        CREATE TABLE public.bench_lane AS
        SELECT row_number() OVER (ORDER BY tenant, kind, connector) - 1 AS number, tenant, kind,
               queue.lane_of(
                   CASE WHEN tenant = 0 THEN 'tnt_local' ELSE 'tnt_bench' || tenant END, 'low',
                   CASE kind WHEN 0 THEN 'bench-timed' WHEN 1 THEN 'extract-text' ELSE 'index-text' END,
                   CASE WHEN connector > 0 THEN 'cnn_' || tenant || '_' || connector END, NULL) AS lane
        FROM generate_series(0, 19) AS tenant, generate_series(0, 2) AS kind, generate_series(0, 4) AS connector
        """;

    // One kind of the API's tenant that hardly ever ran, and that a listing must find without reading the rest.
    internal const string RareLane = "SELECT queue.lane_of('tnt_local', 'low', 'bench-rare', NULL, NULL)";

    // $1 rows. Half of them are the API's tenant's; five in a row are about one file; one in a hundred was cancelled, one
    // in 100,000 for a rare reason; all ended within the last week.
    internal const string Finished = """
        INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, lease, worker_id, attempt, max_attempts, losses, run_at,
            created_at, started_at, finished_at, unique_key, subject_id, args, error_code, error_message)
        SELECT lane.tenant_id, each.id, lane.id, lane.kind, CASE WHEN each.n % 100 = 8 THEN 'cancelled' ELSE 'completed' END,
               each.id, 'bench-worker-' || each.n % 8, 1, 10, 0, each.at, each.at, each.at, each.at + interval '1 second',
               NULL, 'fil_' || each.n / 5, '{"at":0}',
               CASE WHEN each.n % 100000 = 8 THEN 'bench_rare' WHEN each.n % 100 = 8 THEN 'superseded' END,
               CASE WHEN each.n % 100 = 8 THEN 'A newer version replaced this one.' END
        FROM (
            SELECT n, nextval('queue.job_id') AS id, now() - interval '6 days' * (($2 - n) / $2) AS at,
                   CASE WHEN n % 2 = 0 THEN n / 2 % 15 ELSE 15 + n / 2 % 285 END AS number
            FROM generate_series($3::bigint, $3::bigint + $1 - 1) AS n
        ) AS each
        JOIN public.bench_lane USING (number)
        JOIN queue.lane ON lane.id = CASE WHEN each.n % 100003 = 0 THEN $4 ELSE bench_lane.lane END
        """;

    // $1 jobs that a worker of this bench can do, spread over every tenant and connector.
    internal const string Waiting = """
        WITH place AS MATERIALIZED (
            SELECT lane, row_number() OVER (ORDER BY lane) - 1 AS number, count(*) OVER () AS lanes FROM public.bench_lane WHERE kind = 0
        ), added AS (
            INSERT INTO queue.job (tenant_id, id, lane, kind, state, place, max_attempts, args, subject_id)
            SELECT lane.tenant_id, each.id, lane.id, lane.kind, 'available', each.id, 10, '{"at":0}', 'fil_' || each.n / 5
            FROM (SELECT n, nextval('queue.job_id') AS id FROM generate_series(0, $1::bigint - 1) AS n) AS each
            JOIN place ON place.number = each.n % place.lanes
            JOIN queue.lane ON lane.id = place.lane
            RETURNING lane
        )
        INSERT INTO queue.tally_change (lane, available) SELECT lane, count(*) FROM added GROUP BY lane
        """;

    // $1 jobs that failed for good, and as many that wait for another attempt tomorrow.
    internal const string Failed = """
        WITH added AS (
            INSERT INTO queue.job (tenant_id, id, lane, kind, state, attempt, max_attempts, run_at, discarded_at, args, subject_id, error_code, error_message)
            SELECT lane.tenant_id, each.id, lane.id, lane.kind, each.state, CASE each.state WHEN 'discarded' THEN 10 ELSE 3 END, 10,
                   CASE each.state WHEN 'discarded' THEN now() - interval '1 day' ELSE now() + interval '1 day' END,
                   CASE each.state WHEN 'discarded' THEN now() - interval '1 day' END,
                   '{"at":0}', 'fil_' || each.n, CASE WHEN each.n % 1000 = 0 THEN 'bench_rare' ELSE 'provider_down' END, 'It did not work.'
            FROM (
                SELECT n, state, nextval('queue.job_id') AS id
                FROM generate_series(0, $1::bigint - 1) AS n, (VALUES ('discarded'), ('retryable')) AS how (state)
            ) AS each
            JOIN public.bench_lane ON bench_lane.number = 5 + each.n % 295
            JOIN queue.lane ON lane.id = bench_lane.lane
            RETURNING lane, state
        )
        INSERT INTO queue.tally_change (lane, discarded, retryable)
        SELECT lane, count(*) FILTER (WHERE state = 'discarded'), count(*) FILTER (WHERE state = 'retryable') FROM added GROUP BY lane
        """;

    // The finished rows are counted once, at the end.
    internal const string CountFinished = """
        INSERT INTO queue.tally_change (lane, finished) SELECT lane, count(*) FROM queue.finished_job GROUP BY lane
        """;
}
