namespace ScaiDrive.Queue.Reading;

/// <summary>The statements that turn over a page of jobs, newest first: one for each index that can lead the way.</summary>
/// <remarks>
/// <para>All have the same shape and parameters. <c>walked</c> is the next $4 jobs below $2 that the index offers, from
/// both tables, with a verdict on the filters no index answers; of those that fit, $3 are shown. <c>next</c> is where the
/// walk stopped because it had seen enough, NULL when it came to the end. So a statement costs what $4 allows, however
/// many jobs there are and however few fit; the caller goes on from <c>next</c> with a longer walk or in the next page.</para>
/// <para>Every branch has an order and a limit of its own, and every row is looked up by itself: the planner, which
/// cannot know how many rows fit, is left no choice to sort a whole tenant.</para>
/// <para>$1 tenant, $2 below this id, $3 rows, $4 length of the walk, $5 states, $6 queue, $7 kind, $8 connector,
/// $9 subject, $10 error code, $11 text, $12 look among unfinished and discarded jobs, $13 look among finished ones.</para>
/// </remarks>
internal static class ListSql
{
    // What every walk ends with: where the next page goes on, and the rows that fit.
    private const string Shown = """
        SELECT walk.next, shown.*
        FROM (SELECT CASE WHEN count(*) = $4 THEN min(id) END AS next FROM walked) AS walk
        LEFT JOIN LATERAL (SELECT id FROM walked WHERE fits ORDER BY id DESC LIMIT $3) AS found ON true
        LEFT JOIN LATERAL (SELECT * FROM queue.job_row WHERE job_row.tenant_id = $1 AND job_row.id = found.id LIMIT 1) AS shown ON true
        ORDER BY found.id DESC
        """;

    internal const string Newest = """
        WITH walked AS MATERIALIZED (
            SELECT job.id,
                   ($5::text[] IS NULL OR state = ANY ($5)) AND ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (
                (SELECT id, lane, state, kind, subject_id, error_code, error_message
                 FROM queue.job
                 WHERE $12 AND tenant_id = $1 AND id < $2
                 ORDER BY tenant_id DESC, id DESC
                 LIMIT $4)
                UNION ALL
                (SELECT id, lane, state, kind, subject_id, error_code, error_message
                 FROM queue.finished_job
                 WHERE $13 AND tenant_id = $1 AND id < $2
                 ORDER BY tenant_id DESC, id DESC
                 LIMIT $4)
                ORDER BY id DESC
                LIMIT $4
            ) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    // Each lane of the filter is walked by its share. What lies below the place where the first of them stopped is left
    // for the next step, because that lane may have more in between.
    internal const string ByLane = """
        WITH line AS MATERIALIZED (
            SELECT id, greatest($4 / count(*) OVER (), 20) AS share
            FROM queue.lane
            WHERE tenant_id = $1 AND ($6::text IS NULL OR queue = $6) AND ($7::text IS NULL OR kind = $7) AND ($8::text IS NULL OR connector = $8)
        ), walked AS MATERIALIZED (
            SELECT line.id AS lane, line.share, job.id,
                   ($5::text[] IS NULL OR state = ANY ($5)) AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM line
            CROSS JOIN LATERAL (
                (SELECT id, state, subject_id, error_code, error_message
                 FROM queue.job
                 WHERE $12 AND lane = line.id AND id < $2
                 ORDER BY lane DESC, id DESC
                 LIMIT line.share)
                UNION ALL
                (SELECT id, state, subject_id, error_code, error_message
                 FROM queue.finished_job
                 WHERE $13 AND lane = line.id AND id < $2
                 ORDER BY lane DESC, id DESC
                 LIMIT line.share)
                ORDER BY id DESC
                LIMIT line.share
            ) AS job
        )
        SELECT walk.next, shown.*
        FROM (
            SELECT max(lowest) AS next
            FROM (SELECT min(id) AS lowest FROM walked GROUP BY lane, share HAVING count(*) = share) AS stopped
        ) AS walk
        LEFT JOIN LATERAL (SELECT id FROM walked WHERE fits AND id >= coalesce(walk.next, 0) ORDER BY id DESC LIMIT $3) AS found ON true
        LEFT JOIN LATERAL (SELECT * FROM queue.job_row WHERE job_row.tenant_id = $1 AND job_row.id = found.id LIMIT 1) AS shown ON true
        ORDER BY found.id DESC
        """;

    internal const string BySubject = """
        WITH walked AS MATERIALIZED (
            SELECT job.id,
                   ($5::text[] IS NULL OR state = ANY ($5)) AND ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (
                (SELECT id, lane, state, kind, subject_id, error_code, error_message
                 FROM queue.job
                 WHERE $12 AND tenant_id = $1 AND subject_id = $9 AND id < $2
                 ORDER BY tenant_id DESC, subject_id DESC, id DESC
                 LIMIT $4)
                UNION ALL
                (SELECT id, lane, state, kind, subject_id, error_code, error_message
                 FROM queue.finished_job
                 WHERE $13 AND tenant_id = $1 AND subject_id = $9 AND id < $2
                 ORDER BY tenant_id DESC, subject_id DESC, id DESC
                 LIMIT $4)
                ORDER BY id DESC
                LIMIT $4
            ) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    internal const string ByError = """
        WITH walked AS MATERIALIZED (
            SELECT job.id,
                   ($5::text[] IS NULL OR state = ANY ($5)) AND ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($9::text IS NULL OR subject_id = $9)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (
                (SELECT id, lane, state, kind, subject_id, error_message
                 FROM queue.job
                 WHERE $12 AND tenant_id = $1 AND error_code = $10 AND id < $2
                 ORDER BY tenant_id DESC, error_code DESC, id DESC
                 LIMIT $4)
                UNION ALL
                (SELECT id, lane, state, kind, subject_id, error_message
                 FROM queue.finished_job
                 WHERE $13 AND tenant_id = $1 AND error_code = $10 AND id < $2
                 ORDER BY tenant_id DESC, error_code DESC, id DESC
                 LIMIT $4)
                ORDER BY id DESC
                LIMIT $4
            ) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    internal const string Discarded = """
        WITH walked AS MATERIALIZED (
            SELECT job.id,
                   ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (
                SELECT id, lane, kind, subject_id, error_code, error_message
                FROM queue.job
                WHERE tenant_id = $1 AND id < $2 AND discarded_at IS NOT NULL
                ORDER BY tenant_id DESC, id DESC
                LIMIT $4
            ) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    internal const string Cancelled = """
        WITH walked AS MATERIALIZED (
            SELECT job.id,
                   ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (
                SELECT id, lane, kind, subject_id, error_code, error_message
                FROM queue.finished_job
                WHERE tenant_id = $1 AND id < $2 AND state = 'cancelled'
                ORDER BY tenant_id DESC, id DESC
                LIMIT $4
            ) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    // No index tells the running jobs, which would cost every claim a write; the claims do. A claim may name jobs that
    // have ended since, so only a job that still carries its lease counts.
    internal const string Running = """
        WITH walked AS MATERIALIZED (
            SELECT job.id,
                   ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (
                SELECT held.id, held.lane, held.kind, held.subject_id, held.error_code, held.error_message
                FROM queue.claim
                CROSS JOIN LATERAL unnest(tenant_ids, job_ids) AS named (tenant_id, id)
                CROSS JOIN LATERAL (
                    SELECT * FROM queue.job
                    WHERE job.tenant_id = named.tenant_id AND job.id = named.id AND job.lease = claim.lease
                    LIMIT 1
                ) AS held
                WHERE named.tenant_id = $1 AND named.id < $2
                ORDER BY held.id DESC
                LIMIT $4
            ) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    // Reads all that waits for its time, of all tenants: for a fleet in which that is few, which CountWaitingForTime tells.
    internal const string WaitingForTime = """
        WITH waiting AS MATERIALIZED (
            SELECT tenant_id, id, lane, state, kind, subject_id, error_code, error_message
            FROM queue.job
            WHERE place IS NULL AND discarded_at IS NULL
            ORDER BY run_at, id
        ), walked AS MATERIALIZED (
            SELECT job.id,
                   ($5::text[] IS NULL OR state = ANY ($5)) AND ($6::text IS NULL OR lane.queue = $6) AND ($7::text IS NULL OR job.kind = $7)
                   AND ($8::text IS NULL OR lane.connector = $8) AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR error_code = $10)
                   AND ($11::text IS NULL OR strpos(lower(error_message), lower($11)) > 0 OR strpos(lower(subject_id), lower($11)) > 0) AS fits
            FROM (SELECT * FROM waiting WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $4) AS job
            JOIN queue.lane ON lane.id = job.lane
        )

        """ + Shown;

    internal const string CountWaitingForTime = """
        SELECT count(*)
        FROM (SELECT FROM queue.job WHERE place IS NULL AND discarded_at IS NULL ORDER BY run_at, id LIMIT $1) AS waiting
        """;
}
