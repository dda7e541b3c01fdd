using NpgsqlTypes;
using ScaiDrive.Queue.Reading;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Answers what waits, runs, failed and was said.</summary>
/// <remarks>Totals come from maintained counts that are exact at the moment of the answer, and are over all tenants unless
/// one is named. Everything about single jobs is for one tenant. Nothing here grows slower with the number of jobs, waiting
/// or finished.</remarks>
public sealed class QueueReader(Database dataSource)
{
    private const int MaxLimit = 500;
    private const int MaxLogLines = 5000;
    private const int MaxGroups = 1000;

    private static readonly string[] Queues = [QueueNames.High, QueueNames.Low];
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(1);

    private readonly JobPages pages = new(dataSource);

    /// <summary>Both queues, <c>high</c> first, over all tenants.</summary>
    public async Task<IReadOnlyList<QueueDepth>> DepthsAsync(CancellationToken cancellationToken)
    {
        var found = (await GroupsAsync("queue", null, Queues.Length, cancellationToken)).ToDictionary(group => group.Name!, StringComparer.Ordinal);
        return [.. Queues.Select(name => found.GetValueOrDefault(name) is { } group
            ? new QueueDepth(name, group.Depth, group.OldestAgeSeconds, group.Running, group.Scheduled, group.Retryable, group.Discarded)
            : new QueueDepth(name, 0, 0, 0, 0, 0, 0))];
    }

    /// <summary>What waits by tenant, kind or connector, the most first; groups without unfinished or discarded jobs are left out.</summary>
    /// <param name="by">What to group by.</param>
    /// <param name="tenantId">One tenant's jobs only, or null for all.</param>
    /// <param name="limit">Groups at most, 1 to 1000; other values are brought into that range.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<IReadOnlyList<WaitingGroup>> WaitingAsync(WaitingBy by, string? tenantId, int limit, CancellationToken cancellationToken) =>
        GroupsAsync(
            by switch
            {
                WaitingBy.Tenant => "tenant",
                WaitingBy.Kind => "kind",
                WaitingBy.Connector => "connector",
                _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such grouping."),
            },
            tenantId, Math.Clamp(limit, 1, MaxGroups), cancellationToken);

    /// <summary>What ended lately in both queues, <c>high</c> first.</summary>
    /// <param name="last">How far back, a minute to a day; other values are brought into that range.</param>
    /// <param name="tenantId">One tenant's jobs only, or null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<QueueThroughput>> ThroughputAsync(TimeSpan last, string? tenantId, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(ReaderSql.Throughput, out var command);
        command.Parameters.Add(new() { Value = last < TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : last > LongestSpan ? LongestSpan : last });
        command.Parameters.Add(new() { Value = (object?)tenantId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var queues = new List<QueueThroughput>(Queues.Length);
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            queues.Add(new QueueThroughput(row.GetString(0), row.GetDouble(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetDouble(5)));
        return queues;
    }

    /// <summary>How many seconds of work wait, and for how many slots.</summary>
    public async Task<WaitingWork> WorkAsync(CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(ReaderSql.Work, out var command);
        var queues = new List<QueueWork>(Queues.Length);
        var slots = 0;
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            queues.Add(new QueueWork(row.GetString(0), row.GetDouble(1), row.GetInt64(2)));
            slots = row.GetInt32(3);
        }

        return new WaitingWork(queues, slots);
    }

    /// <summary>The workers that have not ended, the oldest first; one that stopped answering stays until it is declared lost.</summary>
    public async Task<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken)
    {
        // How busy a worker is, is the same for all who ask.
        using var fleet = TenantWall.Outside();
        await using var walk = dataSource.CreateWalk(ReaderSql.Workers, out var command);
        var workers = new List<WorkerRow>();
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            workers.Add(new WorkerRow(
                row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<string[]>(3), row.GetDateTime(4),
                row.GetDouble(5), row.GetBoolean(6), row.GetBoolean(7), row.GetInt64(8)));
        }

        return workers;
    }

    /// <summary>One page of a tenant's jobs, newest first.</summary>
    public Task<JobPage> ListAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return pages.ReadAsync(filter, filter.State is null ? null : [filter.State], Math.Clamp(filter.Limit, 1, MaxLimit), cancellationToken);
    }

    /// <summary>One job, or null when the tenant has none of that number (any more).</summary>
    public async Task<JobRow?> FindAsync(string tenantId, long id, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(ReaderSql.Find, out var command);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? JobRow.Read(row) : null;
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
        await using var walk = dataSource.CreateWalk(ReaderSql.Logs, out var command);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = Math.Clamp(limit, 1, MaxLogLines) });
        var lines = new List<JobLogLine>();
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            lines.Add(new JobLogLine(row.GetInt64(0), row.GetDateTime(1), row.GetString(2), row.GetInt32(3), row.GetString(4)));
        return lines;
    }

    /// <summary>Those of the subjects that no unfinished job of these kinds is about.</summary>
    /// <param name="tenantId">Whose jobs.</param>
    /// <param name="subjectIds">As in <see cref="JobOptions.SubjectId"/>.</param>
    /// <param name="kinds">As in <see cref="IJobArgs.Kind"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<string>> IdleSubjectsAsync(
        string tenantId, IReadOnlyCollection<string> subjectIds, IReadOnlyCollection<string> kinds, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(ReaderSql.Idle, out var command);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = subjectIds.ToArray() });
        command.Parameters.Add(new() { Value = kinds.ToArray() });
        var idle = new List<string>();
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            idle.Add(row.GetString(0));
        return idle;
    }

    /// <summary>What a tenant has running now, newest first, with progress.</summary>
    public Task<IReadOnlyList<JobRow>> RunningAsync(string tenantId, int limit, CancellationToken cancellationToken) =>
        FirstAsync(ReaderSql.Running, tenantId, limit, cancellationToken);

    /// <summary>What failed for a tenant, newest job first: discarded jobs, and those that wait for another attempt, as far
    /// as they are among the next to be due in the fleet.</summary>
    public Task<IReadOnlyList<JobRow>> FailuresAsync(string tenantId, int limit, CancellationToken cancellationToken) =>
        FirstAsync(ReaderSql.Failures, tenantId, limit, cancellationToken);

    private async Task<IReadOnlyList<WaitingGroup>> GroupsAsync(string by, string? tenantId, int limit, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(ReaderSql.Waiting, out var command);
        command.Parameters.Add(new() { Value = by });
        command.Parameters.Add(new() { Value = (object?)tenantId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (long)limit });
        var groups = new List<WaitingGroup>();
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            groups.Add(new WaitingGroup(
                row.IsDBNull(0) ? null : row.GetString(0), row.GetInt64(1), row.GetDouble(2),
                row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)));
        }

        return groups;
    }

    private async Task<IReadOnlyList<JobRow>> FirstAsync(string sql, string tenantId, int limit, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(sql, out var command);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = (long)Math.Clamp(limit, 1, MaxLimit) });
        var jobs = new List<JobRow>();
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            jobs.Add(JobRow.Read(row));
        return jobs;
    }
}
