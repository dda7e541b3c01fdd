namespace ScaiDrive.Queue;

/// <summary>What becomes of fires that were missed, because no worker was there or none came to it in time.</summary>
public static class MisfirePolicies
{
    /// <summary>One fire stands for all that are due, however many they are; then on time again. The default.</summary>
    public const string FireOnce = "fire_once";

    /// <summary>Each one is made up for, oldest first; of more than 1000 the newest 1000.</summary>
    public const string FireAll = "fire_all";

    /// <summary>Those later than <see cref="ScheduleDefinition.MisfireTolerance"/> are dropped.</summary>
    public const string Skip = "skip";

    internal static string[] All { get; } = [FireOnce, FireAll, Skip];
}

/// <summary>What a fire does while the job of an earlier one is not finished.</summary>
public static class OverlapPolicies
{
    /// <summary>Nothing: the fire is left out, and noted with its reason.</summary>
    public const string Skip = "skip";

    /// <summary>It enqueues its job all the same; several may then wait, or run at once.</summary>
    public const string QueueUp = "queue_up";

    internal static string[] All { get; } = [Skip, QueueUp];
}

/// <summary>Whether a schedule will fire.</summary>
public static class ScheduleStates
{
    /// <summary>It will fire at <see cref="Schedule.NextFireAt"/>.</summary>
    public const string Active = "active";

    /// <summary>Somebody stopped it, perhaps with an end; fires that fall into a pause are dropped.</summary>
    public const string Paused = "paused";

    /// <summary>No fire time is left.</summary>
    public const string Ended = "ended";
}

/// <summary>Why a fire enqueued nothing.</summary>
public static class FireSkips
{
    /// <summary>The job of an earlier fire is not finished, and the overlap policy is <see cref="OverlapPolicies.Skip"/>.</summary>
    public const string PreviousUnfinished = "previous_unfinished";

    /// <summary>A job with the same unique key from elsewhere is not finished.</summary>
    public const string EqualJobUnfinished = "equal_job_unfinished";

    /// <summary>It was missed, and the misfire policy did not make up for it.</summary>
    public const string Missed = "missed";
}
