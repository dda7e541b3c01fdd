using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Running;

/// <summary>Writes how attempts ended: whatever has ended by the time the last write is done goes into the next one.</summary>
/// <param name="stores">Where it is written: as many writes as there are stores are under way at once, so that one is
/// prepared while the other waits for the disk.</param>
/// <param name="journal">Holds what the attempts said.</param>
/// <param name="written">Called once for each, with the state the job took; null when another worker holds the job or it
/// had ended otherwise.</param>
/// <param name="time">For pauses.</param>
/// <param name="log">For delays and refusals.</param>
internal sealed partial class OutcomeWriter(
    IReadOnlyList<JobStore> stores, JobJournal journal, Action<Settlement, string?> written, TimeProvider time, ILogger log)
{
    private const int BatchSize = 1000;
    private const int ManyEndings = 50;
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(4);

    private readonly Channel<Entry> entries = Channel.CreateUnbounded<Entry>();
    private readonly Lock gate = new();
    private readonly Dictionary<long, int> openByLease = [];
    private readonly HashSet<long> closed = [];
    private int unwritten;

    /// <summary>Endings that wait to be written.</summary>
    internal int Unwritten => Volatile.Read(ref unwritten);

    /// <summary>Leases of which jobs are still held here, or whose endings wait to be written.</summary>
    internal long[] OpenLeases()
    {
        lock (gate)
            return [.. openByLease.Keys];
    }

    /// <summary>Notes what a claim brought, so that the claim is forgotten with the last of its jobs.</summary>
    internal void Expect(IReadOnlyList<ClaimedJob> claimed)
    {
        lock (gate)
        {
            foreach (var job in claimed)
                openByLease[job.Lease] = openByLease.GetValueOrDefault(job.Lease) + 1;
        }
    }

    /// <summary>The job needs no ending here: it has one already, or is no longer this worker's.</summary>
    internal void Forget(ClaimedJob job)
    {
        lock (gate)
            Close(job.Lease);
    }

    /// <param name="settlement">The ending.</param>
    /// <param name="run">What said something, if it was started.</param>
    internal void Write(Settlement settlement, JobRun? run)
    {
        Interlocked.Increment(ref unwritten);
        if (!entries.Writer.TryWrite(new(settlement, run)))
            Done(settlement, null);
    }

    /// <summary>Serves until the token is cancelled; a database that is away only delays it.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(stores.Select(store => Task.Run(() => RunAsync(store, cancellationToken), CancellationToken.None)));

    private async Task RunAsync(JobStore store, CancellationToken cancellationToken)
    {
        var batch = new List<Entry>();
        try
        {
            while (await entries.Reader.WaitToReadAsync(cancellationToken))
            {
                while (batch.Count < BatchSize && entries.Reader.TryRead(out var entry))
                    batch.Add(entry);
                // In the order in which rows are locked everywhere.
                batch.Sort(static (a, b) => string.CompareOrdinal(a.Settlement.Job.TenantId, b.Settlement.Job.TenantId) is not 0 and var order
                    ? order
                    : a.Settlement.Job.Id.CompareTo(b.Settlement.Job.Id));
                var count = batch.Count;
                await WriteUntilDoneAsync(store, batch, cancellationToken);
                batch.Clear();
                // When many end at once, a write for each handful would cost more than it is worth waiting for.
                if (count >= ManyEndings && Unwritten < BatchSize / 2)
                    await Task.Delay(GatherTime, time, cancellationToken);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop: what was not written by now is handed back by the worker's sign-off.
            entries.Writer.TryComplete();
            while (entries.Reader.TryRead(out var entry))
                batch.Add(entry);
            foreach (var entry in batch)
                Done(entry.Settlement, null);
        }
    }

    private async Task WriteUntilDoneAsync(JobStore store, List<Entry> batch, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await WriteAsync(store, batch, failures > 0, cancellationToken);
                return;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                LogDelayed(fault, batch.Count);
                await Task.Delay(Backoff.After(failures), time, cancellationToken);
            }
        }
    }

    private async Task WriteAsync(JobStore store, List<Entry> batch, bool isAgain, CancellationToken cancellationToken)
    {
        // The last lines first: once the outcome is written, a reader expects the log to be whole.
        JobRun[] spoke = [.. batch.Where(entry => entry.Run is { HasSaidSomething: true }).Select(entry => entry.Run!)];
        if (spoke.Length > 0)
            await journal.FlushAsync(spoke, cancellationToken);
        Settlement[] completed = [.. batch.Select(entry => entry.Settlement).Where(each => each.State == JobStates.Completed)];
        if (completed.Length > 0)
        {
            var done = await store.CompleteAsync(completed, TakeClosed(), cancellationToken);
            foreach (var each in completed)
                Done(each, done.Contains(each.Job.Key) ? JobStates.Completed : null, isAgain);
            batch.RemoveAll(entry => entry.Settlement.State == JobStates.Completed);
        }

        if (batch.Count == 0)
            return;
        Settlement[] others = [.. batch.Select(entry => entry.Settlement)];
        var throttled = others.Where(each => each.Throttle is not null).Select(each => each.Throttle!.Value)
            .GroupBy(each => each.Key, StringComparer.Ordinal).Select(same => same.MaxBy(each => each.Delay)).ToList();
        // Before the jobs are back in line, or they would start at once.
        if (throttled.Count > 0)
            await store.ThrottleAsync(throttled, cancellationToken);
        var settled = await store.SettleAsync(others, TakeClosed(), cancellationToken);
        foreach (var each in others)
            Done(each, settled.GetValueOrDefault(each.Job.Key), isAgain);
    }

    /// <summary>Leases under which nothing is held any more; forgotten with the next write. If that fails, reconciliation
    /// finds them. Never with the write of their last job: another may be under way, and a claim that is gone while one of
    /// its jobs runs would hide that job from rescue.</summary>
    private long[] TakeClosed()
    {
        lock (gate)
        {
            var taken = closed.ToArray();
            closed.Clear();
            return taken;
        }
    }

    private void Done(Settlement settlement, string? state, bool isAgain = true)
    {
        // After a failed try the first one may have been the one that got through.
        if (state is null && !isAgain)
            LogRefused(settlement.Job.Id, settlement.Job.Attempt, settlement.State);
        lock (gate)
            Close(settlement.Job.Lease);
        Interlocked.Decrement(ref unwritten);
        written(settlement, state);
    }

    private void Close(long lease)
    {
        if (openByLease.TryGetValue(lease, out var open) && open > 1)
            openByLease[lease] = open - 1;
        else if (openByLease.Remove(lease))
            closed.Add(lease);
    }

    [LoggerMessage(LogLevel.Warning, "Attempt {Attempt} of job {JobId} ended as {State}, but no longer held the job; nothing was written")]
    private partial void LogRefused(long jobId, int attempt, string state);

    [LoggerMessage(LogLevel.Warning, "The outcomes of {Count} jobs could not be written yet")]
    private partial void LogDelayed(Exception fault, int count);

    private sealed record Entry(Settlement Settlement, JobRun? Run);
}
