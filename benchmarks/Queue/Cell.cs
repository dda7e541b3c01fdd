using System.Diagnostics;

namespace ScaiDrive.Bench.Queue;

/// <summary>What one process is to do for one figure.</summary>
internal sealed record Cell
{
    /// <summary><c>enqueue-one</c>, <c>enqueue-bulk</c> or <c>process</c>.</summary>
    public required string Step { get; init; }

    /// <summary>Jobs in all; they carry the numbers from 0.</summary>
    public required int Jobs { get; init; }

    /// <summary>The first jobs of a step, not counted.</summary>
    public int WarmUp { get; init; }

    /// <summary>Jobs of one bulk call.</summary>
    public int PerCall { get; init; } = 1000;

    /// <summary>Jobs at a time.</summary>
    public int Workers { get; init; }

    /// <summary>Jobs of one fetch, where the queue has such a setting.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Tenants the jobs are spread over, where the queue knows tenants.</summary>
    public int Tenants { get; init; } = 1;

    /// <summary>Which of the Node queues.</summary>
    public string? Queue { get; init; }

    /// <summary>Whether workers are woken by notification instead of polling alone, where that is a choice.</summary>
    public bool Notify { get; init; }
}

/// <param name="Seconds">The counted time.</param>
/// <param name="Jobs">The counted jobs.</param>
/// <param name="Missing">Jobs that never ran.</param>
/// <param name="Repeated">Runs beyond a job's first.</param>
internal sealed record CellResult(double Seconds, int Jobs, int Missing = 0, int Repeated = 0)
{
    /// <summary>From the start of a process's workers to the end, warm-up included; 0 where that was not measured.</summary>
    public double WholeSeconds { get; init; }

    /// <summary>All jobs of that time.</summary>
    public int WholeJobs { get; init; }

    internal double PerSecond => Jobs / Seconds;

    /// <summary>The same run as a process sees it that has just been started.</summary>
    internal CellResult Cold => new(WholeSeconds, WholeJobs);

    internal static CellResult Processed(Cell cell, Tickets tickets, long began, long ended) =>
        new(Stopwatch.GetElapsedTime(tickets.WarmAt, ended).TotalSeconds, cell.Jobs - cell.WarmUp, tickets.Missing, tickets.Repeated)
        {
            WholeSeconds = Stopwatch.GetElapsedTime(began, ended).TotalSeconds,
            WholeJobs = cell.Jobs,
        };
}
