using System.Diagnostics;
using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Queue;

/// <summary>A job with a number and nothing to do.</summary>
internal sealed record Noop(int N) : IJobArgs
{
    public static string Kind => "bench-noop";
}

/// <summary>A job that takes a fixed time and may tell how long it waited.</summary>
/// <param name="At">When it was due, by <see cref="Stopwatch.GetTimestamp"/>, which on Linux is one clock for all processes
/// of the machine; 0 when nobody wants to know.</param>
internal sealed record Timed(long At) : IJobArgs
{
    public static string Kind => "bench-timed";
}

/// <summary>Notes every number once.</summary>
internal sealed class Tickets(int jobs, int warmUp)
{
    private readonly int[] seen = new int[jobs];
    private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = jobs;
    private int repeated;

    internal Task All => all.Task;

    /// <summary>When the warm-up had run, by the monotonic clock.</summary>
    internal long WarmAt { get; private set; } = Stopwatch.GetTimestamp();

    internal int Missing => Volatile.Read(ref left);

    internal int Repeated => Volatile.Read(ref repeated);

    internal void Add(int n)
    {
        if (Interlocked.Increment(ref seen[n]) > 1)
            Interlocked.Increment(ref repeated);
        else
            Count(Interlocked.Decrement(ref left));
    }

    private void Count(int remaining)
    {
        if (seen.Length - remaining == warmUp)
            WarmAt = Stopwatch.GetTimestamp();
        if (remaining == 0)
            all.SetResult();
    }
}

internal sealed class NoopHandler(Tickets tickets) : IJobHandler<Noop>
{
    public Task<JobOutcome> RunAsync(Noop args, JobContext job, CancellationToken cancellationToken)
    {
        tickets.Add(args.N);
        return Task.FromResult<JobOutcome>(new JobOutcome.Completed());
    }
}

/// <summary>What <see cref="TimedHandler"/> has seen.</summary>
internal sealed class Waits(TimeSpan service, int target)
{
    private readonly TaskCompletionSource targetReached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly List<double> waitsMs = [];
    private double serviceMs;
    private int handled;

    internal TimeSpan Service => service;

    internal Task TargetReached => targetReached.Task;

    internal void Add(double? waitMs, double tookMs)
    {
        lock (gate)
        {
            if (++handled == target)
                targetReached.SetResult();
            serviceMs += tookMs;
            if (waitMs is { } wait)
                waitsMs.Add(wait);
        }
    }

    internal WorkerReport Report()
    {
        lock (gate)
            return new WorkerReport(handled, handled == 0 ? 0 : serviceMs / handled, [.. waitsMs]);
    }

    internal int Handled
    {
        get
        {
            lock (gate)
                return handled;
        }
    }
}

/// <param name="Handled">Jobs whose handler ended.</param>
/// <param name="MeanServiceMs">From the handler's first line to its last.</param>
/// <param name="WaitsMs">From when a job was due to its handler's first line, of the jobs that carry a time.</param>
internal sealed record WorkerReport(int Handled, double MeanServiceMs, double[] WaitsMs);

internal sealed class TimedHandler(Waits waits, TimeProvider time) : IJobHandler<Timed>
{
    public async Task<JobOutcome> RunAsync(Timed args, JobContext job, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        if (waits.Service > TimeSpan.Zero)
            await Task.Delay(waits.Service, time, cancellationToken);
        waits.Add(
            args.At == 0 ? null : Stopwatch.GetElapsedTime(args.At, began).TotalMilliseconds,
            Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return new JobOutcome.Completed();
    }
}
