using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>Fires what is due: enqueues the jobs and moves the schedules in one transaction.</summary>
/// <remarks>A row is locked from the look at its fire time to the commit that moves it, so no two workers fire it for one time.
/// The only clock is the database's.</remarks>
internal sealed partial class DueSchedules(Database dataSource, JobQueue queue, ILogger log)
{
    private const int BatchSize = 100;

    private int oneByOne;

    /// <summary>Fires a batch. Answers how many schedules were looked after; 0 when nothing is due that nobody else has.</summary>
    internal async Task<int> FireAsync(CancellationToken cancellationToken)
    {
        if (oneByOne == 0)
        {
            try
            {
                return await FireAsync(BatchSize, _ => { }, cancellationToken);
            }
            catch (Exception fault) when (IsOfOneSchedule(fault))
            {
                // One schedule may be at fault, and must not hold up the others of its batch.
                LogBatchFailed(fault.Message);
                oneByOne = BatchSize;
            }
        }

        oneByOne--;
        return await FireOneAsync(cancellationToken);
    }

    /// <summary>Whether something overdue is left, which another worker has, and how long until the next fire; null when none is to come.</summary>
    internal async Task<(bool IsOverdue, TimeSpan? UntilNext)> LookAheadAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ScheduleSql.Outlook);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        // Nobody sleeps for years; the bound keeps the number within the range of a TimeSpan.
        return (row.GetBoolean(0), row.IsDBNull(1) ? null : TimeSpan.FromSeconds(Math.Min(row.GetDouble(1), TimeSpan.SecondsPerDay)));
    }

    /// <summary>Whether trying again at once would fail again: not so when the database is away, or broke a deadlock.</summary>
    private static bool IsOfOneSchedule(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => true,
        PostgresException refused => !refused.IsTransient && !refused.SqlState.StartsWith("57", StringComparison.Ordinal), // 57: the server is being stopped
        NpgsqlException or OperationCanceledException or ObjectDisposedException => false,
        _ => true,
    };

    private async Task<int> FireOneAsync(CancellationToken cancellationToken)
    {
        DueSchedule? current = null;
        try
        {
            return await FireAsync(1, schedule => current = schedule, cancellationToken);
        }
        catch (Exception fault) when (current is not null && IsOfOneSchedule(fault))
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { SetAside(current, fault.Message) } };
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return 1;
        }
    }

    private async Task<int> FireAsync(int limit, Action<DueSchedule> onEach, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await LockAsync(connection, transaction, limit, cancellationToken);
        if (due.Count == 0)
            return 0;

        var fire = new ScheduleFire(queue, transaction);
        var unfinished = await fire.UnfinishedAsync(
            [.. due.Where(each => each is { LastJobId: not null, Definition.Overlap: OverlapPolicies.Skip }).Select(each => (each.TenantId, each.LastJobId!.Value))],
            cancellationToken);
        await using var moves = new NpgsqlBatch(connection, transaction);
        foreach (var schedule in due)
        {
            onEach(schedule);
            moves.BatchCommands.Add(await FireAsync(fire, schedule, unfinished, cancellationToken));
        }

        await moves.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return due.Count;
    }

    /// <summary>Enqueues what is due of one schedule. Answers the statement that moves it on.</summary>
    private async Task<NpgsqlBatchCommand> FireAsync(
        ScheduleFire fire, DueSchedule schedule, HashSet<(string TenantId, long JobId)> unfinished, CancellationToken cancellationToken)
    {
        var definition = schedule.Definition;
        FirePlan plan;
        try
        {
            var times = FireTimes.Of(definition.Timing, schedule.AnchorAt);
            plan = FirePlan.For(times, schedule.DueAt, schedule.Now, definition.Misfire, definition.MisfireTolerance);
        }
        catch (InvalidScheduleException fault)
        {
            // It was checked when it was saved: this machine knows its zone no more, or reads cron otherwise. Another worker may do better.
            return SetAside(schedule, fault.Message);
        }

        if (plan.LastDropped is { } dropped)
            LogMissed(schedule.Id, definition.Name, schedule.DueAt, dropped, definition.Misfire);
        var (lastFire, lastJob) = ((DateTimeOffset?)null, (long?)null);
        var (lastSkip, reason) = (plan.LastDropped, plan.LastDropped is null ? null : FireSkips.Missed);
        var isBusy = schedule.LastJobId is { } last && unfinished.Contains((schedule.TenantId, last));
        foreach (var time in plan.Fires)
        {
            if (isBusy)
            {
                (lastSkip, reason) = (time, FireSkips.PreviousUnfinished);
                continue;
            }

            if (await fire.EnqueueAsync(schedule.TenantId, schedule.Id, definition, ScheduleFire.KeyOf(time), cancellationToken) is { } job)
                (lastFire, lastJob, isBusy) = (time, job, definition.Overlap == OverlapPolicies.Skip);
            else
                (lastSkip, reason) = (time, FireSkips.EqualJobUnfinished);
        }

        LogFired(schedule.Id, definition.Name, lastJob, plan.Next);
        return Command(
            ScheduleSql.Move, schedule, ScheduleRow.Time(plan.Next), ScheduleRow.Time(lastFire),
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)lastJob ?? DBNull.Value }, ScheduleRow.Time(lastSkip), ScheduleRow.Text(reason));
    }

    private static async Task<List<DueSchedule>> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, int limit, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { new(ScheduleSql.BoundWaits), new(ScheduleSql.LockDue) { Parameters = { new() { Value = limit } } } },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var due = new List<DueSchedule>();
        while (await row.ReadAsync(cancellationToken))
            due.Add(ScheduleRow.ReadDue(row));
        return due;
    }

    private NpgsqlBatchCommand SetAside(DueSchedule schedule, string fault)
    {
        LogSetAside(schedule.Id, schedule.Definition.Name, schedule.DueAt, fault);
        return Command(ScheduleSql.SetAside, schedule, ScheduleRow.Text(TextColumn.Fit(fault, TextColumn.MessageLength)));
    }

    private static NpgsqlBatchCommand Command(string sql, DueSchedule schedule, params NpgsqlParameter[] values)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = schedule.TenantId }, new() { Value = schedule.Id } } };
        command.Parameters.AddRange(values);
        return command;
    }

    [LoggerMessage(LogLevel.Debug, "Schedule {ScheduleId} ({Name}) fired: job {JobId}, next fire {NextFireAt}")]
    private partial void LogFired(string scheduleId, string name, long? jobId, DateTimeOffset? nextFireAt);

    [LoggerMessage(LogLevel.Warning, "Schedule {ScheduleId} ({Name}) missed its fires from {From} to {Until}; its misfire policy {Policy} gives them up")]
    private partial void LogMissed(string scheduleId, string name, DateTimeOffset from, DateTimeOffset until, string policy);

    [LoggerMessage(LogLevel.Error, "Schedule {ScheduleId} ({Name}) cannot fire for {FireTime} and is tried again in a minute: {Fault}")]
    private partial void LogSetAside(string scheduleId, string name, DateTimeOffset fireTime, string fault);

    [LoggerMessage(LogLevel.Warning, "Firing schedules together failed, so they are fired one by one: {Reason}")]
    private partial void LogBatchFailed(string reason);
}

/// <summary>A schedule whose time has come, locked by this transaction.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="Id">Which.</param>
/// <param name="Definition">What it enqueues, and when.</param>
/// <param name="AnchorAt">Where the multiples of an interval are counted from.</param>
/// <param name="DueAt">The fire time that has come.</param>
/// <param name="LastJobId">The last job it enqueued.</param>
/// <param name="Now">The database's time.</param>
internal sealed record DueSchedule(
    string TenantId, string Id, ScheduleDefinition Definition, DateTimeOffset AnchorAt, DateTimeOffset DueAt, long? LastJobId, DateTimeOffset Now);
