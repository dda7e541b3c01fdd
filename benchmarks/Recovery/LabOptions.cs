using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Recovery;

/// <summary>How large a lab is and how hard it works.</summary>
internal sealed record LabOptions
{
    /// <summary>Worker processes.</summary>
    internal int Workers { get; init; } = 4;

    /// <summary>Jobs a worker runs at the same time; all else of a worker is the default.</summary>
    internal int Slots { get; init; } = 8;

    /// <summary>How fast jobs are enqueued.</summary>
    internal double JobsPerSecond { get; init; } = 40;

    /// <summary>The producer waits while more jobs than this are unfinished.</summary>
    internal int MaxBacklog { get; init; } = 400;

    /// <summary>Whether the server's commits reach the disk.</summary>
    internal bool Durable { get; init; } = true;

    /// <summary>How long claims hold without a heartbeat, which comes a quarter of it apart. Default what the product does; the
    /// tests shorten it, because they measure nothing.</summary>
    internal TimeSpan Lease { get; init; } = new QueueOptions().Lease;

    /// <summary>Share of jobs whose first attempt runs a child process that outlives the lease twice.</summary>
    internal double LongChildren { get; init; }

    /// <summary>Share of jobs whose first attempt takes four seconds and ignores its token.</summary>
    internal double Stubborn { get; init; } = 0.01;

    /// <summary>Where the random draws start.</summary>
    internal int Seed { get; init; } = 1;

    /// <summary>Keeps the workers' logs here; null deletes them with the lab.</summary>
    internal string? LogDirectory { get; init; }

    /// <summary>How long the lab waits for what must happen before it calls it a failure.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(120);
}
