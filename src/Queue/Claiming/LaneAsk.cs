namespace ScaiDrive.Queue.Claiming;

/// <summary>A wish for jobs of one lane: up to <paramref name="Take"/> of those whose place lies between the two.</summary>
internal readonly record struct LaneAsk(int Lane, long After, long Before, int Take)
{
    /// <summary>Jobs that were given back stand below this place.</summary>
    internal const long BacklogStart = 0;

    internal bool IsFront => Before == BacklogStart;
}

/// <summary>What a claim brought, and what it tells about the places it passed.</summary>
/// <param name="Jobs">In the order of their places within each lane.</param>
/// <param name="Horizon">Every transaction with a lower id had ended when the claim looked.</param>
/// <param name="NextTransaction">Every transaction that has an id yet has a lower one.</param>
internal sealed record ClaimResult(IReadOnlyList<ClaimedJob> Jobs, long Horizon, long NextTransaction);

/// <summary>What a claim under limits brought.</summary>
/// <param name="Claim">The jobs.</param>
/// <param name="Allowed">How many the limits would have let it take.</param>
/// <param name="RetryAfter">When the rate allows the next one, if it was the rate that did not.</param>
internal sealed record LimitedClaimResult(ClaimResult Claim, int Allowed, TimeSpan? RetryAfter);
