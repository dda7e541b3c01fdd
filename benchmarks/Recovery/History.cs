namespace ScaiDrive.Bench.Recovery;

/// <summary>How a job of the lab is to end.</summary>
internal enum Ending
{
    /// <summary>Completed, with one completing effect.</summary>
    Completed,

    /// <summary>Discarded: it kills every worker that takes it.</summary>
    Discarded,
}

/// <summary>A job whose enqueue committed: this row was written by the same transaction.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Expected">How it must end.</param>
/// <param name="CompletesApart">The handler commits its effect first and reports completion afterwards, so a crash in between
/// costs an attempt that has no effect left to make.</param>
/// <param name="UniqueKey">Its tenant and unique key, if it has one.</param>
internal sealed record Promise(long Job, Ending Expected = Ending.Completed, bool CompletesApart = false, string? UniqueKey = null);

/// <summary>A handler began an attempt. Written outside of the fence, at once.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">As the handler was told.</param>
/// <param name="Lease">What the job's row said at this moment; null when it was no longer this attempt's.</param>
/// <param name="QueueWorker">The worker as the queue knows it; changes when a process was declared lost and came back.</param>
/// <param name="Process">The process as the lab knows it.</param>
/// <param name="At">By the database's clock.</param>
internal sealed record Start(long Job, int Attempt, long? Lease, string? QueueWorker, string Process, DateTime At);

/// <summary>A row that a handler committed through the fence. No constraint keeps a second one away.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">As the handler was told.</param>
/// <param name="Lease">What the job's row said when the effect was written; null when it was no longer this attempt's.</param>
/// <param name="QueueWorker">As in <see cref="Start"/>.</param>
/// <param name="Process">As in <see cref="Start"/>.</param>
/// <param name="Part">Which of the job's several commits; the completing one is 0.</param>
/// <param name="At">When it was written, which is before it was committed.</param>
internal sealed record Effect(long Job, int Attempt, long? Lease, string? QueueWorker, string Process, int Part, DateTime At)
{
    internal bool Completes => Part == 0;
}

/// <summary>A handler returned or threw; written outside of the fence when it can be.</summary>
internal sealed record Ended(long Job, int Attempt, string Process, string How, DateTime At);

/// <summary>The job as the queue shows it at the end.</summary>
internal sealed record FinalJob(long Job, string State, int Attempt, int MaxAttempts, string? ErrorCode, bool HasLastLine);

/// <summary>A process came back after it had been declared lost: what it held before is no longer its own.</summary>
internal sealed record Resumption(string QueueWorker, DateTime At);

/// <summary>A count of the queue that differs from a recount in the same snapshot.</summary>
internal sealed record Drift(int Lane, string Kept, string Recounted);

/// <summary>Everything that was seen of a run of the lab.</summary>
internal sealed record History
{
    internal IReadOnlyList<Promise> Promises { get; init; } = [];

    /// <summary>Jobs whose enqueue was answered with a commit.</summary>
    internal IReadOnlyCollection<long> Acknowledged { get; init; } = [];

    internal IReadOnlyList<Start> Starts { get; init; } = [];

    internal IReadOnlyList<Effect> Effects { get; init; } = [];

    internal IReadOnlyList<Ended> Ended { get; init; } = [];

    internal IReadOnlyList<FinalJob> Finals { get; init; } = [];

    /// <summary>Jobs that were put off on their own wish: those attempts are not counted.</summary>
    internal IReadOnlyCollection<long> Snoozed { get; init; } = [];

    internal IReadOnlyList<Resumption> Resumptions { get; init; } = [];

    internal IReadOnlyList<Drift> Drifts { get; init; } = [];

    /// <summary>Claim rows that name a worker which has ended.</summary>
    internal long ClaimsOfTheDead { get; init; }

    /// <summary>Processes of the lab that outlived it, and zombies.</summary>
    internal IReadOnlyList<string> LeftProcesses { get; init; } = [];

    /// <summary>Workers that ended though nobody ended them, or did not end when told.</summary>
    internal IReadOnlyList<string> OddEndings { get; init; } = [];
}
