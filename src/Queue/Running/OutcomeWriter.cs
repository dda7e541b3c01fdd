using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Running;

/// <summary>Writes how attempts ended: whatever has ended by the time the last write is done goes into the next one.</summary>
internal sealed partial class OutcomeWriter(JobStore store, JobJournal journal, TimeProvider time, ILogger log)
{
    private const int BatchSize = 500;

    private readonly Channel<Entry> entries = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });

    /// <summary>Returns once the ending is written, with the state the job took; null when another worker holds the job
    /// or it had ended otherwise.</summary>
    internal Task<string?> WriteAsync(JobRun run, Settlement settlement)
    {
        var entry = new Entry(run, settlement, new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!entries.Writer.TryWrite(entry))
            entry.Written.SetResult(null);
        return entry.Written.Task;
    }

    /// <summary>Serves until the token is cancelled; a database that is away only delays it.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<Entry>();
        try
        {
            while (await entries.Reader.WaitToReadAsync(cancellationToken))
            {
                while (batch.Count < BatchSize && entries.Reader.TryRead(out var entry))
                    batch.Add(entry);
                await WriteUntilDoneAsync(batch, cancellationToken);
                batch.Clear();
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop: what was not written by now is handed back by the worker's sign-off.
            entries.Writer.TryComplete();
            while (entries.Reader.TryRead(out var entry))
                batch.Add(entry);
            foreach (var entry in batch)
                entry.Written.TrySetResult(null);
        }
    }

    private async Task WriteUntilDoneAsync(List<Entry> batch, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                // The last lines first: once the outcome is written, a reader expects the log to be whole.
                await journal.FlushAsync([.. batch.Select(entry => entry.Run)], cancellationToken);
                var settled = await store.SettleAsync([.. batch.Select(entry => entry.Settlement)], cancellationToken);
                foreach (var entry in batch)
                {
                    var state = settled.GetValueOrDefault(entry.Settlement.Job.Lease);
                    // After a failed try the first one may have been the one that got through.
                    if (state is null && failures == 0)
                        LogRefused(entry.Run.JobId, entry.Run.Attempt, entry.Settlement.State);
                    entry.Written.SetResult(state);
                }

                return;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                LogDelayed(fault, batch.Count);
                await Task.Delay(Backoff.After(failures), time, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Attempt {Attempt} of job {JobId} ended as {State}, but no longer held the job; nothing was written")]
    private partial void LogRefused(long jobId, int attempt, string state);

    [LoggerMessage(LogLevel.Warning, "The outcomes of {Count} jobs could not be written yet")]
    private partial void LogDelayed(Exception fault, int count);

    private sealed record Entry(JobRun Run, Settlement Settlement, TaskCompletionSource<string?> Written);
}
