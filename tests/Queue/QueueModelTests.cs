using FsCheck;
using FsCheck.Fluent;
using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Tests;

/// <summary>Random histories against a model that says, for each job, which state it must be in. What a worker that was
/// lost still tries to write must change nothing.</summary>
public sealed class QueueModelTests
{
    [Fact]
    public void Every_history_of_enqueueing_claiming_losing_ending_cancelling_and_pausing_agrees_with_the_model()
    {
        var steps = Gen.Choose(0, Enum.GetValues<StepKind>().Length - 1)
            .SelectMany(kind => Gen.Choose(0, 1000).Select(number => new Step((StepKind)kind, number)))
            .ListOf();
        Prop.ForAll(steps.ToArbitrary(), history => RunAsync(history).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25).WithEndSize(60));
    }

    public enum StepKind
    {
        Enqueue,
        EnqueueUnique,
        EnqueueForLater,
        Claim,
        Beat,
        LoseWorker,
        Complete,
        Fail,
        Snooze,
        HandBack,
        Throttle,
        Cancel,
        Retry,
        ComeDue,
        Pause,
        Resume,
        Fold,
    }

    public sealed record Step(StepKind Kind, int Number);

    private static async Task RunAsync(IReadOnlyList<Step> history)
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var model = new Model(queue);
        foreach (var step in history)
            await model.RunAsync(step);
        await model.CompareAsync();
    }

    private sealed class ModelJob
    {
        internal required string State { get; set; }

        internal required string Tenant { get; init; }

        internal string? Key { get; init; }

        internal bool HoldsKey { get; set; }

        internal int Attempt { get; set; }

        internal bool IsCancelRequested { get; set; }

        internal int Worker { get; set; } = -1;

        internal bool IsFree => State is JobStates.Available or JobStates.Scheduled or JobStates.Retryable;
    }

    private sealed class Model(QueueUnderTest queue)
    {
        private const int MaxAttempts = 3;

        private readonly Dictionary<long, ModelJob> jobs = [];
        private readonly List<(ClaimedJob Claim, int Worker)> claims = [];
        private readonly List<string> workers = [];
        private readonly HashSet<string> paused = [];

        internal async Task RunAsync(Step step)
        {
            switch (step.Kind)
            {
                case StepKind.Enqueue:
                    await EnqueueAsync(step, null, JobStates.Available);
                    break;
                case StepKind.EnqueueUnique:
                    await EnqueueAsync(step, $"key-{step.Number % 3}", JobStates.Available);
                    break;
                case StepKind.EnqueueForLater:
                    await EnqueueAsync(step, null, JobStates.Scheduled);
                    break;
                case StepKind.Claim:
                    await ClaimAsync(step);
                    break;
                case StepKind.Beat:
                    if (workers.Count > 0)
                        Assert.True(await queue.Store.HeartbeatAsync(workers[^1], default));
                    break;
                case StepKind.LoseWorker:
                    await LoseAsync();
                    break;
                case StepKind.Complete:
                    await EndAsync(step, Settlement.Completed, (_, job) => (JobStates.Completed, job.Attempt));
                    break;
                case StepKind.Fail:
                    await EndAsync(
                        step,
                        claim => Settlement.Failed(claim, TimeSpan.FromHours(1), "broken", "It broke."),
                        (_, job) => (job.Attempt < MaxAttempts ? JobStates.Retryable : JobStates.Discarded, job.Attempt));
                    break;
                case StepKind.Snooze:
                    await EndAsync(step, claim => Settlement.Snoozed(claim, TimeSpan.FromHours(1), "later"), (_, job) => (JobStates.Scheduled, job.Attempt - 1));
                    break;
                case StepKind.HandBack:
                    await EndAsync(step, Settlement.HandedBack, (_, job) => (JobStates.Available, job.Attempt - 1));
                    break;
                case StepKind.Throttle:
                    await EndAsync(step, claim => Settlement.Throttled(claim, TimeSpan.Zero, "busy", null), (_, job) => (JobStates.Available, job.Attempt - 1));
                    break;
                case StepKind.Cancel:
                    await CancelAsync(step);
                    break;
                case StepKind.Retry:
                    await RetryAsync(step);
                    break;
                case StepKind.ComeDue:
                    await queue.ExecuteAsync("UPDATE queue.job SET run_at = now() WHERE state IN ('scheduled', 'retryable')");
                    await queue.Store.PromoteAsync(10_000, default);
                    foreach (var job in jobs.Values.Where(job => job.State is JobStates.Scheduled or JobStates.Retryable))
                        job.State = JobStates.Available;
                    break;
                case StepKind.Pause:
                    paused.Add(Tenant(step));
                    await Rules.PauseAsync($"tenant:{Tenant(step)}", "somebody", "maintenance", null, default);
                    break;
                case StepKind.Resume:
                    paused.Remove(Tenant(step));
                    await Rules.ResumeAsync($"tenant:{Tenant(step)}", default);
                    break;
                case StepKind.Fold:
                    await queue.Folder.StepAsync(default);
                    break;
            }
        }

        internal async Task CompareAsync()
        {
            foreach (var (id, job) in jobs)
            {
                var row = await queue.FindAsync(id, job.Tenant);
                Assert.Equal(
                    (id, job.State, job.Attempt, job.State == JobStates.Running && job.IsCancelRequested),
                    (id, row.State, row.Attempt, row.State == JobStates.Running && row.IsCancelRequested));
            }

            Assert.Equal(jobs.Count, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_row"));
        }

        private QueueRules Rules => new(queue.DataSource, TimeProvider.System);

        private static string Tenant(Step step) => step.Number % 2 == 0 ? "tnt_a" : "tnt_b";

        private async Task EnqueueAsync(Step step, string? key, string state)
        {
            var isTaken = key is not null && jobs.Values.Any(job => job.HoldsKey && job.Key == key && job.Tenant == Tenant(step));
            var id = await queue.EnqueueAsync(
                tenant: Tenant(step), uniqueKey: key, maxAttempts: MaxAttempts, queue: step.Number % 5 == 0 ? QueueNames.High : QueueNames.Low,
                connector: step.Number % 3 == 0 ? "cnn_x" : null,
                runAt: state == JobStates.Scheduled ? TimeProvider.System.GetUtcNow().AddHours(1) : null);
            Assert.Equal(isTaken, id is null);
            if (id is { } added)
                jobs.Add(added, new() { State = state, Tenant = Tenant(step), Key = key, HoldsKey = key is not null });
        }

        private async Task ClaimAsync(Step step)
        {
            if (workers.Count == 0)
                workers.Add(await queue.NewWorkerAsync($"worker-{workers.Count}"));
            var limit = 1 + (step.Number % 4);
            foreach (var name in new[] { QueueNames.High, QueueNames.Low })
            {
                var claimed = await queue.ClaimAsync(workers[^1], limit, name);
                foreach (var claim in claimed)
                {
                    var job = jobs[claim.Id];
                    Assert.Equal(JobStates.Available, job.State);
                    Assert.DoesNotContain(job.Tenant, paused);
                    (job.State, job.Attempt, job.Worker) = (JobStates.Running, job.Attempt + 1, workers.Count - 1);
                    Assert.Equal(job.Attempt, claim.Attempt);
                    claims.Add((claim, workers.Count - 1));
                }

                if (claimed.Count < limit)
                    Assert.DoesNotContain(jobs, each => each.Value.State == JobStates.Available && !paused.Contains(each.Value.Tenant) && IsIn(each.Key, name));
            }
        }

        private bool IsIn(long id, string name) =>
            queue.ScalarAsync<string>("SELECT queue FROM queue.job_row WHERE id = $1", id).GetAwaiter().GetResult() == name;

        private async Task LoseAsync()
        {
            if (workers.Count == 0)
                return;
            var lost = workers.Count - 1;
            await queue.LoseAsync(workers[lost]);
            Assert.False(await queue.Store.HeartbeatAsync(workers[lost], default));
            workers.Add(await queue.NewWorkerAsync($"worker-{workers.Count}"));
            foreach (var job in jobs.Values.Where(job => job.State == JobStates.Running && job.Worker == lost))
            {
                job.State = job.IsCancelRequested ? JobStates.Cancelled : job.Attempt < MaxAttempts ? JobStates.Available : JobStates.Discarded;
                job.HoldsKey &= job.State == JobStates.Available;
            }
        }

        /// <summary>Any claim that was ever made may try to end its job; only the one that holds it may do so.</summary>
        private async Task EndAsync(Step step, Func<ClaimedJob, Settlement> how, Func<ClaimedJob, ModelJob, (string State, int Attempt)> becomes)
        {
            if (claims.Count == 0)
                return;
            var (claim, worker) = claims[step.Number % claims.Count];
            var job = jobs[claim.Id];
            var holds = job.State == JobStates.Running && job.Worker == worker && claims.FindLast(each => each.Claim.Id == claim.Id).Claim.Lease == claim.Lease;
            var settled = await queue.SettleAsync(how(claim));
            Assert.Equal(holds, settled.Count == 1);
            if (!holds)
                return;
            var (state, attempt) = becomes(claim, job);
            if (job.IsCancelRequested && state != JobStates.Completed)
                (state, attempt) = (JobStates.Cancelled, job.Attempt);
            (job.State, job.Attempt) = (state, attempt);
            job.HoldsKey &= job.IsFree;
        }

        private async Task CancelAsync(Step step)
        {
            if (jobs.Count == 0)
                return;
            var (id, job) = jobs.ElementAt(step.Number % jobs.Count);
            var result = await queue.Control.CancelAsync(job.Tenant, id, "not wanted", default);
            Assert.Equal(
                job.IsFree ? CancelResult.Cancelled : job.State == JobStates.Running ? CancelResult.Requested : CancelResult.AlreadyFinished, result);
            if (job.IsFree)
                (job.State, job.HoldsKey) = (JobStates.Cancelled, false);
            else if (job.State == JobStates.Running)
                (job.IsCancelRequested, job.HoldsKey) = (true, false);
        }

        private async Task RetryAsync(Step step)
        {
            if (jobs.Count == 0)
                return;
            var (id, job) = jobs.ElementAt(step.Number % jobs.Count);
            var isTaken = job.Key is not null && !job.HoldsKey && jobs.Values.Any(other => other.HoldsKey && other.Key == job.Key && other.Tenant == job.Tenant);
            var result = await queue.Control.RetryAsync(job.Tenant, id, default);
            if (job.State == JobStates.Running)
            {
                Assert.Equal(RetryResult.StillRunning, result);
                return;
            }

            Assert.Equal(isTaken ? RetryResult.EqualJobWaits : RetryResult.Requeued, result);
            if (isTaken)
                return;
            job.Attempt = job.IsFree ? job.Attempt : 0;
            (job.State, job.IsCancelRequested, job.HoldsKey) = (JobStates.Available, false, job.Key is not null);
        }
    }
}
