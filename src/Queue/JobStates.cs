namespace ScaiDrive.Queue;

/// <summary>The states of a job, as stored and shown. The README draws how a job moves between them.</summary>
public static class JobStates
{
    /// <summary>Waits for a worker.</summary>
    public const string Available = "available";

    /// <summary>Waits for its time: enqueued for later, or snoozed by its handler. Once due it waits like an available one.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>Claimed by a worker that holds the newest lease.</summary>
    public const string Running = "running";

    /// <summary>Failed or lost its worker, and will run again at its time.</summary>
    public const string Retryable = "retryable";

    /// <summary>Done.</summary>
    public const string Completed = "completed";

    /// <summary>Ended on purpose, with a code and a reason.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Failed in its last attempt; kept with code and message until an operator retries it or it is pruned.</summary>
    public const string Discarded = "discarded";
}
