using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Reading;

/// <summary>Finds one page of jobs by whichever index leads there fastest.</summary>
/// <remarks>A page costs a bounded walk. When the filter fits few of very many jobs, the page ends where the walk did,
/// with fewer jobs than asked for and a key to go on from.</remarks>
internal sealed class JobPages(Database dataSource)
{
    /// <summary>Jobs passed in one page at most; two to four microseconds each.</summary>
    private const int LongestWalk = 25_000;

    /// <summary>So many jobs that wait for their time are read and sorted for one page; more are walked.</summary>
    private const int FewWaiting = 20_000;

    // Most pages are full after the first; a filter that fits little is worth a longer look.
    private static readonly int[] Walks = [500, 5_000, LongestWalk - 5_500];

    private static readonly string[] FinishedStates = [JobStates.Completed, JobStates.Cancelled];
    private static readonly string[] WaitingForTimeStates = [JobStates.Scheduled, JobStates.Retryable];

    /// <param name="filter">What is asked for, its state aside.</param>
    /// <param name="states">Any of these; null for all.</param>
    /// <param name="limit">Jobs on the page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<JobPage> ReadAsync(JobFilter filter, string[]? states, int limit, CancellationToken cancellationToken)
    {
        var sql = await ChooseAsync(filter, states, cancellationToken);
        var jobs = new List<JobRow>();
        var before = filter.AfterId ?? long.MaxValue;
        foreach (var walk in Walks)
        {
            // One more than asked for tells whether there is another page.
            var next = await WalkAsync(sql, filter, states, before, limit + 1 - jobs.Count, Math.Max(walk, limit + 1), jobs, cancellationToken);
            if (jobs.Count > limit)
                return new JobPage(jobs[..limit], jobs[limit - 1].Id);
            if (next is null)
                return new JobPage(jobs, null);
            before = next.Value;
        }

        return new JobPage(jobs, before);
    }

    private async Task<string> ChooseAsync(JobFilter filter, string[]? states, CancellationToken cancellationToken) => (filter, states) switch
    {
        ({ SubjectId: not null }, _) => ListSql.BySubject,
        (_, [JobStates.Running]) => ListSql.Running,
        ({ ErrorCode: not null }, _) => ListSql.ByError,
        (_, [JobStates.Discarded]) => ListSql.Discarded,
        (_, [JobStates.Cancelled]) => ListSql.Cancelled,
        (_, not null) when states.All(WaitingForTimeStates.Contains) && await FewWaitAsync(cancellationToken) => ListSql.WaitingForTime,
        ({ Queue: not null } or { Kind: not null } or { Connector: not null }, _) => ListSql.ByLane,
        _ => ListSql.Newest,
    };

    private async Task<bool> FewWaitAsync(CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(ListSql.CountWaitingForTime, out var command);
        command.Parameters.Add(new() { Value = FewWaiting + 1L });
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetInt64(0) <= FewWaiting;
    }

    /// <summary>Adds what fits, and answers where the walk stopped; null at the end of all jobs.</summary>
    private async Task<long?> WalkAsync(
        string sql, JobFilter filter, string[]? states, long before, int rows, int length, List<JobRow> found, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(sql, out var command);
        command.Parameters.Add(new() { Value = filter.TenantId });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = (long)rows });
        command.Parameters.Add(new() { Value = (long)length });
        command.Parameters.Add(new() { Value = (object?)states ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        foreach (var text in new[] { filter.Queue, filter.Kind, filter.Connector, filter.SubjectId, filter.ErrorCode, filter.Text })
            command.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = states?.Any(state => !FinishedStates.Contains(state)) ?? true });
        command.Parameters.Add(new() { Value = states?.Any(FinishedStates.Contains) ?? true });

        long? next = null;
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            next = row.IsDBNull(0) ? null : row.GetInt64(0);
            // A walk on which nothing fits is one row without a job.
            if (!row.IsDBNull(row.GetOrdinal("id")))
                found.Add(JobRow.Read(row));
        }

        return next;
    }
}
