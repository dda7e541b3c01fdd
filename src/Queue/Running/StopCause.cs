namespace ScaiDrive.Queue.Running;

/// <summary>Why a handler's token was cancelled; decides what its ending makes of the job.</summary>
internal enum StopCause
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The worker stops: the job is handed back with its attempt.</summary>
    Draining,

    /// <summary>Somebody cancelled the job.</summary>
    CancelRequested,

    /// <summary>Another worker may hold the job by now: nothing more is written.</summary>
    LeaseLost,
}
