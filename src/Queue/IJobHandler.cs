namespace ScaiDrive.Queue;

/// <summary>Does the jobs of one kind. Made anew for each attempt, in a dependency scope of its own.</summary>
/// <typeparam name="TArgs">The kind's arguments.</typeparam>
public interface IJobHandler<in TArgs>
    where TArgs : IJobArgs
{
    /// <summary>Runs one attempt.</summary>
    /// <remarks>A job is done at least once, so this must be safe to repeat; writes to the database go through
    /// <see cref="JobContext.BeginAsync"/>, which refuses them once another worker holds the job.</remarks>
    /// <param name="args">What to do.</param>
    /// <param name="job">The job's identity, log, progress and transactions.</param>
    /// <param name="cancellationToken">Cancelled when the lease is lost, the job is cancelled, or the worker must stop.</param>
    /// <returns>How the attempt ended. Any exception means "retry with backoff"; <see cref="JobFailedException"/> names the reason.</returns>
    Task<JobOutcome> RunAsync(TArgs args, JobContext job, CancellationToken cancellationToken);
}
