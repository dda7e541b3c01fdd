namespace ScaiDrive.Connectors.Sync;

/// <summary>Times of a source as Drive keeps them.</summary>
internal static class EntryTimes
{
    /// <summary>A file system may say anything; .NET and PostgreSQL both hold the years 1 to 9999.</summary>
    internal static DateTimeOffset Of(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(
        nanoseconds / 100,
        DateTimeOffset.MinValue.Ticks - DateTimeOffset.UnixEpoch.Ticks,
        DateTimeOffset.MaxValue.Ticks - DateTimeOffset.UnixEpoch.Ticks));
}
