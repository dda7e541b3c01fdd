using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Queue.Control;
using ScaiDrive.Queue.Reading;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>What an operator may do to jobs: run them again, cancel them, move them to the other queue.</summary>
/// <remarks>One job, named ones, or all that a filter fits. Many are changed in steps of 500, each a transaction of its own,
/// so that nobody waits for the rest; what was done stays done when the caller goes away.</remarks>
public sealed class JobControl(Database dataSource)
{
    /// <summary>Jobs changed in one transaction.</summary>
    internal const int Step = 500;

    /// <summary>Pages looked through in one call, full or not.</summary>
    private const int MostPages = 40;

    /// <summary>How often a statement is tried again that another one of the same moment got in the way of.</summary>
    private const int Tries = 3;

    private static readonly string[] Waiting = [JobStates.Available, JobStates.Scheduled, JobStates.Retryable];
    private static readonly string[] Unfinished = [.. Waiting, JobStates.Running];
    private static readonly string[] NotRunning = [.. Waiting, JobStates.Discarded, JobStates.Completed, JobStates.Cancelled];

    private readonly JobPages pages = new(dataSource);

    /// <summary>Runs an ended job again with all its attempts, or one that waits for its time at once, behind whoever waits.</summary>
    public async Task<RetryResult> RetryAsync(string tenantId, long id, CancellationToken cancellationToken) =>
        (await ChangeAsync(Retrying(tenantId, null), [id], cancellationToken))[id] switch
        {
            "changed" or "in_line" => RetryResult.Requeued,
            "running" => RetryResult.StillRunning,
            "equal_job_waits" => RetryResult.EqualJobWaits,
            _ => RetryResult.NotFound,
        };

    /// <summary>Ends a waiting job at once; asks a running one to end, which its worker learns within a moment.</summary>
    /// <param name="tenantId">Whose job.</param>
    /// <param name="id">The job.</param>
    /// <param name="reason">For a person; kept with the job under the code <see cref="JobErrorCodes.CancelledByRequest"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<CancelResult> CancelAsync(string tenantId, long id, string reason, CancellationToken cancellationToken) =>
        (await ChangeAsync(Cancelling(tenantId, reason, null), [id], cancellationToken))[id] switch
        {
            "changed" => CancelResult.Cancelled,
            "asked" => CancelResult.Requested,
            "ended" => CancelResult.AlreadyFinished,
            _ => CancelResult.NotFound,
        };

    /// <summary>Puts a waiting job into the other queue, behind whoever waits there.</summary>
    /// <exception cref="ArgumentException">There is no such queue.</exception>
    public async Task<MoveResult> MoveAsync(string tenantId, long id, string queue, CancellationToken cancellationToken) =>
        (await ChangeAsync(Moving(tenantId, queue, null), [id], cancellationToken))[id] switch
        {
            "changed" => MoveResult.Moved,
            "in_queue" => MoveResult.AlreadyThere,
            "running" => MoveResult.StillRunning,
            "ended" => MoveResult.AlreadyFinished,
            _ => MoveResult.NotFound,
        };

    /// <summary>Runs many jobs again. A filter that names no state means the discarded ones.</summary>
    /// <exception cref="ArgumentException">The selection is empty or asks for running jobs.</exception>
    public Task<BulkResult> RetryAsync(JobSelection selection, CancellationToken cancellationToken)
    {
        var states = RetryStates(selection);
        return ChangeManyAsync(selection, states, expected => Retrying(selection.TenantId, expected), cancellationToken);
    }

    /// <summary>Cancels many jobs. A filter that names no state means all that have not ended.</summary>
    /// <exception cref="ArgumentException">The selection is empty or asks for jobs that have ended.</exception>
    public Task<BulkResult> CancelAsync(JobSelection selection, string reason, CancellationToken cancellationToken)
    {
        var states = CancelStates(selection);
        return ChangeManyAsync(selection, states, expected => Cancelling(selection.TenantId, reason, expected), cancellationToken);
    }

    /// <summary>Moves many waiting jobs into the other queue. A filter that names no state means all that wait.</summary>
    /// <exception cref="ArgumentException">There is no such queue; the selection is empty or asks for jobs that do not wait.</exception>
    public Task<BulkResult> MoveAsync(JobSelection selection, string queue, CancellationToken cancellationToken)
    {
        var states = MoveStates(selection);
        Moving(selection.TenantId, queue, null);
        return ChangeManyAsync(selection, states, expected => Moving(selection.TenantId, queue, expected), cancellationToken);
    }

    /// <summary>How many jobs <see cref="RetryAsync(JobSelection, CancellationToken)"/> would look at.</summary>
    /// <exception cref="ArgumentException">As there.</exception>
    public Task<BulkCount> CountForRetryAsync(JobSelection selection, CancellationToken cancellationToken) =>
        CountAsync(selection, RetryStates(selection), cancellationToken);

    /// <summary>How many jobs <see cref="CancelAsync(JobSelection, string, CancellationToken)"/> would look at.</summary>
    /// <exception cref="ArgumentException">As there.</exception>
    public Task<BulkCount> CountForCancelAsync(JobSelection selection, CancellationToken cancellationToken) =>
        CountAsync(selection, CancelStates(selection), cancellationToken);

    /// <summary>How many jobs <see cref="MoveAsync(JobSelection, string, CancellationToken)"/> would look at.</summary>
    /// <exception cref="ArgumentException">As there.</exception>
    public Task<BulkCount> CountForMoveAsync(JobSelection selection, CancellationToken cancellationToken) =>
        CountAsync(selection, MoveStates(selection), cancellationToken);

    private static string[] RetryStates(JobSelection selection) =>
        States(selection, NotRunning, [JobStates.Discarded], "A running job cannot be run again; cancel it first.");

    private static string[] CancelStates(JobSelection selection) =>
        States(selection, Unfinished, Unfinished, "Jobs that have ended cannot be cancelled.");

    private static string[] MoveStates(JobSelection selection) => States(selection, Waiting, Waiting, "Only jobs that wait can be moved.");

    /// <summary>Which states are meant: of jobs named one by one, all that the change is for.</summary>
    private static string[] States(JobSelection selection, string[] possible, string[] usual, string refusal)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if (selection.Ids is not null)
        {
            return selection.Ids.Count is 0 or > JobSelection.MaxIds
                ? throw new ArgumentException($"1 to {JobSelection.MaxIds} jobs can be named, not {selection.Ids.Count}.", nameof(selection))
                : possible;
        }

        if (selection.Filter is not { } filter)
            throw new ArgumentException("Say which jobs: by their ids or by a filter.", nameof(selection));
        if (filter.TenantId != selection.TenantId)
            throw new ArgumentException("The filter is for another tenant.", nameof(selection));
        if (filter.State is null)
            return usual;
        return possible.Contains(filter.State) ? [filter.State] : throw new ArgumentException(refusal, nameof(selection));
    }

    private async Task<BulkResult> ChangeManyAsync(
        JobSelection selection, string[] states, Func<string[]?, Change> change, CancellationToken cancellationToken)
    {
        var outcomes = new Dictionary<string, long>(StringComparer.Ordinal);
        if (selection.Ids is { } ids)
        {
            foreach (var some in ids.Distinct().Chunk(Step))
                Add(await ChangeAsync(change(null), some, cancellationToken));
            return Result(null);
        }

        // Chosen by what it was: what has moved on since, by another hand or by itself, is left alone.
        var chosen = change(states);
        var key = selection.Filter!.AfterId;
        for (var page = 0; page < MostPages; page++)
        {
            var found = await pages.ReadAsync(selection.Filter with { AfterId = key }, states, Step, cancellationToken);
            if (found.Jobs.Count > 0)
                Add(await ChangeAsync(chosen, [.. found.Jobs.Select(job => job.Id)], cancellationToken));
            key = found.NextAfterId;
            if (key is null)
                break;
        }

        return Result(key);

        void Add(Dictionary<long, string> some)
        {
            foreach (var outcome in some.Values)
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        BulkResult Result(long? continueAfterId)
        {
            var changed = outcomes.GetValueOrDefault("changed") + outcomes.GetValueOrDefault("asked");
            var refused = outcomes.Where(outcome => outcome.Key is not ("changed" or "asked")).ToDictionary(StringComparer.Ordinal);
            return new BulkResult(outcomes.Values.Sum(), changed, refused.Values.Sum(), refused, continueAfterId);
        }
    }

    private async Task<BulkCount> CountAsync(JobSelection selection, string[] states, CancellationToken cancellationToken)
    {
        if (selection.Ids is { } ids)
        {
            await using var walk = dataSource.CreateWalk(ControlSql.CountNamed, out var command);
            command.Parameters.Add(new() { Value = selection.TenantId });
            command.Parameters.Add(new() { Value = ids.Distinct().ToArray() });
            command.Parameters.Add(new() { Value = states });
            await using var row = await walk.ReadWalkAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            return new BulkCount(row.GetInt64(0), IsExact: true);
        }

        var (count, key) = (0L, selection.Filter!.AfterId);
        for (var page = 0; page < MostPages; page++)
        {
            var found = await pages.ReadAsync(selection.Filter with { AfterId = key }, states, Step, cancellationToken);
            (count, key) = (count + found.Jobs.Count, found.NextAfterId);
            if (key is null)
                return new BulkCount(count, IsExact: true);
        }

        return new BulkCount(count, IsExact: false);
    }

    /// <summary>One transaction, and a second look for jobs that were on their way between the tables in the first.</summary>
    private async Task<Dictionary<long, string>> ChangeAsync(Change change, long[] ids, CancellationToken cancellationToken)
    {
        var outcomes = await TryAsync(change, ids, cancellationToken);
        long[] missing = [.. outcomes.Where(outcome => outcome.Value == "missing").Select(outcome => outcome.Key)];
        if (missing.Length > 0)
        {
            foreach (var (id, outcome) in await TryAsync(change, missing, cancellationToken))
                outcomes[id] = outcome;
        }

        return outcomes;
    }

    private async Task<Dictionary<long, string>> TryAsync(Change change, long[] ids, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await RunAsync(change, ids, cancellationToken);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // Somebody took one of the keys in this very moment. A fresh look usually sees whose it is now.
                if (tries < Tries)
                    continue;
                if (ids.Length == 1)
                    return new() { [ids[0]] = "equal_job_waits" };
                var outcomes = new Dictionary<long, string>();
                foreach (var id in ids)
                    outcomes[id] = (await TryAsync(change, [id], cancellationToken))[id];
                return outcomes;
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.DeadlockDetected && tries < Tries)
            {
            }
        }
    }

    private async Task<Dictionary<long, string>> RunAsync(Change change, long[] ids, CancellationToken cancellationToken)
    {
        await using var walk = dataSource.CreateWalk(change.Sql, out var command);
        command.Parameters.Add(new() { Value = change.TenantId });
        command.Parameters.Add(new() { Value = ids });
        foreach (var value in change.Texts)
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = (object?)change.States ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        var outcomes = new Dictionary<long, string>(ids.Length);
        await using var row = await walk.ReadWalkAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            outcomes[row.GetInt64(0)] = row.GetString(1);
        return outcomes;
    }

    private static Change Retrying(string tenantId, string[]? states) => new(ControlSql.Retry, tenantId, [], states);

    private static Change Cancelling(string tenantId, string reason, string[]? states) =>
        new(ControlSql.Cancel, tenantId, [JobErrorCodes.CancelledByRequest, TextColumn.Fit(reason, TextColumn.MessageLength)], states);

    private static Change Moving(string tenantId, string queue, string[]? states) => queue is QueueNames.High or QueueNames.Low
        ? new(ControlSql.Move, tenantId, [queue], states)
        : throw new ArgumentException($"There is no queue '{queue}'; it is '{QueueNames.High}' or '{QueueNames.Low}'.", nameof(queue));

    /// <summary>One of the statements and what it needs besides the jobs.</summary>
    private sealed record Change(string Sql, string TenantId, string[] Texts, string[]? States);
}
