namespace ScaiDrive.Queue.Running;

/// <summary>The statements that write a job's log and progress. Both ask for the lease; a finished job keeps its last one,
/// so that the last lines of the attempt that ended it still arrive.</summary>
internal static class JournalSql
{
    internal const string AddLines = """
        INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message)
        SELECT line.tenant_id, line.job_id, line.attempt, line.at, line.level, line.message
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[])
            WITH ORDINALITY AS line (tenant_id, job_id, lease, attempt, at, level, message, number)
        WHERE EXISTS (SELECT FROM queue.job WHERE job.tenant_id = line.tenant_id AND job.id = line.job_id AND job.lease = line.lease)
           OR EXISTS (
            SELECT FROM queue.finished_job
            WHERE finished_job.tenant_id = line.tenant_id AND finished_job.id = line.job_id AND finished_job.lease = line.lease)
        ORDER BY line.number
        """;

    internal const string SetProgress = """
        INSERT INTO queue.job_progress (tenant_id, job_id, done, total, message)
        SELECT given.tenant_id, given.job_id, given.done, given.total, given.message
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
            AS given (tenant_id, job_id, lease, done, total, message)
        JOIN queue.job ON job.tenant_id = given.tenant_id AND job.id = given.job_id AND job.lease = given.lease
        ORDER BY given.tenant_id, given.job_id
        ON CONFLICT ON CONSTRAINT job_progress_pk
            DO UPDATE SET done = excluded.done, total = excluded.total, message = excluded.message, updated_at = now()
        """;
}
