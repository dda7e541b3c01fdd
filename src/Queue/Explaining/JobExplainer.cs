using System.Data;
using System.Globalization;
using Npgsql;
using ScaiDrive.Queue.Explaining;
using ScaiDrive.Queue.Reading;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Answers why a job is not running.</summary>
public sealed class JobExplainer(Database dataSource)
{
    private const int MostAhead = 10_000;
    private const int MostLanes = 30;

    /// <summary>The answer as of now, or null when the tenant has no such job.</summary>
    public async Task<JobExplanation?> ExplainAsync(string tenantId, long id, CancellationToken cancellationToken)
    {
        // A job waits for others' jobs too: they are counted, by statements that name the tenant wherever more is told.
        using var fleet = TenantWall.Outside();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // One snapshot: what is read first must still be true when the rest is read.
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var prepare = new NpgsqlCommand(IndexWalk.Prepare, connection))
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        if (await FindAsync(connection, tenantId, id, cancellationToken) is not { } job)
            return null;
        if (job.Row.State is JobStates.Completed or JobStates.Cancelled or JobStates.Discarded)
            return new JobExplanation { Job = job.Row, Causes = [Ended(job.Row)] };
        if (job.Row.State == JobStates.Running)
            return new JobExplanation { Job = job.Row, Causes = [.. Held(job)] };

        var rules = await RulesAsync(connection, job.Keys, cancellationToken);
        var workers = await WorkersAsync(connection, job.Row.Kind, cancellationToken);
        var line = job.Place is { } place ? await LineAsync(connection, tenantId, job.Lane, place, cancellationToken) : null;
        return new JobExplanation { Job = job.Row, Line = line, Causes = [.. Waiting(job, rules, workers, line)] };
    }

    /// <summary>In the order in which they decide: before its time nothing else matters, then what people or handlers
    /// decided, then whether anybody is there to do it, then limits, then the line.</summary>
    private static List<JobCause> Waiting(Found job, IReadOnlyList<Rule> rules, Takers workers, JobLine? line)
    {
        List<JobCause> causes =
        [
            .. BeforeItsTime(job),
            .. rules.Where(rule => rule.IsPaused).Select(Paused),
            .. rules.Where(rule => rule.ThrottledUntil is not null).Select(Throttled),
            .. Missing(job.Row, workers),
            .. rules.Where(rule => rule.MaxRunning <= rule.Running).Select(Full),
            .. rules.Where(rule => rule.NextTokenAt is not null).Select(Rated),
        ];
        if (line is null)
            return causes.Count > 0 ? causes : [new JobCause(JobReasons.Due, "Its time has come; it is put in line within a moment.") { Since = job.Row.RunAt }];
        if (workers is { ForKind: > 0, Free: 0 })
        {
            causes.Add(new JobCause(
                JobReasons.WorkersBusy, Say($"Every worker that takes {job.Row.Kind} has its hands full: {workers.ForKind} with {workers.Slots} slots."))
            {
                Workers = workers.ForKind,
                Slots = workers.Slots,
            });
        }

        if (line.Ahead > 0 || line.SameTenant.Count > 0 || line.OtherTenants > 0)
            causes.Add(new JobCause(JobReasons.InLine, InLine(line)) { Since = job.Row.RunAt });
        return causes.Count > 0 ? causes : [new JobCause(JobReasons.Next, "Nothing keeps it: a worker takes it within a moment.") { Since = job.Row.RunAt }];
    }

    private static JobCause Ended(JobRow job)
    {
        var code = job.ErrorCode is null ? "" : $" ({job.ErrorCode})";
        return job.State switch
        {
            JobStates.Completed => new JobCause(JobReasons.Completed, Say($"It was completed at {job.FinishedAt:u}.")) { Since = job.FinishedAt, Worker = job.Worker },
            JobStates.Cancelled => new JobCause(JobReasons.Cancelled, Say($"It was cancelled at {job.FinishedAt:u}{code}: {Closed(job.ErrorMessage)}"))
            {
                Since = job.FinishedAt,
                ErrorCode = job.ErrorCode,
                Note = job.ErrorMessage,
            },
            _ => new JobCause(JobReasons.Discarded, Say($"It failed for good at {job.FinishedAt:u} after {job.Attempt} of {job.MaxAttempts} attempts{code}: {Closed(job.ErrorMessage)} Retry it to run it again."))
            {
                Since = job.FinishedAt,
                ErrorCode = job.ErrorCode,
                Note = job.ErrorMessage,
                Worker = job.Worker,
            },
        };
    }

    private static IEnumerable<JobCause> Held(Found job)
    {
        var row = job.Row;
        if (!job.WorkerIsAlive)
        {
            yield return new JobCause(
                JobReasons.WorkerSilent,
                Say($"Worker {row.Worker} holds it since {row.StartedAt:u} but {(job.HeartbeatAge is { } age ? Say($"has not answered for {age:0} s") : "is not known any more")}; it is about to be rescued."))
            {
                Worker = row.Worker,
                Since = row.StartedAt,
                HeartbeatAgeSeconds = job.HeartbeatAge,
            };
        }

        if (row.IsCancelRequested)
        {
            yield return new JobCause(JobReasons.CancelRequested, Say($"It was asked to end: {Closed(job.CancelReason)}"))
            {
                Worker = row.Worker,
                Since = row.StartedAt,
                Note = job.CancelReason,
                HeartbeatAgeSeconds = job.HeartbeatAge,
            };
        }

        if (job.WorkerIsAlive)
        {
            yield return new JobCause(
                JobReasons.Running,
                Say($"Worker {row.Worker} holds it since {row.StartedAt:u}, attempt {row.Attempt} of {row.MaxAttempts}; its last heartbeat was {job.HeartbeatAge:0} s ago."))
            {
                Worker = row.Worker,
                Since = row.StartedAt,
                HeartbeatAgeSeconds = job.HeartbeatAge,
            };
        }
    }

    private static IEnumerable<JobCause> BeforeItsTime(Found job)
    {
        var row = job.Row;
        if (row.RunAt <= job.AskedAt)
            yield break;
        if (row.State == JobStates.Scheduled)
        {
            yield return new JobCause(JobReasons.Scheduled, Say($"It waits for its time, {row.RunAt:u}{(row.WaitReason is null ? "." : $": {Closed(row.WaitReason)}")}"))
            {
                Until = row.RunAt,
                Note = row.WaitReason,
            };
        }
        else if (row.State == JobStates.Retryable)
        {
            yield return new JobCause(
                JobReasons.WaitingToRetry, Say($"Attempt {row.Attempt} of {row.MaxAttempts} failed ({row.ErrorCode}): {Closed(row.ErrorMessage)} The next one is due at {row.RunAt:u}."))
            {
                Until = row.RunAt,
                ErrorCode = row.ErrorCode,
                Note = row.ErrorMessage,
            };
        }
    }

    private static JobCause Paused(Rule rule) => new(
        JobReasons.Paused, Say($"{rule.PausedBy} paused {rule.Key} at {rule.PausedAt:u}{(rule.PausedUntil is { } until ? Say($" until {until:u}") : "")}: {Closed(rule.PauseReason)}"))
    {
        Key = rule.Key,
        By = rule.PausedBy,
        Note = rule.PauseReason,
        Since = rule.PausedAt,
        Until = rule.PausedUntil,
    };

    private static JobCause Throttled(Rule rule) => new(
        JobReasons.Throttled, Say($"{rule.Key} is throttled until {rule.ThrottledUntil:u}: {Closed(rule.ThrottleReason)}"))
    {
        Key = rule.Key,
        Note = rule.ThrottleReason,
        Until = rule.ThrottledUntil,
    };

    private static IEnumerable<JobCause> Missing(JobRow job, Takers workers)
    {
        if (workers.All == 0)
            yield return new JobCause(JobReasons.NoWorker, "No worker is alive and taking jobs. Start one.") { Workers = 0 };
        else if (workers.ForKind == 0)
            yield return new JobCause(JobReasons.NoWorkerForKind, Say($"None of the {workers.All} live workers takes {job.Kind}. Start one that does.")) { Workers = workers.All };
    }

    private static JobCause Full(Rule rule) => new(
        JobReasons.MaxRunning, Say($"{rule.Running} jobs of {rule.Key} run, and no more than {rule.MaxRunning} may."))
    {
        Key = rule.Key,
        MaxRunning = rule.MaxRunning,
        Running = rule.Running,
    };

    private static JobCause Rated(Rule rule) => new(
        JobReasons.RateLimited, Say($"{rule.Key} may start {rule.RateCount} in {rule.RatePeriod:c}; the next one at {rule.NextTokenAt:u}."))
    {
        Key = rule.Key,
        Until = rule.NextTokenAt,
    };

    private static string InLine(JobLine line)
    {
        List<string> others = [];
        if (line.Ahead > 0)
            others.Add(Say($"{(line.AheadIsExact ? "" : "at least ")}{line.Ahead} before it in its own lane"));
        if (line.SameTenant.Count > 0)
            others.Add(Say($"{line.SameTenant.Sum(lane => lane.Waiting)} in {line.SameTenant.Count} other lanes of its tenant, which take turns with it"));
        if (line.OtherTenants > 0)
            others.Add(Say($"{line.OtherTenants} of other tenants, which take turns with its tenant"));
        return $"It waits in line: {string.Join("; ", others)}.";
    }

    private static async Task<Found?> FindAsync(NpgsqlConnection connection, string tenantId, long id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ExplainSql.Job, connection) { Parameters = { new() { Value = tenantId }, new() { Value = id } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        return new Found(
            JobRow.Read(row),
            row.GetInt32(row.GetOrdinal("lane")),
            Nullable<long>("place"),
            row.GetFieldValue<string[]>(row.GetOrdinal("lane_keys")),
            row.GetOrdinal("cancel_reason") is var reason && row.IsDBNull(reason) ? null : row.GetString(reason),
            row.GetDateTime(row.GetOrdinal("asked_at")),
            Nullable<double>("heartbeat_age"),
            row.GetBoolean(row.GetOrdinal("worker_is_alive")));

        T? Nullable<T>(string column)
            where T : struct => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetFieldValue<T>(at);
    }

    private static async Task<IReadOnlyList<Rule>> RulesAsync(NpgsqlConnection connection, string[] keys, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ExplainSql.Rules, connection) { Parameters = { new() { Value = keys } } };
        var rules = new List<Rule>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            rules.Add(new Rule(
                row.GetString(0), !row.IsDBNull(1) && row.GetBoolean(1), Time(2), Time(3), Text(4), Text(5), Time(6), Text(7),
                row.IsDBNull(8) ? null : row.GetInt32(8), row.GetInt64(9), Time(10),
                row.IsDBNull(11) ? null : row.GetInt32(11), row.IsDBNull(12) ? null : row.GetTimeSpan(12)));
        }

        return rules;

        string? Text(int at) => row.IsDBNull(at) ? null : row.GetString(at);
        DateTimeOffset? Time(int at) => row.IsDBNull(at) ? null : row.GetDateTime(at);
    }

    private static async Task<Takers> WorkersAsync(NpgsqlConnection connection, string kind, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ExplainSql.Workers, connection) { Parameters = { new() { Value = kind } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new Takers((int)row.GetInt64(0), (int)row.GetInt64(1), (int)row.GetInt64(2), (int)row.GetInt64(3));
    }

    private static async Task<JobLine> LineAsync(NpgsqlConnection connection, string tenantId, int lane, long place, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(ExplainSql.Ahead) { Parameters = { new() { Value = lane }, new() { Value = place }, new() { Value = MostAhead + 1L } } },
                new NpgsqlBatchCommand(ExplainSql.OtherLanes) { Parameters = { new() { Value = tenantId }, new() { Value = lane }, new() { Value = (long)MostLanes } } },
            },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var ahead = row.GetInt64(0);
        await row.NextResultAsync(cancellationToken);
        var (own, others) = (new List<OtherLane>(), 0L);
        while (await row.ReadAsync(cancellationToken))
        {
            if (row.GetBoolean(0))
                own.Add(new OtherLane(row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetInt64(5)));
            else
                others = row.GetInt64(5);
        }

        return new JobLine(Math.Min(ahead, MostAhead), ahead <= MostAhead, own, others);
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What others wrote, as the end of a sentence or as one of its own.</summary>
    private static string Closed(string? words) =>
        (words ?? "").TrimEnd() is { Length: > 0 } said ? said[^1] is '.' or '!' or '?' or '…' ? said : said + "." : "nothing was said about it.";

    private sealed record Found(
        JobRow Row, int Lane, long? Place, string[] Keys, string? CancelReason, DateTimeOffset AskedAt, double? HeartbeatAge, bool WorkerIsAlive);

    private sealed record Rule(
        string Key, bool IsPaused, DateTimeOffset? PausedAt, DateTimeOffset? PausedUntil, string? PausedBy, string? PauseReason,
        DateTimeOffset? ThrottledUntil, string? ThrottleReason, int? MaxRunning, long Running, DateTimeOffset? NextTokenAt, int? RateCount, TimeSpan? RatePeriod);

    /// <summary>Workers that take jobs now: all, those that take the kind, their slots, and how many of them have one free.</summary>
    private sealed record Takers(int All, int ForKind, int Slots, int Free);
}
