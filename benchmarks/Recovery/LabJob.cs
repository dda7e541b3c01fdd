using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Recovery;

/// <summary>A job of the lab. It says itself how it behaves, so that whoever takes it, in whichever attempt, does the same.</summary>
/// <param name="Way">How it ends.</param>
/// <param name="WorkMs">How long it works before its last commit.</param>
/// <param name="Parts">How many fenced commits come before the last one.</param>
/// <param name="ChildMs">How long the first attempt's child process lives; 0 for none.</param>
/// <param name="IsStubborn">Its first attempt takes seconds and does not listen to its token, so that only the fence can refuse it.</param>
/// <param name="SnoozesOnce">It asks once to be put off.</param>
/// <param name="FailsOnce">It throws once.</param>
internal sealed record LabJob(
    LabWay Way = LabWay.AtOnce, int WorkMs = 0, int Parts = 0, int ChildMs = 0, bool IsStubborn = false,
    bool SnoozesOnce = false, bool FailsOnce = false) : IJobArgs
{
    public static string Kind => "lab-job";
}

/// <summary>How a job of the lab ends.</summary>
internal enum LabWay
{
    /// <summary>Effect and completion in one fenced transaction.</summary>
    AtOnce,

    /// <summary>The effect in a fenced transaction, then the outcome is returned.</summary>
    Apart,

    /// <summary>It kills its worker.</summary>
    Poison,
}
