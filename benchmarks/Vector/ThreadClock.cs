using System.Runtime.InteropServices;

namespace ScaiDrive.Bench.Vector;

/// <summary>Processor time of the calling thread, waiting for memory included and waiting for a processor not.</summary>
internal static partial class ThreadClock
{
    // CLOCK_THREAD_CPUTIME_ID of Linux.
    private const int ThisThread = 3;

    internal static TimeSpan Now()
    {
        _ = Read(ThisThread, out var time);
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000.0);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out Time time);

    private struct Time
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
