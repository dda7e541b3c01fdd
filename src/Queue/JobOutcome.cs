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

    /// <summary>Somebody else said to wait, such as by <c>Retry-After</c>: no job under the key starts until then. The job
    /// keeps its place and its attempt.</summary>
    /// <param name="Delay">From now; zero or less means at once.</param>
    /// <param name="Reason">Shown to the operator while the key is throttled.</param>
    /// <param name="Key">The rule key, such as <c>connector:cnn_x</c>. Default the job's own limit key, else its
    /// connector, else its kind within the whole fleet.</param>
    public sealed record Throttled(TimeSpan Delay, string Reason, string? Key = null) : JobOutcome;

    /// <summary>The work is no longer wanted, and trying again would not change that.</summary>
    /// <param name="Code">Stable, snake_case, such as <c>superseded</c>.</param>
    /// <param name="Reason">For a person.</param>
    public sealed record Cancelled(string Code, string Reason) : JobOutcome;
}
