using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Queue.Reading;

namespace ScaiDrive.Queue;

/// <summary>Answers what waits, runs, failed and was said. Everything but <see cref="DepthsAsync"/> is for one tenant.</summary>
public sealed class QueueReader(NpgsqlDataSource dataSource)
{
    private const int MaxLimit = 500;
    private const int MaxLogLines = 5000;

    /// <summary>Both queues, <c>high</c> first, over all tenants. Its cost grows with the waiting jobs, not with the finished ones.</summary>
    public async Task<IReadOnlyList<QueueDepth>> DepthsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ReaderSql.Depths);
        var depths = new List<QueueDepth>(2);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            depths.Add(new QueueDepth(
                row.GetString(0), row.GetInt64(1), row.GetDouble(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)));
        }

        return [.. depths.OrderBy(depth => depth.Queue, StringComparer.Ordinal)];
    }

    /// <summary>One page of a tenant's jobs, newest first.</summary>
    public async Task<JobPage> ListAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(filter.Limit, 1, MaxLimit);
        var sql = filter.SubjectId is not null ? ReaderSql.ListBySubject
            : filter.State is not (null or JobStates.Completed) ? ReaderSql.ListByState
            : ReaderSql.List;
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = filter.TenantId });
        command.Parameters.Add(new() { Value = filter.AfterId ?? long.MaxValue });
        // One more than asked for tells whether there is another page.
        command.Parameters.Add(new() { Value = limit + 1 });
        foreach (var text in new[] { filter.State, filter.Queue, filter.Kind, filter.SubjectId, filter.Connector, filter.ErrorCode })
            command.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var jobs = await ReadAsync(command, cancellationToken);
        return jobs.Count > limit ? new JobPage(jobs[..limit], jobs[limit - 1].Id) : new JobPage(jobs, null);
    }

    /// <summary>One job, or null when the tenant has none of that number (any more).</summary>
    public async Task<JobRow?> FindAsync(string tenantId, long id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ReaderSql.Find);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Lines of a job's log in the order they were written, also while it runs.</summary>
    /// <param name="tenantId">Whose job.</param>
    /// <param name="id">The job.</param>
    /// <param name="after"><see cref="JobLogLine.Seq"/> of the last line seen; 0 from the start.</param>
    /// <param name="limit">Lines at most, 1 to 5000; other values are brought into that range.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<JobLogLine>> LogsAsync(
        string tenantId, long id, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ReaderSql.Logs);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = Math.Clamp(limit, 1, MaxLogLines) });
        var lines = new List<JobLogLine>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            lines.Add(new JobLogLine(row.GetInt64(0), row.GetDateTime(1), row.GetString(2), row.GetInt32(3), row.GetString(4)));
        return lines;
    }

    /// <summary>What a tenant has running now, newest first, with progress.</summary>
    public Task<IReadOnlyList<JobRow>> RunningAsync(string tenantId, int limit, CancellationToken cancellationToken) =>
        FirstAsync(ReaderSql.Running, tenantId, limit, cancellationToken);

    /// <summary>What failed for a tenant, newest job first: discarded jobs, and those that wait for another attempt.</summary>
    public Task<IReadOnlyList<JobRow>> FailuresAsync(string tenantId, int limit, CancellationToken cancellationToken) =>
        FirstAsync(ReaderSql.Failures, tenantId, limit, cancellationToken);

    private async Task<IReadOnlyList<JobRow>> FirstAsync(string sql, string tenantId, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = Math.Clamp(limit, 1, MaxLimit) });
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<JobRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var jobs = new List<JobRow>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            jobs.Add(new JobRow
            {
                TenantId = row.GetString(row.GetOrdinal("tenant_id")),
                Id = row.GetInt64(row.GetOrdinal("id")),
                Queue = row.GetString(row.GetOrdinal("queue")),
                Kind = row.GetString(row.GetOrdinal("kind")),
                State = row.GetString(row.GetOrdinal("state")),
                Args = row.GetString(row.GetOrdinal("args")),
                SubjectId = Text("subject_id"),
                Connector = Text("connector"),
                Attempt = row.GetInt32(row.GetOrdinal("attempt")),
                MaxAttempts = row.GetInt32(row.GetOrdinal("max_attempts")),
                RunAt = row.GetDateTime(row.GetOrdinal("run_at")),
                CreatedAt = row.GetDateTime(row.GetOrdinal("created_at")),
                StartedAt = Time("started_at"),
                FinishedAt = Time("finished_at"),
                ErrorCode = Text("error_code"),
                ErrorMessage = Text("error_message"),
                WaitReason = Text("wait_reason"),
                IsCancelRequested = Text("cancel_code") is not null,
                Worker = Text("worker_id"),
                ProgressDone = Number("progress_done"),
                ProgressTotal = Number("progress_total"),
                ProgressMessage = Text("progress_message"),
            });

            string? Text(string column) => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetString(at);
            long? Number(string column) => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetInt64(at);
            DateTimeOffset? Time(string column) => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetDateTime(at);
        }

        return jobs;
    }
}
