using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Fairness;
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
    private const string LanesPrefix = "lanes:";
    private const string FrontPrefix = "front:";

    private static readonly TimeSpan JournalInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FoldInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PruneByAgeEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PruneByCountEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AuditEvery = TimeSpan.FromHours(6);

    /// <summary>Jobs held ahead wait no longer than this before others may have them.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(2);

    /// <summary>Jobs put in line in one step.</summary>
    private const int PromoteStep = 1000;

    /// <summary>Jobs that a slot starts before it lets others of this process have the thread.</summary>
    private const int JobsBetweenYields = 32;

    /// <summary>Writes of outcomes under way at once.</summary>
    private const int Writers = 3;

    /// <summary>How long handlers may take to notice that they were cancelled, before their jobs are handed back under them.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(3);

    private readonly Database dataSource;
    private readonly QueueOptions options;
    private readonly NotificationListener listener;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly string[] kinds;
    private readonly JobStore store;
    private readonly KeptConnection[] kept;
    private readonly JobStore claims;
    private readonly JobJournal journal;
    private readonly OutcomeWriter outcomes;
    private readonly JobExecutor executor;
    private readonly LeaseRescuer rescuer;
    private readonly JobPruner pruner;
    private readonly TallyFolder folder;
    private readonly TallyAuditor auditor;
    private readonly LaneBoard board;
    private readonly Signal work;
    private readonly Signal check;
    private readonly Signal due;
    private readonly Signal ended;

    // A job that came back while its lost copy is still ending is here twice, under two leases.
    private readonly ConcurrentDictionary<(long Lease, long Id), JobRun> runs = new();
    private readonly ConcurrentQueue<(int[] Lanes, bool AtFront)> news = new();
    private readonly CancellationTokenSource hurry = new();
    private volatile string workerId = "";
    private volatile bool lookAtAll = true;
    private volatile bool isStopping;
    private long rescueAgainAt;
    private long beatAt;

    internal JobWorker(
        Database dataSource, JobHandlers handlers, IServiceScopeFactory scopes, QueueOptions options,
        NotificationListener listener, TallyAuditor auditor, TimeProvider time, ILogger<JobWorker> log)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (this.dataSource, this.options, this.listener, this.auditor, this.time, this.log) = (dataSource, options, listener, auditor, time, log);
        kinds = handlers.Kinds;
        store = new JobStore(dataSource, time);
        kept = [.. Enumerable.Range(0, 1 + Writers).Select(_ => new KeptConnection(dataSource))];
        claims = new JobStore(dataSource, time, kept[0]);
        journal = new JobJournal(dataSource);
        outcomes = new OutcomeWriter([.. kept.Skip(1).Select(each => new JobStore(dataSource, time, each))], journal, OnWritten, time, log);
        executor = new JobExecutor(handlers, scopes, options, log);
        rescuer = new LeaseRescuer(dataSource, log);
        pruner = new JobPruner(dataSource, options);
        folder = new TallyFolder(dataSource, time);
        board = new LaneBoard(options, time);
        (work, check, due, ended) = (new Signal(time), new Signal(time), new Signal(time), new Signal(time));
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
        // From the first moment: a claim that is under way then starts nothing more.
        await using var stopping = stoppingToken.Register(() => isStopping = true);
        // Everything but the claiming goes on while the worker drains.
        using var life = new CancellationTokenSource();
        Task[] loops =
        [
            Task.Run(() => HeartbeatLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => ListenLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => JournalLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => outcomes.RunAsync(life.Token), CancellationToken.None),
            Task.Run(() => RescueLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => PromoteLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => FoldLoopAsync(life.Token), CancellationToken.None),
            Task.Run(() => PruneLoopAsync(life.Token), CancellationToken.None),
        ];
        await Task.Run(() => ClaimLoopAsync(stoppingToken), CancellationToken.None);
        await DrainAsync();
        await life.CancelAsync();
        await Task.WhenAll(loops);
        foreach (var connection in kept)
            await connection.DisposeAsync();
        await SignOffAsync();
    }

    private async Task ClaimLoopAsync(CancellationToken cancellationToken)
    {
        var (reconcileAt, lookAt) = (time.GetTimestamp(), time.GetTimestamp());
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

            if (lookAtAll || time.GetElapsedTime(lookAt) >= options.PollInterval)
            {
                lookAtAll = false;
                await LookAtAllAsync(cancellationToken);
                lookAt = time.GetTimestamp();
            }

            await HearNewsAsync(cancellationToken);
            if (await ClaimAsync(cancellationToken))
                return;
            var pause = options.PollInterval - time.GetElapsedTime(lookAt);
            if (board.AskAgainAfter() is { } after && after < pause)
                pause = after;
            if (pause > TimeSpan.Zero)
                await work.WaitAsync(pause, cancellationToken);
        }, onFault: () => (reconcileAt, lookAtAll) = (time.GetTimestamp() - Ticks(options.Lease), true), cancellationToken);
    }

    /// <summary>Learns which lanes have jobs in line, by the counters, and which rules hold.</summary>
    private async Task LookAtAllAsync(CancellationToken cancellationToken)
    {
        var (waiting, rules) = await store.WaitingAsync(kinds, cancellationToken);
        HandBack(board.Refresh(waiting, rules));
    }

    /// <summary>Learns of lanes that somebody said have jobs.</summary>
    private async Task HearNewsAsync(CancellationToken cancellationToken)
    {
        while (news.TryDequeue(out var heard))
        {
            if (board.Unknown(heard.Lanes) is { Length: > 0 } unknown)
                board.Learn(await store.LanesAsync(unknown, kinds, cancellationToken));
            board.MayHave(heard.Lanes, heard.AtFront);
        }
    }

    /// <summary>Claims what there is room for and starts what finds a slot. False when there was nothing to ask for.</summary>
    private async Task<bool> ClaimAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var plan = board.Plan(outcomes.Unwritten);
        if (plan.IsEmpty)
            return false;
        // Not cancelled half-way: the jobs might be ours without our knowing.
        var startedAt = time.GetTimestamp();
        if (plan.Asks.Count > 0)
        {
            var result = await claims.ClaimAsync(plan.Asks, board.Rows(plan.Asks), workerId, CancellationToken.None);
            outcomes.Expect(result.Jobs);
            board.Add(plan, result, time.GetElapsedTime(startedAt));
            StartJobs();
        }

        foreach (var ask in plan.LimitedAsks)
        {
            startedAt = time.GetTimestamp();
            var result = await claims.ClaimLimitedAsync(ask, board.Rows([ask])[ask.Lane], workerId, CancellationToken.None);
            outcomes.Expect(result.Claim.Jobs);
            board.Add(ask, result, time.GetElapsedTime(startedAt));
            StartJobs();
        }

        return true;
    }

    private void StartJobs()
    {
        while (Next(null) is { } job)
            _ = Task.Run(() => RunSlotAsync(job));
    }

    private ClaimedJob? Next((ClaimedJob Job, TimeSpan Ran)? ended)
    {
        // Without a heartbeat for so long the jobs may be another's by now. What was started is told so once the
        // database answers; what was not need not start at all.
        var mayStart = !isStopping && time.GetElapsedTime(Volatile.Read(ref beatAt)) < options.Lease;
        var job = board.Next(ended, mayStart, out var isHungry);
        if (isHungry)
            work.Set();
        return job;
    }

    /// <summary>One job after the other for as long as there is one to take.</summary>
    private async Task RunSlotAsync(ClaimedJob first)
    {
        var count = 0;
        for (var job = first; job is not null;)
        {
            // Handlers that never wait would keep the thread from the loops that feed them.
            if (++count % JobsBetweenYields == 0)
                await Task.Yield();
            job = Next((job, await RunAsync(job)));
        }
    }

    /// <summary>Runs one attempt and leaves its outcome to be written together with others.</summary>
    private async Task<TimeSpan> RunAsync(ClaimedJob job)
    {
        var run = new JobRun(job, dataSource, journal, time);
        runs[job.Key] = run;
        var settlement = await executor.RunAsync(run);
        var ran = run.Ran;
        QueueMetrics.Took(run.Queue, job.Kind, ran);
        run.HasEnded = true;
        if (settlement is not null)
        {
            outcomes.Write(settlement with { Ran = ran }, run);
            return ran;
        }

        if (run.IsCompleted)
            QueueMetrics.Ended(run.Queue, JobStates.Completed);
        outcomes.Forget(job);
        Remove(job);
        return ran;
    }

    private void OnWritten(Settlement settlement, string? state)
    {
        if (state is not null && runs.ContainsKey(settlement.Job.Key))
            QueueMetrics.Ended(settlement.Job.Queue, state);
        if (state is JobStates.Scheduled or JobStates.Retryable)
            due.Set();
        Remove(settlement.Job);
    }

    private void Remove(ClaimedJob job)
    {
        if (runs.TryRemove(job.Key, out var run))
            run.Dispose();
        if (isStopping && runs.IsEmpty)
            ended.Set();
    }

    /// <summary>Lets others have jobs that were not started.</summary>
    private void HandBack(List<ClaimedJob> jobs)
    {
        foreach (var job in jobs)
            outcomes.Write(Settlement.HandedBack(job), run: null);
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var count = await store.HandBackAsync(workerId, outcomes.OpenLeases(), cancellationToken);
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
        var askedAt = time.GetTimestamp();
        if (workerId.Length == 0 || !await store.HeartbeatAsync(workerId, cancellationToken))
        {
            if (workerId.Length > 0)
            {
                LogDeclaredLost(workerId);
                workerId = "";
                foreach (var lost in board.Remove(_ => true))
                    outcomes.Forget(lost);
            }

            var fresh = $"{options.WorkerName}-{Guid.NewGuid().ToString("N")[..8]}";
            await store.RegisterAsync(fresh, options, kinds, cancellationToken);
            (workerId, lookAtAll) = (fresh, true);
        }

        Volatile.Write(ref beatAt, askedAt);
        work.Set();
        HandBack(board.Remove(job => time.GetElapsedTime(job.ClaimedAt) > LongestHold));

        // Listed before asking: a job claimed in between is not in the answer, and is not lost.
        JobRun[] running = [.. runs.Values.Where(run => !run.HasEnded)];
        var waiting = board.Held();
        if (running.Length + waiting.Count > 0)
        {
            var held = await store.HeldAsync([.. running.Select(run => run.Job), .. waiting], cancellationToken);
            foreach (var run in running)
                Check(run, held);
            CheckWaiting(waiting, held);
        }

        if (board.Floors() is { Count: > 0 } floors)
            await store.RaiseFloorsAsync(floors, cancellationToken);
    }

    private void Check(JobRun run, IReadOnlyDictionary<(long Lease, long Id), (string Code, string Reason)?> held)
    {
        if (!held.TryGetValue(run.Job.Key, out var cancellation))
        {
            if (!run.HasEnded && !run.EndsInTransaction && run.Stop(StopCause.LeaseLost))
                LogLeaseLost(run.JobId, run.Attempt);
        }
        else if (cancellation is { } wish && run.Stop(StopCause.CancelRequested, wish))
        {
            LogCancelling(run.JobId, wish.Code);
        }
    }

    /// <summary>Jobs that were not started need not be, when they are lost or not wanted any more.</summary>
    private void CheckWaiting(List<ClaimedJob> waiting, IReadOnlyDictionary<(long Lease, long Id), (string Code, string Reason)?> held)
    {
        var doubtful = waiting.Where(job => !held.TryGetValue(job.Key, out var wish) || wish is not null).Select(job => job.Key).ToHashSet();
        if (doubtful.Count == 0)
            return;
        foreach (var job in board.Remove(job => doubtful.Contains(job.Key)))
        {
            if (held.GetValueOrDefault(job.Key) is { } wish)
                outcomes.Write(Settlement.Cancelled(job, wish.Code, wish.Reason), run: null);
            else
                outcomes.Forget(job);
        }
    }

    /// <summary>After an outage every heartbeat is old, those of healthy workers too: they get one lease to report back
    /// before this worker looks for lost ones again.</summary>
    private void HoldRescue() =>
        Volatile.Write(ref rescueAgainAt, time.GetTimestamp() + Ticks(options.Lease));

    private Task RescueLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("look for lost workers", async () =>
        {
            if (workerId.Length > 0 && time.GetTimestamp() >= Volatile.Read(ref rescueAgainAt))
                await rescuer.StepAsync(cancellationToken);
            await Task.Delay(options.Heartbeat / 3, time, cancellationToken);
        }, onFault: HoldRescue, cancellationToken);

    /// <summary>Puts in line what is due. Every worker does so, when the next job is due and at each poll.</summary>
    private Task PromoteLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("put due jobs in line", async () =>
        {
            var (count, next) = await store.PromoteAsync(PromoteStep, cancellationToken);
            if (count == PromoteStep)
                return;
            var pause = next is { } after && after < options.PollInterval ? after : options.PollInterval;
            await due.WaitAsync(pause > TimeSpan.FromMilliseconds(1) ? pause : TimeSpan.FromMilliseconds(1), cancellationToken);
        }, onFault: null, cancellationToken);

    private Task FoldLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("fold counters", async () =>
        {
            if (!await folder.StepAsync(cancellationToken))
                await Task.Delay(FoldInterval, time, cancellationToken);
        }, onFault: null, cancellationToken);

    private Task PruneLoopAsync(CancellationToken cancellationToken)
    {
        var (byCountAt, auditAt) = (time.GetTimestamp(), time.GetTimestamp());
        return LoopAsync("prune finished jobs", async () =>
        {
            await Task.Delay(PruneByAgeEvery, time, cancellationToken);
            await pruner.PruneByAgeAsync(cancellationToken);
            if (time.GetElapsedTime(byCountAt) >= PruneByCountEvery)
            {
                await pruner.PruneByCountAsync(cancellationToken);
                byCountAt = time.GetTimestamp();
            }

            if (time.GetElapsedTime(auditAt) >= AuditEvery)
            {
                await auditor.RepairAsync(cancellationToken);
                auditAt = time.GetTimestamp();
            }
        }, onFault: null, cancellationToken);
    }

    private Task ListenLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("listen for wake-ups", async () =>
        {
            await foreach (var payload in listener.ListenAsync(Channel, 10 * options.PollInterval, cancellationToken))
                Hear(payload);
        }, onFault: null, cancellationToken);

    private void Hear(string? payload)
    {
        if (payload is null)
        {
            lookAtAll = true;
            check.Set();
            due.Set();
        }
        else if (payload.StartsWith(CancelPrefix, StringComparison.Ordinal))
        {
            if (IsOurs(payload))
                check.Set();
            return;
        }
        else if (payload.StartsWith(LanesPrefix, StringComparison.Ordinal) || payload.StartsWith(FrontPrefix, StringComparison.Ordinal))
        {
            var lanes = payload[LanesPrefix.Length..].Split(',').Select(part => int.TryParse(part, out var lane) ? lane : 0).ToArray();
            news.Enqueue((lanes, payload.StartsWith(FrontPrefix, StringComparison.Ordinal)));
        }
        else if (payload == "due")
        {
            due.Set();
            return;
        }
        else
        {
            lookAtAll = true;
        }

        work.Set();
    }

    private bool IsOurs(string payload) =>
        long.TryParse(payload.AsSpan(CancelPrefix.Length), out var jobId)
        && (runs.Keys.Any(key => key.Id == jobId) || board.Held().Any(job => job.Id == jobId));

    private Task JournalLoopAsync(CancellationToken cancellationToken) =>
        LoopAsync("write job logs", async () =>
        {
            await Task.Delay(JournalInterval, time, cancellationToken);
            if (!runs.IsEmpty)
                await journal.FlushAsync([.. runs.Values], cancellationToken);
        }, onFault: null, cancellationToken);

    private async Task DrainAsync()
    {
        HandBack(board.Remove(_ => true));
        if (runs.IsEmpty && outcomes.Unwritten == 0)
            return;
        LogDraining(runs.Count);
        await SayDrainingAsync();
        if (await EndWithinAsync(options.DrainTimeout, hurry.Token))
            return;
        foreach (var run in runs.Values)
            run.Stop(StopCause.Draining);
        if (!await EndWithinAsync(CancelGrace, CancellationToken.None))
            LogStubborn(runs.Count);
    }

    private async Task SayDrainingAsync()
    {
        try
        {
            await store.DrainAsync(workerId, hurry.Token);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // Only shown to operators.
        }
    }

    /// <summary>True when every attempt has ended and its outcome is written.</summary>
    private async Task<bool> EndWithinAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (!runs.IsEmpty || outcomes.Unwritten > 0)
        {
            var left = atMost - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
                return false;
            try
            {
                await ended.WaitAsync(left, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
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
            await store.HandBackAsync(workerId, [], patience.Token);
        }
        catch (Exception fault)
        {
            // The database is away; the others will find this worker's heartbeat run out.
            LogNotSignedOff(fault);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

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
                // A network that swallows traffic leaves every pooled connection dead, each good for another timeout.
                if (fault is TimeoutException or NpgsqlException { InnerException: TimeoutException or IOException })
                    dataSource.Clear();
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
