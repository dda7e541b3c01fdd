using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Running;

/// <summary>Runs one attempt through its handler and says what its ending makes of the job.</summary>
internal sealed partial class JobExecutor(JobHandlers handlers, IServiceScopeFactory scopes, QueueOptions options, ILogger log)
{
    /// <summary>Never throws. Null means that nothing is left to write.</summary>
    internal async Task<Settlement?> RunAsync(JobRun run)
    {
        try
        {
            JobOutcome outcome;
            await using (var scope = scopes.CreateAsyncScope())
                outcome = await handlers.RunAsync(scope.ServiceProvider, run);
            if (run.IsCompleted)
            {
                if (outcome is not JobOutcome.Completed)
                    LogIgnoredOutcome(run.JobId, run.Job.Kind, outcome.GetType().Name);
                return null;
            }

            return AfterOutcome(run, outcome);
        }
        catch (Exception fault)
        {
            // Boundary: whatever a handler throws is an ending of its job, never of the worker.
            if (run.IsCompleted)
            {
                LogFaultAfterCompletion(fault, run.JobId, run.Job.Kind);
                return null;
            }

            return AfterFault(run, fault);
        }
    }

    private static Settlement? AfterOutcome(JobRun run, JobOutcome outcome) => (run.StopCause, outcome) switch
    {
        (StopCause.LeaseLost, _) => null,
        (_, JobOutcome.Completed) => Settlement.Completed(run.Job),
        (_, JobOutcome.Cancelled cancelled) => Settlement.Cancelled(run.Job, cancelled.Code, cancelled.Reason),
        (_, JobOutcome.Throttled throttled) => Settlement.Throttled(run.Job, throttled.Delay, throttled.Reason, throttled.Key),
        (_, JobOutcome.Snoozed snoozed) => Settlement.Snoozed(run.Job, snoozed.Delay, snoozed.Reason),
        _ => throw new InvalidOperationException($"The handler of {run.Job.Kind} returned no outcome."),
    };

    private Settlement? AfterFault(JobRun run, Exception fault)
    {
        switch (run.StopCause)
        {
            case StopCause.LeaseLost:
                return null;
            case StopCause.CancelRequested:
                run.Note(LogLevel.Information, $"Cancelled while running: {run.Cancellation.Code}: {run.Cancellation.Reason}");
                return Settlement.Cancelled(run.Job, run.Cancellation.Code, run.Cancellation.Reason);
            case StopCause.Draining:
                run.Note(LogLevel.Information, "Handed back: the worker is stopping.");
                return Settlement.HandedBack(run.Job);
            default:
                var (code, message) = Explain(fault);
                run.Note(LogLevel.Error, $"Attempt {run.Attempt} of {run.MaxAttempts} failed: {code}: {message}");
                if (fault is LeaseLostException)
                    LogLeaseLost(run.JobId, run.Attempt);
                else
                    LogFailed(fault is JobFailedException ? null : fault, run.JobId, run.Job.Kind, run.Attempt, run.MaxAttempts, code, message);
                return Settlement.Failed(run.Job, RetryBackoff.After(options, run.Attempt, Random.Shared.NextDouble()), code, message);
        }
    }

    private static (string Code, string Message) Explain(Exception fault) => fault switch
    {
        JobFailedException failed => (failed.Code, failed.Message),
        AggregateException { InnerExceptions: [var single] } => Explain(single),
        _ => (JobErrorCodes.UnhandledError, $"{fault.GetType().Name}: {fault.Message}"),
    };

    [LoggerMessage(LogLevel.Warning, "Job {JobId} ({Kind}) failed in attempt {Attempt} of {MaxAttempts}: {Code}: {Reason}")]
    private partial void LogFailed(Exception? fault, long jobId, string kind, int attempt, int maxAttempts, string code, string reason);

    [LoggerMessage(LogLevel.Information, "Attempt {Attempt} of job {JobId} was refused a write: another worker holds the job")]
    private partial void LogLeaseLost(long jobId, int attempt);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} ({Kind}) had committed its completion; its outcome {Outcome} was ignored")]
    private partial void LogIgnoredOutcome(long jobId, string kind, string outcome);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} ({Kind}) threw after it had committed its completion")]
    private partial void LogFaultAfterCompletion(Exception fault, long jobId, string kind);
}
