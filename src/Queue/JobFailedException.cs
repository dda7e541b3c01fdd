namespace ScaiDrive.Queue;

/// <summary>An attempt failed for a reason with a stable code; the job is retried with backoff, then discarded under it.</summary>
public sealed class JobFailedException : Exception
{
    /// <summary>Names the reason.</summary>
    /// <param name="code">Stable, snake_case, such as <c>provider_down</c>; failures are grouped by it.</param>
    /// <param name="message">For a person.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public JobFailedException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>The stable code.</summary>
    public string Code { get; }
}
