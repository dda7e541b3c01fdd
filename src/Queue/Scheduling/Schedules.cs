using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ScaiDrive.Queue.Scheduling;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Sets schedules up, changes them and shows them. Who fires them is <see cref="ScheduleRunner"/>, in every worker.</summary>
/// <remarks>Whether a time has come is judged by the database's clock alone. Thread-safe; one per process.</remarks>
[SuppressMessage("Performance", "CA1822", Justification = "Reads and writes belong to one store; which of them need the pool is its own affair.")]
public sealed class Schedules(Database dataSource, JobQueue queue)
{
    private const int MaxLimit = 500;
    private const int MaxPreview = 1000;

    /// <summary>Sets a schedule up, in a transaction of its own.</summary>
    /// <exception cref="InvalidScheduleException">A field cannot work, or no fire would ever come.</exception>
    /// <exception cref="ScheduleConflictException">The tenant has a schedule of that name.</exception>
    public Task<Schedule> CreateAsync(string tenantId, ScheduleDefinition definition, CancellationToken cancellationToken) =>
        InTransactionAsync(transaction => CreateAsync(transaction, tenantId, definition, cancellationToken), cancellationToken);

    /// <summary>Sets a schedule up with the caller's commit.</summary>
    /// <exception cref="InvalidScheduleException">A field cannot work, or no fire would ever come.</exception>
    /// <exception cref="ScheduleConflictException">The tenant has a schedule of that name.</exception>
    public async Task<Schedule> CreateAsync(NpgsqlTransaction transaction, string tenantId, ScheduleDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrWhiteSpace(tenantId);
        return await InsertAsync(transaction, tenantId, null, definition, null, null, cancellationToken) ?? throw NameTaken(definition.Name);
    }

    /// <summary>Sets up the one schedule of an owner, or brings it in line. What fires next stays unless its timing or its pause changes.</summary>
    /// <param name="transaction">The owner's transaction.</param>
    /// <param name="tenantId">Whose.</param>
    /// <param name="ownerId">What keeps the schedule in step with itself, such as a connector's id. People cannot change it then.</param>
    /// <param name="definition">What it shall be.</param>
    /// <param name="pause">The pause it shall be in, or null.</param>
    /// <param name="since">For a new one, since when it might have fired: a first fire that has passed already is due at once. Default now.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="InvalidScheduleException">A field cannot work, or no fire would ever come.</exception>
    /// <exception cref="ScheduleConflictException">Another schedule of the tenant has this name.</exception>
    public async Task<Schedule> UpsertAsync(
        NpgsqlTransaction transaction, string tenantId, string ownerId, ScheduleDefinition definition, SchedulePause? pause, DateTimeOffset? since,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrWhiteSpace(tenantId);
        ArgumentException.ThrowIfNullOrWhiteSpace(ownerId);
        for (var tries = 0; tries < 2; tries++)
        {
            if (await LockOwnedAsync(transaction, tenantId, ownerId, cancellationToken) is { } found)
                return await ChangeAsync(transaction, found, definition, pause, cancellationToken);
            // Somebody else may set it up in the same moment; then it is there at the second look.
            if (await InsertAsync(transaction, tenantId, ownerId, definition, pause, since, cancellationToken) is { } added)
                return added;
        }

        throw NameTaken(definition.Name);
    }

    /// <summary>Changes a schedule. Without a new timing it fires next when it would have.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="change">Makes the new definition of the present one, which nobody else can change meanwhile.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The schedule as it is now, or null when it does not exist.</returns>
    /// <exception cref="InvalidScheduleException">A field cannot work, or no fire would ever come.</exception>
    /// <exception cref="ScheduleConflictException">The name is taken, or the schedule has an owner.</exception>
    public Task<Schedule?> UpdateAsync(
        string tenantId, string id, Func<ScheduleDefinition, ScheduleDefinition> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return OnUnownedAsync(
            tenantId,
            id,
            (transaction, found) => ChangeAsync(transaction, found, change(found.Schedule.Definition), found.Schedule.Pause, cancellationToken),
            cancellationToken);
    }

    /// <summary>Stops a schedule. Fires that fall into the pause are dropped, one that is overdue already included.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="pause">Who, why, until when.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The schedule as it is now, or null when it does not exist.</returns>
    /// <exception cref="InvalidScheduleException">The end of the pause has passed.</exception>
    /// <exception cref="ScheduleConflictException">The schedule has an owner.</exception>
    public Task<Schedule?> PauseAsync(string tenantId, string id, SchedulePause pause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pause);
        return OnUnownedAsync(
            tenantId,
            id,
            (transaction, found) => pause.Until <= found.Now
                ? throw new InvalidScheduleException("until", "until has passed already; give a later time, or leave it out for a pause without an end.")
                : ChangeAsync(transaction, found, found.Schedule.Definition, pause, cancellationToken),
            cancellationToken);
    }

    /// <summary>Lets a paused schedule go on with its next fire from now; does nothing to one that is not paused.</summary>
    /// <returns>The schedule as it is now, or null when it does not exist.</returns>
    /// <exception cref="ScheduleConflictException">The schedule has an owner.</exception>
    public Task<Schedule?> ResumeAsync(string tenantId, string id, CancellationToken cancellationToken) =>
        OnUnownedAsync(
            tenantId, id, (transaction, found) => ChangeAsync(transaction, found, found.Schedule.Definition, null, cancellationToken), cancellationToken);

    /// <summary>Removes a schedule. Jobs it has enqueued stay.</summary>
    /// <returns>False when it does not exist.</returns>
    /// <exception cref="ScheduleConflictException">The schedule has an owner.</exception>
    public async Task<bool> DeleteAsync(string tenantId, string id, CancellationToken cancellationToken) =>
        await OnUnownedAsync(
            tenantId,
            id,
            async (transaction, found) =>
            {
                await ExecuteAsync(transaction, ScheduleSql.Delete, cancellationToken, tenantId, id);
                return found.Schedule;
            },
            cancellationToken) is not null;

    /// <summary>Removes the schedule of an owner with the owner's commit.</summary>
    /// <returns>False when it has none.</returns>
    public async Task<bool> DeleteOwnedAsync(NpgsqlTransaction transaction, string tenantId, string ownerId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return await ExecuteAsync(transaction, ScheduleSql.DeleteOwned, cancellationToken, tenantId, ownerId) > 0;
    }

    /// <summary>One schedule, or null.</summary>
    public async Task<Schedule?> FindAsync(string tenantId, string id, CancellationToken cancellationToken)
    {
        await using var command = With(dataSource.CreateCommand(ScheduleSql.Find), tenantId, id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? ScheduleRow.Read(row) : null;
    }

    /// <summary>One page of a tenant's schedules, newest first.</summary>
    public async Task<SchedulePage> ListAsync(ScheduleFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var limit = Math.Clamp(filter.Limit, 1, MaxLimit);
        // One more than asked for tells whether there is another page.
        await using var command = With(
            dataSource.CreateCommand(ScheduleSql.List), filter.TenantId, ScheduleRow.Text(filter.AfterId), limit + 1,
            ScheduleRow.Text(filter.Kind), ScheduleRow.Text(filter.State), ScheduleRow.Text(filter.Connector));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var schedules = new List<Schedule>();
        while (await row.ReadAsync(cancellationToken))
            schedules.Add(ScheduleRow.Read(row));
        return schedules.Count > limit ? new SchedulePage(schedules[..limit], schedules[limit - 1].Id) : new SchedulePage(schedules, null);
    }

    /// <summary>Enqueues the schedule's job at once, paused or not. The next fire stays where it is.</summary>
    /// <returns>The job, or why there is none; null when the schedule does not exist.</returns>
    public async Task<RunNowResult?> RunNowAsync(string tenantId, string id, CancellationToken cancellationToken) =>
        await InTransactionAsync(
            async transaction =>
            {
                if (await LockAsync(transaction, tenantId, id, cancellationToken) is not { } found)
                    return null;
                var fire = new ScheduleFire(queue, transaction);
                var definition = found.Schedule.Definition;
                if (definition.Overlap == OverlapPolicies.Skip && found.Schedule.LastJobId is { } last
                    && (await fire.UnfinishedAsync([(tenantId, last)], cancellationToken)).Count > 0)
                {
                    return new RunNowResult(null, FireSkips.PreviousUnfinished);
                }

                var job = await fire.EnqueueAsync(tenantId, id, definition, "now-" + ScheduleFire.KeyOf(found.Now), cancellationToken);
                if (job is { } number)
                    await ExecuteAsync(transaction, ScheduleSql.RanNow, cancellationToken, tenantId, id, number);
                return new RunNowResult(job, job is null ? FireSkips.EqualJobUnfinished : null);
            },
            cancellationToken);

    /// <summary>The next fires of a schedule as it stands, soonest first. One that is paused without an end is shown as if it were resumed now.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="count">How many, 1 to 1000; fewer when the schedule ends before.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Null when it does not exist.</returns>
    public async Task<IReadOnlyList<DateTimeOffset>?> PreviewAsync(string tenantId, string id, int count, CancellationToken cancellationToken)
    {
        await using var command = With(dataSource.CreateCommand(ScheduleSql.Find), tenantId, id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var schedule = ScheduleRow.Read(row);
        var times = FireTimes.Of(schedule.Definition.Timing, schedule.AnchorAt);
        return Take(times, schedule.NextFireAt ?? times.After(ScheduleRow.ReadNow(row)), count);
    }

    /// <summary>The next fires of a timing that nobody has saved yet, as if it were set up now.</summary>
    /// <exception cref="InvalidScheduleException">A field cannot work.</exception>
    public async Task<IReadOnlyList<DateTimeOffset>> PreviewAsync(ScheduleTiming timing, int count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(timing);
        await using var command = dataSource.CreateCommand(ScheduleSql.Now);
        var now = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
        var times = FireTimes.Of(timing, timing.StartAt ?? WholeSecond(now));
        return Take(times, times.After(now), count);
    }

    private static List<DateTimeOffset> Take(FireTimes times, DateTimeOffset? first, int count)
    {
        var fires = new List<DateTimeOffset>();
        for (var next = first; next is { } time && fires.Count < Math.Clamp(count, 1, MaxPreview); next = times.After(time))
            fires.Add(time);
        return fires;
    }

    /// <returns>Null when the name is taken, or the owner has one.</returns>
    private static async Task<Schedule?> InsertAsync(
        NpgsqlTransaction transaction, string tenantId, string? ownerId, ScheduleDefinition definition, SchedulePause? pause, DateTimeOffset? since,
        CancellationToken cancellationToken)
    {
        definition = Checked(definition);
        await using var clock = new NpgsqlCommand(ScheduleSql.Now, transaction.Connection, transaction);
        var now = new DateTimeOffset((DateTime)(await clock.ExecuteScalarAsync(cancellationToken))!);
        var anchor = definition.Timing.StartAt ?? WholeSecond(since ?? now);
        var times = FireTimes.Of(definition.Timing, anchor);
        var next = FirstFire(times, now, pause, definition.Timing);
        if (since is { } earlier && pause is null)
            next = times.After(earlier);
        var id = PrefixedId.New("sch");
        if (await ExecuteAsync(transaction, ScheduleSql.Insert, cancellationToken, ScheduleRow.Values(tenantId, id, ownerId, definition, anchor, next, pause)) == 0)
            return null;
        return await SavedAsync(transaction, tenantId, id, cancellationToken);
    }

    private static async Task<Schedule> ChangeAsync(
        NpgsqlTransaction transaction, LockedSchedule found, ScheduleDefinition definition, SchedulePause? pause, CancellationToken cancellationToken)
    {
        definition = Checked(definition);
        var (before, now) = (found.Schedule, found.Now);
        if (definition == before.Definition && pause == before.Pause)
            return before;
        var (anchor, next) = (before.AnchorAt, before.NextFireAt);
        if (definition.Timing != before.Definition.Timing)
        {
            // A longer or shorter interval counts from the last fire, so that saving often does not put it off for ever.
            anchor = definition.Timing.StartAt ?? before.LastFireAt ?? (before.AnchorAt < now ? before.AnchorAt : WholeSecond(now));
            next = FirstFire(FireTimes.Of(definition.Timing, anchor), now, pause, definition.Timing);
        }
        else if (pause?.Until != before.Pause?.Until || (pause is null) != (before.Pause is null))
        {
            next = NextFire(FireTimes.Of(definition.Timing, anchor), now, pause);
        }

        try
        {
            await ExecuteAsync(
                transaction, ScheduleSql.Save, cancellationToken, ScheduleRow.Values(before.TenantId, before.Id, before.OwnerId, definition, anchor, next, pause));
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw NameTaken(definition.Name);
        }

        return await SavedAsync(transaction, before.TenantId, before.Id, cancellationToken);
    }

    private static DateTimeOffset? NextFire(FireTimes times, DateTimeOffset now, SchedulePause? pause) => pause switch
    {
        null => times.After(now),
        { Until: { } until } => until > now ? times.From(until) : times.After(now),
        _ => null,
    };

    /// <summary>Refuses a timing that would never fire, which is a mistake in it more likely than a wish.</summary>
    private static DateTimeOffset? FirstFire(FireTimes times, DateTimeOffset now, SchedulePause? pause, ScheduleTiming timing)
    {
        if (times.After(now) is null)
        {
            throw timing.EndAt is null
                ? new InvalidScheduleException("cron", $"cron '{timing.Cron}' has no time left at which it would fire.")
                : new InvalidScheduleException("end_at", "end_at leaves no time at which the schedule would fire; give a later one.");
        }

        return NextFire(times, now, pause);
    }

    /// <summary>As the database will give it back, so that saving the same again is no change.</summary>
    private static ScheduleDefinition Checked(ScheduleDefinition definition)
    {
        ScheduleRules.Check(definition);
        var timing = definition.Timing;
        return definition with
        {
            Overlap = definition.Overlap,
            Timing = timing with
            {
                StartAt = Microseconds(timing.StartAt),
                EndAt = Microseconds(timing.EndAt),
            },
        };
    }

    private static DateTimeOffset? Microseconds(DateTimeOffset? time) =>
        time is { } exact ? new DateTimeOffset(exact.UtcTicks - (exact.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero) : null;

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static async Task<Schedule> SavedAsync(NpgsqlTransaction transaction, string tenantId, string id, CancellationToken cancellationToken)
    {
        await ExecuteAsync(transaction, ScheduleSql.Changed, cancellationToken);
        return (await LockAsync(transaction, tenantId, id, cancellationToken))?.Schedule
            ?? throw new InvalidOperationException($"Schedule {id} was saved but cannot be read.");
    }

    private Task<Schedule?> OnUnownedAsync(
        string tenantId, string id, Func<NpgsqlTransaction, LockedSchedule, Task<Schedule>> body, CancellationToken cancellationToken) =>
        InTransactionAsync(
            async transaction => await LockAsync(transaction, tenantId, id, cancellationToken) switch
            {
                null => null,
                { Schedule.OwnerId: { } owner } => throw new ScheduleConflictException(
                    ScheduleConflictException.Owned, $"Schedule {id} follows {owner}: change, pause or delete that instead."),
                var found => await body(transaction, found),
            },
            cancellationToken);

    private async Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, Task<T>> body, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await body(transaction);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private static Task<LockedSchedule?> LockAsync(NpgsqlTransaction transaction, string tenantId, string id, CancellationToken cancellationToken) =>
        LockAsync(transaction, ScheduleSql.FindForUpdate, cancellationToken, tenantId, id);

    private static Task<LockedSchedule?> LockOwnedAsync(NpgsqlTransaction transaction, string tenantId, string ownerId, CancellationToken cancellationToken) =>
        LockAsync(transaction, ScheduleSql.FindOwnedForUpdate, cancellationToken, tenantId, ownerId);

    private static async Task<LockedSchedule?> LockAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = With(new Statement(transaction, sql), values);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new LockedSchedule(ScheduleRow.Read(row), ScheduleRow.ReadNow(row)) : null;
    }

    private static async Task<int> ExecuteAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = With(new Statement(transaction, sql), values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Statement With(Statement command, params object[] values)
    {
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }

    private static ScheduleConflictException NameTaken(string name) =>
        new(ScheduleConflictException.NameTaken, $"There is a schedule named '{name}' already.");

    /// <summary>A row this transaction holds, and the database's time.</summary>
    private sealed record LockedSchedule(Schedule Schedule, DateTimeOffset Now);
}
