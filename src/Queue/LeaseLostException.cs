namespace ScaiDrive.Queue;

/// <summary>Another worker holds the job, or it has ended: whatever this attempt still writes is refused.</summary>
/// <remarks>A handler lets it pass; the worker knows that nothing is left to record.</remarks>
public sealed class LeaseLostException : Exception
{
    /// <summary>Says which attempt lost its lease.</summary>
    public LeaseLostException(long jobId, int attempt)
        : base($"Attempt {attempt} of job {jobId} no longer holds the lease; its transaction was rolled back.") =>
        (JobId, Attempt) = (jobId, attempt);

    /// <summary>The job.</summary>
    public long JobId { get; }

    /// <summary>The attempt that was refused.</summary>
    public int Attempt { get; }
}
