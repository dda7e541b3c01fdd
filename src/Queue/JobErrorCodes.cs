namespace ScaiDrive.Queue;

/// <summary>The error codes the queue itself gives. Handlers add their own through <see cref="JobFailedException"/>.</summary>
public static class JobErrorCodes
{
    /// <summary>The worker stopped answering during the attempt: it was killed, stopped or cut off.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>The handler threw an exception that names no code of its own.</summary>
    public const string UnhandledError = "unhandled_error";

    /// <summary>The stored arguments could not be read as the kind's type.</summary>
    public const string BadArgs = "bad_args";

    /// <summary>Somebody cancelled the job by hand.</summary>
    public const string CancelledByRequest = "cancelled_by_request";
}
