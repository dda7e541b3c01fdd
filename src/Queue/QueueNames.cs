namespace ScaiDrive.Queue;

/// <summary>The two queues. A worker takes from <see cref="High"/> first, yet <see cref="Low"/> keeps a floor share.</summary>
public static class QueueNames
{
    /// <summary>Somebody is waiting for the result.</summary>
    public const string High = "high";

    /// <summary>Imports and backfill.</summary>
    public const string Low = "low";
}
