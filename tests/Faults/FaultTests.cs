using ScaiDrive.Bench.Recovery;

namespace ScaiDrive.Faults.Tests;

/// <summary>The short form of each scenario of <c>./bench recovery</c>: the same lab and the same checks, fewer faults. Each in a
/// class of its own, so that they wait for their leases at the same time.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task Killed_workers_lose_no_job_and_double_none()
    {
        var figures = await ShortForm.RunAsync(KillScenario.RunAsync, faults: 8, TimeSpan.FromSeconds(5));
        Assert.NotEqual(0, figures["restart_count"]);
    }
}

public sealed class StopTests
{
    [Fact]
    public async Task A_worker_that_was_stopped_and_wakes_changes_nothing_and_kills_its_children()
    {
        var figures = await ShortForm.RunAsync(StopScenario.RunAsync, faults: 1, TimeSpan.Zero);
        Assert.NotEqual(0, figures["refused"]);
        Assert.NotEqual(0, figures["cancelled"]);
        Assert.NotEqual(0, figures["children_killed"]);
    }
}

public sealed class RestartTests
{
    // Durable, because a server that does not wait for its log forgets commits it has answered.
    [Fact]
    public async Task A_server_that_restarts_without_a_word_loses_no_job_and_doubles_none() =>
        await ShortForm.RunAsync(RestartScenario.RunAsync, faults: 2, TimeSpan.FromSeconds(4), durable: true);
}

public sealed class HalfOpenTests
{
    [Fact]
    public async Task Workers_whose_connections_fell_silent_double_nothing_and_come_back() =>
        await ShortForm.RunAsync(HalfOpenScenario.RunAsync, faults: 1, TimeSpan.Zero);
}

internal static class ShortForm
{
    internal static async Task<IReadOnlyDictionary<string, object?>> RunAsync(Scenario scenario, int faults, TimeSpan duration, bool durable = false)
    {
        var lab = new LabOptions
        {
            Workers = 3,
            JobsPerSecond = 25,
            MaxBacklog = 150,
            Durable = durable,
            Lease = TimeSpan.FromSeconds(4),
            LongChildren = 0.03,
            Stubborn = 0.04,
        };
        var result = await scenario(new FaultPlan(lab, faults, duration), _ => { }, CancellationToken.None);
        Assert.Empty(result.Verdict.Violations);
        return result.Figures;
    }
}
