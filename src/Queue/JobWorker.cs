using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Running;
using ScaiDrive.Queue.Upkeep;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Takes jobs from both queues and runs them until the host stops; then drains.</summary>
/// <remarks>Stopping: no more claims; running jobs get <see cref="QueueOptions.DrainTimeout"/> to finish; what is left is
/// cancelled and handed back without counting the attempt. The host's shutdown timeout must be a few seconds longer.
/// While the database is away the loops log and go on; which leases survived is asked once it is back.</remarks>
public sealed partial class JobWorker : BackgroundService
{
    private const string Channel = "queue";
    private const string CancelPrefix = "cancel:";

    private static readonly TimeSpan JournalInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PruneByAgeEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PruneByCountEvery = TimeSpan.FromMinutes(5);

    /// <summary>How long handlers may take to notice that they were cancelled, before their jobs are handed back under them.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(3);

    private readonly NpgsqlDataSource dataSource;
    private readonly QueueOptions options;
    private readonly NotificationListener listener;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly string[] kinds;
    private readonly JobStore store;
    private readonly JobJournal journal;
    private readonly OutcomeWriter outcomes;
    private readonly JobExecutor executor;
    private readonly LeaseRescuer rescuer;
    private readonly JobPruner pruner;
    private readonly Signal work;
    private readonly Signal check;

    // By lease: a job that came back while its lost copy is still ending is here twice.
    private readonly ConcurrentDictionary<long, (JobRun Run, Task Ended)> runs = new();
    private readonly CancellationTokenSource hurry = new();
    private volatile string workerId = "";
    private long rescueAgainAt;

    internal JobWorker(
        NpgsqlDataSource dataSource, JobHandlers handlers, IServiceScopeFactory scopes, QueueOptions options,
        NotificationListener listener, TimeProvider time, ILogger<JobWorker> log)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (this.dataSource, this.options, this.listener, this.time, this.log) = (dataSource, options, listener, time, log);
        kinds = handlers.Kinds;
        store = new JobStore(dataSource);
        journal = new JobJournal(dataSource);
        outcomes = new OutcomeWriter(store, journal, time, log);
        executor = new JobExecutor(handlers, scopes, options, log);
        rescuer = new LeaseRescuer(dataSource, log);
        pruner = new JobPruner(dataSource, options);
        (work, check) = (new Signal(time), new Signal(time));
    }

    /// <summary>This worker as it is shown with the jobs it holds; empty until it has registered. Changes when the worker
    /// was declared lost and came back.</summary>
    public string WorkerId => workerId;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The host's patience ends before ours: hand everything back now.
        await using var impatient = cancellationToken.Register(() => hurry.Cancel());
        await base.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        hurry.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Everything but the claiming goes on while the worker drains.
        using var life = new CancellationTokenSource();
        Task[] loops =
        [
            Task.Run(() => HeartbeatLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => ListenLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => JournalLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => outcomes.RunAsync(life.Token), CancellationToken.None),
            Task.Run(() => RescueLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => PruneLoopAsync(life.Token), CancellationToken.None),
        ];
        await Task.Run(() => ClaimLoopAsync(stoppingToken), CancellationToken.None);
        await DrainAsync();
        await life.CancelAsync();
        await Task.WhenAll(loops);
        await SignOffAsync();
    }

    private async Task ClaimLoopAsync(CancellationToken cancellationToken)
    {
        var reconcileAt = time.GetTimestamp();
        await LoopAsync("claim jobs", async () =>
        {
            if (workerId.Length == 0)
            {
                // The heartbeat registers the worker, and wakes this loop.
                await work.WaitAsync(options.PollInterval, cancellationToken);
                return;
            }

            // An answer to a claim may have been lost on its way here; nothing else would ever start those jobs.
            if (time.GetElapsedTime(reconcileAt) >= options.Lease)
            {
                await ReconcileAsync(cancellationToken);
                reconcileAt = time.GetTimestamp();
            }

            if (await ClaimAsync(cancellationToken) == 0)
                await work.WaitAsync(options.PollInterval, cancellationToken);
        }, onFault: () => reconcileAt = time.GetTimestamp() - (long)(options.Lease.TotalSeconds * time.TimestampFrequency), cancellationToken);
    }

    /// <summary>Fills the free slots. Answers how many jobs were started.</summary>
    private async Task<int> ClaimAsync(CancellationToken cancellationToken)
    {
        var plan = Plan();
        var started = 0;
        var floor = plan.LowBeforeHigh;
        var lowIsEmpty = false;
        if (floor > 0)
        {
            var low = await ClaimAsync(QueueNames.Low, floor, cancellationToken);
            lowIsEmpty = low < floor;
            plan = plan.WithLow(low);
            started += low;
        }

        if (plan.Free > 0)
        {
            var high = await ClaimAsync(QueueNames.High, plan.Free, cancellationToken);
            plan = plan.WithHigh(high);
            started += high;
        }

        if (!lowIsEmpty && plan.LowAfterHigh > 0)
            started += await ClaimAsync(QueueNames.Low, plan.LowAfterHigh, cancellationToken);
        return started;
    }

    private async Task<int> ClaimAsync(string queue, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Not cancelled half-way: the jobs might be ours without our knowing.
        var claimed = await store.ClaimAsync(queue, kinds, limit, workerId, CancellationToken.None);
        // Asked to stop while the claim was under way: what it got is handed back with the rest at the end.
        if (cancellationToken.IsCancellationRequested)
            return 0;
        foreach (var job in claimed)
            Start(job);
        return claimed.Count;
    }

    private SlotPlan Plan()
    {
        var (high, low) = (0, 0);
        foreach (var (run, _) in runs.Values)
        {
            if (run.HasEnded)
                continue;
            if (run.Queue == QueueNames.High)
                high++;
            else
                low++;
        }

        return new SlotPlan(options.Slots, options.LowFloor, options.HighReserve, high, low);
    }

    private void Start(ClaimedJob job)
    {
        var run = new JobRun(job, dataSource, journal, time);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        runs[job.Lease] = (run, RunAsync(run, begin.Task));
        begin.SetResult();
    }

    private async Task RunAsync(JobRun run, Task begin)
    {
        await begin;
        var startedAt = time.GetTimestamp();
        var settlement = await executor.RunAsync(run);
        QueueMetrics.Took(run.Queue, run.Job.Kind, time.GetElapsedTime(startedAt));
        // The slot is free from here; the outcome is written together with others.
        run.HasEnded = true;
        work.Set();
        if (run.IsCompleted)
            QueueMetrics.Ended(run.Queue, JobStates.Completed);
        else if (settlement is not null && await outcomes.WriteAsync(run, settlement) is { } state)
            QueueMetrics.Ended(run.Queue, state);
        runs.TryRemove(run.Job.Lease, out _);
        run.Dispose();
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var count = await store.HandBackAsync(workerId, [.. runs.Keys], cancellationToken);
        if (count > 0)
            LogReconciled(count);
    }

    private async Task HeartbeatLoopAsync(CancellationToken cancellationToken)
    {
        await LoopAsync("send a heartbeat", async () =>
        {
            await HeartbeatAsync(cancellationToken);
            await check.WaitAsync(options.Heartbeat, cancellationToken);
        }, onFault: HoldRescue, cancellationToken);
    }

    /// <summary>One heartbeat: registers when needed, and learns which jobs are no longer this worker's or not wanted.</summary>
    private async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        if (workerId.Length == 0 || !await store.HeartbeatAsync(workerId, cancellationToken))
        {
            if (workerId.Length > 0)
            {
                LogDeclaredLost(workerId);
                workerId = "";
            }

            var fresh = $"{options.WorkerName}-{Guid.NewGuid().ToString("N")[..8]}";
            await store.RegisterAsync(fresh, options, kinds, cancellationToken);
            workerId = fresh;
            work.Set();
        }

        // Listed before asking: a job claimed in between is not in the answer, and is not lost.
        JobRun[] listed = [.. runs.Values.Select(each => each.Run).Where(run => !run.HasEnded)];
        if (listed.Length == 0)
            return;
        var held = await store.HeldAsync([.. listed.Select(run => run.Job)], cancellationToken);
        foreach (var run in listed)
        {
            if (!held.TryGetValue(run.Job.Lease, out var cancellation))
            {
                if (!run.HasEnded && !run.EndsInTransaction && run.Stop(StopCause.LeaseLost))
                    LogLeaseLost(run.JobId, run.Attempt);
            }
            else if (cancellation is { } wish && run.Stop(StopCause.CancelRequested, wish))
            {
                LogCancelling(run.JobId, wish.Code);
            }
        }
    }

    /// <summary>After an outage every heartbeat is old, those of healthy workers too: they get one lease to report back
    /// before this worker looks for lost ones again.</summary>
    private void HoldRescue() =>
        Volatile.Write(ref rescueAgainAt, time.GetTimestamp() + (long)(options.Lease.TotalSeconds * time.TimestampFrequency));

    private Task RescueLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("look for lost workers", async () =>
        {
            if (workerId.Length > 0 && time.GetTimestamp() >= Volatile.Read(ref rescueAgainAt))
                await rescuer.StepAsync(cancellationToken);
            await Task.Delay(options.Heartbeat, time, cancellationToken);
        }, onFault: HoldRescue, cancellationToken);

    private Task PruneLoopAsync(CancellationToken cancellationToken)
    {
        var byCountAt = time.GetTimestamp();
        return LoopAsync("prune finished jobs", async () =>
        {
            await Task.Delay(PruneByAgeEvery, time, cancellationToken);
            await pruner.PruneByAgeAsync(cancellationToken);
            if (time.GetElapsedTime(byCountAt) < PruneByCountEvery)
                return;
            await pruner.PruneByCountAsync(cancellationToken);
            byCountAt = time.GetTimestamp();
        }, onFault: null, cancellationToken);
    }

    private Task ListenLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("listen for wake-ups", async () =>
        {
            await foreach (var payload in listener.ListenAsync(Channel, 10 * options.PollInterval, cancellationToken))
            {
                if (payload?.StartsWith(CancelPrefix, StringComparison.Ordinal) != true)
                    work.Set();
                if (payload is null || (payload.StartsWith(CancelPrefix, StringComparison.Ordinal) && IsOurs(payload)))
                    check.Set();
            }
        }, onFault: null, cancellationToken);

    private bool IsOurs(string payload) =>
        long.TryParse(payload.AsSpan(CancelPrefix.Length), out var jobId) && runs.Values.Any(each => each.Run.JobId == jobId);

    private Task JournalLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("write job logs", async () =>
        {
            await Task.Delay(JournalInterval, time, cancellationToken);
            if (!runs.IsEmpty)
                await journal.FlushAsync([.. runs.Values.Select(each => each.Run)], cancellationToken);
        }, onFault: null, cancellationToken);

    private async Task DrainAsync()
    {
        if (runs.IsEmpty)
            return;
        LogDraining(runs.Count);
        if (await EndWithinAsync(options.DrainTimeout, hurry.Token))
            return;
        foreach (var (run, _) in runs.Values)
            run.Stop(StopCause.Draining);
        if (!await EndWithinAsync(CancelGrace, CancellationToken.None))
            LogStubborn(runs.Count);
    }

    /// <summary>True when every attempt has ended and its outcome is written.</summary>
    private async Task<bool> EndWithinAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(runs.Values.Select(each => each.Ended)).WaitAsync(atMost, time, cancellationToken);
            return true;
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task SignOffAsync()
    {
        if (workerId.Length == 0)
            return;
        // The host is waiting, and the database may be what made it stop.
        using var patience = new CancellationTokenSource(CancelGrace, time);
        try
        {
            // Signed off first, so that no claim still on its way can be granted after the hand-back.
            await store.SignOffAsync(workerId, patience.Token);
            if (await store.HandBackAsync(workerId, [], patience.Token) > 0)
            {
                await store.WakeAsync(QueueNames.High, patience.Token);
                await store.WakeAsync(QueueNames.Low, patience.Token);
            }
        }
        catch (Exception fault)
        {
            // The database is away; the others will find this worker's heartbeat run out.
            LogNotSignedOff(fault);
        }
    }

    /// <summary>Repeats a step until cancelled. A fault is logged and followed by a growing pause: a loop that ended
    /// quietly would leave a worker that looks alive and does nothing.</summary>
    private async Task LoopAsync(string purpose, Func<Task> step, Action? onFault, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await step();
                failures = 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                onFault?.Invoke();
                if (failures == 0)
                    LogFault(fault, purpose);
                else
                    LogFaultAgain(purpose, fault.Message);
                try
                {
                    await Task.Delay(Backoff.After(failures++), time, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Cannot {Purpose}; trying again")]
    private partial void LogFault(Exception fault, string purpose);

    [LoggerMessage(LogLevel.Warning, "Still cannot {Purpose}: {Reason}")]
    private partial void LogFaultAgain(string purpose, string reason);

    [LoggerMessage(LogLevel.Warning, "This worker ({Worker}) was declared lost: its heartbeat came too late. It goes on under a new name")]
    private partial void LogDeclaredLost(string worker);

    [LoggerMessage(LogLevel.Warning, "Lost the lease of job {JobId}; cancelling attempt {Attempt}")]
    private partial void LogLeaseLost(long jobId, int attempt);

    [LoggerMessage(LogLevel.Information, "Cancelling job {JobId}: {Code}")]
    private partial void LogCancelling(long jobId, string code);

    [LoggerMessage(LogLevel.Warning, "Handed back {Count} jobs whose claim was lost on its way here")]
    private partial void LogReconciled(int count);

    [LoggerMessage(LogLevel.Information, "Draining: waiting for {Count} running jobs")]
    private partial void LogDraining(int count);

    [LoggerMessage(LogLevel.Warning, "{Count} handlers did not end when cancelled; their jobs are handed back under them")]
    private partial void LogStubborn(int count);

    [LoggerMessage(LogLevel.Warning, "Could not sign off; the other workers will take over what was left")]
    private partial void LogNotSignedOff(Exception fault);
}
