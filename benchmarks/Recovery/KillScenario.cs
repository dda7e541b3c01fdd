using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Recovery;

/// <summary>Workers are killed at random, several at a time, before their jobs of the last kill were even found; among the
/// jobs is one that kills whoever takes it.</summary>
internal static class KillScenario
{
    internal static async Task<ScenarioResult> RunAsync(FaultPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        var random = new Random(plan.Lab.Seed);
        await using var lab = await FaultLab.StartAsync(plan.Lab, cancellationToken);
        await lab.BeginAsync(_ => lab.Server.Port, cancellationToken);
        await lab.EnqueueAsync(new LabJob(LabWay.Poison), new JobOptions { TenantId = "tnt_one", MaxAttempts = 2 }, cancellationToken);

        var outages = new List<Outage>();
        var pause = plan.Duration / plan.Faults;
        while (outages.Count < plan.Faults)
        {
            await Task.Delay(pause * (2 * random.NextDouble()), TimeProvider.System, cancellationToken);
            var victims = lab.LiveWorkers.ToArray();
            random.Shuffle(victims);
            foreach (var victim in victims.Take(random.NextDouble() < 0.15 ? 2 : 1))
                outages.Add(await lab.KillAsync(victim, cancellationToken));
            if (outages.Count % 20 == 0)
                say($"{outages.Count} kills");
        }

        var history = await lab.FinishAsync(cancellationToken);
        return Scenarios.Judge(history,
        [
            ("kills", outages.Count), .. Scenarios.Gaps("restart", RestartGaps.Of(history, outages)),
            .. Scenarios.Gaps("held", RestartGaps.Of(history, lab.Held)),
        ]);
    }
}
