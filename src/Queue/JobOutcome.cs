namespace ScaiDrive.Queue;

/// <summary>An expected ending of an attempt. An unexpected one is an exception.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    /// <summary>The work is done.</summary>
    public sealed record Completed : JobOutcome;

    /// <summary>The work cannot be done yet and is tried again later, without counting an attempt.</summary>
    /// <param name="Delay">From now; zero or less means at once.</param>
    /// <param name="Reason">Shown to the operator while the job waits.</param>
    public sealed record Snoozed(TimeSpan Delay, string Reason) : JobOutcome;

    /// <summary>The work is no longer wanted, and trying again would not change that.</summary>
    /// <param name="Code">Stable, snake_case, such as <c>superseded</c>.</param>
    /// <param name="Reason">For a person.</param>
    public sealed record Cancelled(string Code, string Reason) : JobOutcome;
}
