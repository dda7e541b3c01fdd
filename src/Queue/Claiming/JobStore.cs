using Npgsql;
using NpgsqlTypes;

namespace ScaiDrive.Queue.Claiming;

/// <summary>Maps the statements of <see cref="JobSql"/> and <see cref="WorkerSql"/> to records. Holds no state.</summary>
internal sealed class JobStore(NpgsqlDataSource dataSource)
{
    /// <summary>Seconds. Shorter than a lease: a worker must notice a silent connection before others declare it lost.</summary>
    private const int Timeout = 8;

    /// <summary>Takes up to <paramref name="limit"/> due jobs, first due first.</summary>
    internal async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(
        string queue, string[] kinds, int limit, string workerId, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.Claim);
        command.Parameters.Add(new() { Value = queue });
        command.Parameters.Add(new() { Value = kinds });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = workerId });
        var claimed = new List<ClaimedJob>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            claimed.Add(new ClaimedJob(
                row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4),
                row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6),
                row.GetInt32(7), row.GetInt32(8), row.GetInt64(9), row.GetDateTime(10)));
        }

        // An update returns its rows in no promised order.
        claimed.Sort((a, b) => (a.RunAt, a.Id).CompareTo((b.RunAt, b.Id)));
        return claimed;
    }

    /// <summary>Writes how attempts ended, and answers the leases for which that was still true, with the state the job took.</summary>
    internal async Task<IReadOnlyDictionary<long, string>> SettleAsync(
        IReadOnlyList<Settlement> ended, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.Settle);
        command.Parameters.Add(new() { Value = Column(ended, each => each.Job.TenantId) });
        command.Parameters.Add(new() { Value = Column(ended, each => each.Job.Id) });
        command.Parameters.Add(new() { Value = Column(ended, each => each.Job.Lease) });
        command.Parameters.Add(new() { Value = Column(ended, each => each.State) });
        command.Parameters.Add(new() { Value = Column(ended, each => each.Delay), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Interval });
        command.Parameters.Add(new() { Value = Column(ended, each => each.Code is { } code ? TextColumn.Fit(code, TextColumn.CodeLength) : null) });
        command.Parameters.Add(new() { Value = Column(ended, each => each.Message is { } text ? TextColumn.Fit(text, TextColumn.MessageLength) : null) });
        command.Parameters.Add(new() { Value = Column(ended, each => each.CountsAttempt ? 0 : 1) });
        var settled = new Dictionary<long, string>(ended.Count);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            settled.Add(row.GetInt64(0), row.GetString(1));
        return settled;
    }

    /// <summary>Hands back, with their attempts, all jobs the worker holds except those under the given leases.</summary>
    internal async Task<int> HandBackAsync(string workerId, long[] exceptLeases, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.HandBack);
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = exceptLeases });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal async Task RegisterAsync(string workerId, QueueOptions options, string[] kinds, CancellationToken cancellationToken)
    {
        await using var command = Command(WorkerSql.Register);
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = options.WorkerName });
        command.Parameters.Add(new() { Value = options.Slots });
        command.Parameters.Add(new() { Value = kinds });
        command.Parameters.Add(new() { Value = options.Lease });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Says the worker lives. False when it was declared lost: then all its leases are gone.</summary>
    internal async Task<bool> HeartbeatAsync(string workerId, CancellationToken cancellationToken)
    {
        await using var command = Command(WorkerSql.Heartbeat);
        command.Parameters.Add(new() { Value = workerId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    internal async Task SignOffAsync(string workerId, CancellationToken cancellationToken)
    {
        await using var command = Command(WorkerSql.SignOff);
        command.Parameters.Add(new() { Value = workerId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Of the given claims, those whose lease still stands, with the wish to cancel if there is one.</summary>
    internal async Task<IReadOnlyDictionary<long, (string Code, string Reason)?>> HeldAsync(
        IReadOnlyList<ClaimedJob> jobs, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.Held);
        command.Parameters.Add(new() { Value = Column(jobs, job => job.TenantId) });
        command.Parameters.Add(new() { Value = Column(jobs, job => job.Id) });
        command.Parameters.Add(new() { Value = Column(jobs, job => job.Lease) });
        var held = new Dictionary<long, (string, string)?>(jobs.Count);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            held.Add(row.GetInt64(0), row.IsDBNull(1) ? null : (row.GetString(1), row.IsDBNull(2) ? "" : row.GetString(2)));
        return held;
    }

    /// <summary>Wakes the workers: there is something in the queue.</summary>
    internal async Task WakeAsync(string queue, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.Wake);
        command.Parameters.Add(new() { Value = queue });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = Timeout;
        return command;
    }

    private static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        return column;
    }
}
