namespace ScaiDrive.Queue.Running;

/// <summary>Pauses of a worker's own loops while the database is away: 100 ms, doubling up to 5 s.</summary>
internal static class Backoff
{
    internal static TimeSpan After(int failures) =>
        TimeSpan.FromMilliseconds(Math.Min(5000, 100 * Math.Pow(2, Math.Min(failures, 10))));
}
