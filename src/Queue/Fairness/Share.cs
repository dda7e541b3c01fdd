namespace ScaiDrive.Queue.Fairness;

/// <summary>What one tenant, or one connector of a tenant, has had of a worker's time, weighed: start-time fair queueing
/// (Goyal, Vin and Cheng, 1996) with seconds of handler time as the cost. The one that has had least goes next.</summary>
internal sealed class Share
{
    internal double Weight { get; set; } = 1;

    /// <summary>Weighed seconds had so far. Only differences mean anything.</summary>
    internal double Had { get; private set; }

    /// <summary>Somebody who had nothing to do saved up nothing meanwhile.</summary>
    internal void JoinAt(double clock) => Had = Math.Max(Had, clock);

    internal void Charge(double seconds) => Had += seconds / Weight;
}
