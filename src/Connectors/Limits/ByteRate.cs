namespace ScaiDrive.Connectors.Limits;

/// <summary>Holds the bytes that pass to so many per second, over all who share it.</summary>
/// <remarks>Each taker books the time its bytes need behind those booked before, and waits for the begin of its own; so a short pause earns no burst
/// of more than a second.</remarks>
internal sealed class ByteRate(long? bytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly Lock one = new();
    private DateTimeOffset free = DateTimeOffset.MinValue;

    /// <summary>Waits until these bytes may pass.</summary>
    internal ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
            return ValueTask.CompletedTask;
        TimeSpan wait;
        lock (one)
        {
            var now = time.GetUtcNow();
            free = (free < now - Burst ? now - Burst : free) + TimeSpan.FromSeconds((double)bytes / rate);
            wait = free - now;
        }

        return wait <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, time, cancellationToken));
    }
}
