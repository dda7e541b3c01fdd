namespace ScaiDrive.Queue.Running;

/// <summary>How long a failed job waits: doubling from attempt to attempt up to a limit, spread by a fifth so that jobs
/// that failed together do not come back together.</summary>
internal static class RetryBackoff
{
    /// <summary>The wait after a failed attempt.</summary>
    /// <param name="options">Gives the first wait and the limit.</param>
    /// <param name="attempt">The attempt that failed, counted from 1.</param>
    /// <param name="chance">Uniform in [0, 1).</param>
    internal static TimeSpan After(QueueOptions options, int attempt, double chance)
    {
        var doubled = options.RetryBase.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 40));
        var seconds = Math.Min(doubled, options.RetryLimit.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.9 + (0.2 * chance)));
    }
}
