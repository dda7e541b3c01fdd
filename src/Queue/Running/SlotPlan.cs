namespace ScaiDrive.Queue.Running;

/// <summary>Which queue gets a free slot. <c>high</c> goes first, except that <c>low</c> is brought up to its floor
/// before; and <c>low</c> leaves the reserve of <c>high</c> alone. Nothing stays empty for a queue that has no jobs.</summary>
internal readonly record struct SlotPlan(int Slots, int LowFloor, int HighReserve, int HighRunning, int LowRunning)
{
    internal int Free => Math.Max(0, Slots - HighRunning - LowRunning);

    /// <summary>What <c>low</c> may take before <c>high</c> is asked.</summary>
    internal int LowBeforeHigh => Math.Clamp(LowFloor - LowRunning, 0, Free);

    /// <summary>What <c>low</c> may take of what <c>high</c> left.</summary>
    internal int LowAfterHigh => Math.Clamp(Slots - HighReserve - LowRunning, 0, Free);

    internal SlotPlan WithHigh(int more) => this with { HighRunning = HighRunning + more };

    internal SlotPlan WithLow(int more) => this with { LowRunning = LowRunning + more };
}
