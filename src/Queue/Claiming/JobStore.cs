using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Claiming;

/// <summary>Maps the statements of <see cref="JobSql"/> and <see cref="WorkerSql"/> to records.</summary>
/// <param name="dataSource">Where connections come from.</param>
/// <param name="time">Says when a job was claimed.</param>
/// <param name="kept">The connection of the one loop that uses this store; without it any connection of the pool serves.
/// The pool hands out its connections in turn, and each would parse and plan the large statements for itself.</param>
internal sealed class JobStore(Database dataSource, TimeProvider time, KeptConnection? kept = null)
{
    /// <summary>Seconds. Shorter than a lease: a worker must notice a silent connection before others declare it lost.</summary>
    private const int Timeout = 8;

    /// <summary>Takes jobs from lanes that stand under no limit, all in one statement and under one lease.</summary>
    /// <param name="asks">Each lane at most once per side of <see cref="LaneAsk.BacklogStart"/>.</param>
    /// <param name="lanes">What is known of the lanes asked for.</param>
    /// <param name="workerId">A worker that was declared lost gets nothing.</param>
    /// <param name="cancellationToken">Stops waiting; what was claimed by then is found by reconciliation.</param>
    internal async Task<ClaimResult> ClaimAsync(
        IReadOnlyList<LaneAsk> asks, IReadOnlyDictionary<int, LaneRow> lanes, string workerId, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        batch.BatchCommands.Add(new(JobSql.Claim)
        {
            Parameters =
            {
                new() { Value = Column(asks, ask => ask.Lane) },
                new() { Value = Column(asks, ask => ask.After) },
                new() { Value = Column(asks, ask => ask.Before) },
                new() { Value = Column(asks, ask => ask.Take) },
                new() { Value = workerId },
            },
        });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var (horizon, next) = await ReadSnapshotAsync(row, cancellationToken);
        var claimed = new List<ClaimedJob>();
        while (await row.ReadAsync(cancellationToken))
            claimed.Add(ReadClaimed(row, lanes));
        // An update returns its rows in no promised order.
        claimed.Sort((a, b) => a.Place.CompareTo(b.Place));
        return new(claimed, horizon, next);
    }

    /// <summary>Takes jobs from a lane that stands under limits, as many as they allow.</summary>
    internal async Task<LimitedClaimResult> ClaimLimitedAsync(LaneAsk ask, LaneRow lane, string workerId, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        batch.BatchCommands.Add(new(JobSql.LockLimits) { Parameters = { new() { Value = ask.Lane } } });
        batch.BatchCommands.Add(new(JobSql.ClaimLimited)
        {
            Parameters =
            {
                new() { Value = ask.Lane }, new() { Value = ask.After }, new() { Value = ask.Before }, new() { Value = ask.Take },
                new() { Value = workerId },
            },
        });
        var lanes = new Dictionary<int, LaneRow> { [lane.Id] = lane };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var (horizon, next) = await ReadSnapshotAsync(row, cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var claimed = new List<ClaimedJob>();
        var (allowed, retryAfter) = (0, (TimeSpan?)null);
        while (await row.ReadAsync(cancellationToken))
        {
            allowed = row.GetInt32(11);
            retryAfter = row.IsDBNull(12) ? null : TimeSpan.FromSeconds(row.GetDouble(12));
            if (!row.IsDBNull(0))
                claimed.Add(ReadClaimed(row, lanes));
        }

        claimed.Sort((a, b) => a.Place.CompareTo(b.Place));
        return new(new(claimed, horizon, next), allowed, retryAfter);
    }

    /// <summary>Writes completions, and answers those whose lease still stood.</summary>
    /// <param name="ended">In the order of tenant and number.</param>
    /// <param name="closedLeases">Claims of which nothing is held any more.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<IReadOnlySet<(long Lease, long Id)>> CompleteAsync(
        IReadOnlyList<Settlement> ended, long[] closedLeases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        batch.BatchCommands.Add(new(JobSql.Complete)
        {
            Parameters =
            {
                new() { Value = Column(ended, each => each.Job.TenantId) },
                new() { Value = Column(ended, each => each.Job.Id) },
                new() { Value = Column(ended, each => each.Job.Lease) },
                new() { Value = Column(ended, each => each.Ran.TotalMilliseconds) },
                new() { Value = closedLeases },
            },
        });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadSnapshotAsync(row, cancellationToken);
        var completed = new HashSet<(long, long)>(ended.Count);
        while (await row.ReadAsync(cancellationToken))
            completed.Add((row.GetInt64(0), row.GetInt64(1)));
        return completed;
    }

    /// <summary>Writes how attempts ended, and answers those for which that was still true, with the state the job took.</summary>
    /// <param name="ended">Any endings.</param>
    /// <param name="closedLeases">Claims of which nothing is held any more.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<IReadOnlyDictionary<(long Lease, long Id), string>> SettleAsync(
        IReadOnlyList<Settlement> ended, long[] closedLeases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        batch.BatchCommands.Add(new(JobSql.Settle)
        {
            Parameters =
            {
                new() { Value = Column(ended, each => each.Job.TenantId) },
                new() { Value = Column(ended, each => each.Job.Id) },
                new() { Value = Column(ended, each => each.Job.Lease) },
                new() { Value = Column(ended, each => each.State) },
                new() { Value = Column(ended, each => each.Delay), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Interval },
                new() { Value = Column(ended, each => each.Code is { } code ? TextColumn.Fit(code, TextColumn.CodeLength) : null) },
                new() { Value = Column(ended, each => each.Message is { } text ? TextColumn.Fit(text, TextColumn.MessageLength) : null) },
                new() { Value = Column(ended, each => each.CountsAttempt ? 0 : 1) },
                new() { Value = Column(ended, each => each.Ran.TotalMilliseconds) },
                new() { Value = closedLeases },
            },
        });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadSnapshotAsync(row, cancellationToken);
        var settled = new Dictionary<(long, long), string>(ended.Count);
        while (await row.ReadAsync(cancellationToken))
            settled.Add((row.GetInt64(0), row.GetInt64(1)), row.GetString(2));
        return settled;
    }

    /// <summary>Makes the keys wait, each at least as long as given.</summary>
    internal async Task ThrottleAsync(IReadOnlyList<(string Key, TimeSpan Delay, string Reason)> keys, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var command = Command(session.Connection, WorkerSql.Throttle);
        command.Parameters.Add(new() { Value = Column(keys, each => each.Key) });
        command.Parameters.Add(new() { Value = Column(keys, each => each.Delay) });
        command.Parameters.Add(new() { Value = Column(keys, each => TextColumn.Fit(each.Reason, TextColumn.MessageLength)) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Hands back, with their attempts, all jobs the worker holds except those under the given leases, and
    /// forgets claims of which nothing is left.</summary>
    internal async Task<int> HandBackAsync(string workerId, long[] exceptLeases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        foreach (var sql in new[] { JobSql.HandBack, JobSql.ForgetClaims })
            batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = workerId }, new() { Value = exceptLeases } } });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadSnapshotAsync(row, cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (int)row.GetInt64(0);
    }

    /// <summary>Puts in line what waited for its time and is due. Answers how many, and how long until the next is due.</summary>
    internal async Task<(int Count, TimeSpan? Next)> PromoteAsync(int limit, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        batch.BatchCommands.Add(new(JobSql.Promote) { Parameters = { new() { Value = limit } } });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadSnapshotAsync(row, cancellationToken);
        await row.ReadAsync(cancellationToken);
        return ((int)row.GetInt64(0), row.IsDBNull(2) ? null : TimeSpan.FromSeconds(Math.Min(row.GetDouble(2), 86400)));
    }

    internal async Task RegisterAsync(string workerId, QueueOptions options, string[] kinds, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var command = Command(session.Connection, WorkerSql.Register);
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = options.WorkerName });
        command.Parameters.Add(new() { Value = options.Slots });
        command.Parameters.Add(new() { Value = kinds });
        command.Parameters.Add(new() { Value = options.Lease });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Says the worker lives. False when it was declared lost: then all its leases are gone.</summary>
    internal async Task<bool> HeartbeatAsync(string workerId, CancellationToken cancellationToken) =>
        await AboutWorkerAsync(WorkerSql.Heartbeat, workerId, cancellationToken) == 1;

    internal Task DrainAsync(string workerId, CancellationToken cancellationToken) => AboutWorkerAsync(WorkerSql.Drain, workerId, cancellationToken);

    internal Task SignOffAsync(string workerId, CancellationToken cancellationToken) => AboutWorkerAsync(WorkerSql.SignOff, workerId, cancellationToken);

    /// <summary>Of the given claims, those whose lease still stands, with the wish to cancel if there is one.</summary>
    internal async Task<IReadOnlyDictionary<(long Lease, long Id), (string Code, string Reason)?>> HeldAsync(
        IReadOnlyList<ClaimedJob> jobs, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = Batch(session.Connection);
        batch.BatchCommands.Add(new(JobSql.Held)
        {
            Parameters =
            {
                new() { Value = Column(jobs, job => job.TenantId) },
                new() { Value = Column(jobs, job => job.Id) },
                new() { Value = Column(jobs, job => job.Lease) },
            },
        });
        var held = new Dictionary<(long, long), (string, string)?>(jobs.Count);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadSnapshotAsync(row, cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            held.Add((row.GetInt64(0), row.GetInt64(1)), row.IsDBNull(2) ? null : (row.GetString(2), row.IsDBNull(3) ? "" : row.GetString(3)));
        return held;
    }

    /// <summary>The lanes that have jobs in line for these kinds, by the counters, and the rules of the moment.</summary>
    internal async Task<(IReadOnlyList<LaneRow> Lanes, IReadOnlyList<RuleRow> Rules)> WaitingAsync(string[] kinds, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var batch = session.Connection.CreateBatch();
        batch.Timeout = Timeout;
        batch.BatchCommands.Add(new(WorkerSql.Waiting) { Parameters = { new() { Value = kinds } } });
        batch.BatchCommands.Add(new(WorkerSql.Rules));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var lanes = await ReadLanesAsync(row, cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var rules = new List<RuleRow>();
        while (await row.ReadAsync(cancellationToken))
        {
            rules.Add(new(
                row.GetString(0), row.IsDBNull(1) ? null : row.GetDouble(1), row.GetBoolean(2),
                row.IsDBNull(3) || row.GetDouble(3) <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(row.GetDouble(3), 3600))));
        }

        return (lanes, rules);
    }

    /// <summary>Of the given lanes, those of these kinds.</summary>
    internal async Task<IReadOnlyList<LaneRow>> LanesAsync(int[] ids, string[] kinds, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var command = Command(session.Connection, WorkerSql.Lanes);
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = kinds });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadLanesAsync(row, cancellationToken);
    }

    /// <summary>Tells others below which places nothing is left.</summary>
    internal async Task RaiseFloorsAsync(IReadOnlyList<(int Lane, long Floor)> floors, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var command = Command(session.Connection, WorkerSql.RaiseFloors);
        command.Parameters.Add(new() { Value = Column(floors, each => each.Lane) });
        command.Parameters.Add(new() { Value = Column(floors, each => each.Floor) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int> AboutWorkerAsync(string sql, string workerId, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        await using var command = Command(session.Connection, sql);
        command.Parameters.Add(new() { Value = workerId });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async ValueTask<Session> OpenAsync(CancellationToken cancellationToken) =>
        kept is null ? new(await dataSource.OpenConnectionAsync(cancellationToken), null) : new(await kept.OpenAsync(cancellationToken), kept);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = Timeout };

    /// <summary>Several statements in one round trip and one transaction, the first of which is <see cref="JobSql.Prepare"/>.</summary>
    private static NpgsqlBatch Batch(NpgsqlConnection connection) => new(connection)
    {
        Timeout = Timeout,
        BatchCommands = { new(JobSql.Prepare) },
    };

    /// <summary>Reads the answer of <see cref="JobSql.Prepare"/> and moves on to the next.</summary>
    private static async Task<(long Horizon, long Next)> ReadSnapshotAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        await row.ReadAsync(cancellationToken);
        var snapshot = (row.GetInt64(0), row.GetInt64(1));
        await row.NextResultAsync(cancellationToken);
        return snapshot;
    }

    private ClaimedJob ReadClaimed(NpgsqlDataReader row, IReadOnlyDictionary<int, LaneRow> lanes)
    {
        var lane = lanes[row.GetInt32(2)];
        // The lane's own strings, so that thousands of jobs share them.
        return new(
            lane.TenantId, row.GetInt64(1), lane.Id, lane.Queue, lane.Kind, row.GetString(3), lane.Connector, lane.LimitKey,
            row.IsDBNull(4) ? null : row.GetString(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt64(8), row.GetInt64(9),
            row.GetDateTime(10), time.GetTimestamp());
    }

    private static async Task<IReadOnlyList<LaneRow>> ReadLanesAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        var lanes = new List<LaneRow>();
        while (await row.ReadAsync(cancellationToken))
        {
            lanes.Add(new(
                row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
                row.IsDBNull(5) ? null : row.GetString(5), row.GetFieldValue<string[]>(6), row.GetInt64(7)));
        }

        return lanes;
    }

    /// <summary>A connection for one use: back to the pool after it, or kept.</summary>
    private readonly struct Session(NpgsqlConnection connection, KeptConnection? kept) : IAsyncDisposable
    {
        internal NpgsqlConnection Connection => connection;

        public ValueTask DisposeAsync() => kept is null ? connection.DisposeAsync() : kept.UsedAsync();
    }

    private static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        return column;
    }
}

/// <summary>A lane as the database has it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="TenantId">Whose jobs.</param>
/// <param name="Queue">See <see cref="QueueNames"/>.</param>
/// <param name="Kind">See <see cref="IJobArgs.Kind"/>.</param>
/// <param name="Connector">As in <see cref="JobOptions.Connector"/>.</param>
/// <param name="LimitKey">As in <see cref="JobOptions.LimitKey"/>.</param>
/// <param name="Keys">The keys of the rules that concern it.</param>
/// <param name="Floor">No job at or below this place will ever be taken again.</param>
internal sealed record LaneRow(
    int Id, string TenantId, string Queue, string Kind, string? Connector, string? LimitKey, string[] Keys, long Floor);

/// <summary>What a rule means to a worker.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="Weight">Share, if it sets one.</param>
/// <param name="IsLimit">Limits how many run or how often they start.</param>
/// <param name="ClosedFor">How long nothing under it may start, as far as is known; zero when it may.</param>
internal sealed record RuleRow(string Key, double? Weight, bool IsLimit, TimeSpan ClosedFor);
