namespace ScaiDrive.Bench.Recovery;

/// <summary>The server is restarted under load, each time without a word to its sessions and without a checkpoint.</summary>
internal static class RestartScenario
{
    internal static async Task<ScenarioResult> RunAsync(FaultPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        var random = new Random(plan.Lab.Seed);
        await using var lab = await FaultLab.StartAsync(plan.Lab, cancellationToken);
        await lab.BeginAsync(_ => lab.Server.Port, cancellationToken);

        var silences = new List<double>();
        for (var round = 0; round < plan.Faults; round++)
        {
            await Task.Delay(plan.Duration / plan.Faults * (0.5 + random.NextDouble()), TimeProvider.System, cancellationToken);
            var at = await lab.NowAsync(cancellationToken);
            await lab.Server.RestartImmediatelyAsync(cancellationToken);
            await lab.UntilAsync("jobs are done again", async () => await lab.ScalarAsync<long>(LabSql.EffectsSince, cancellationToken, at, Array.Empty<string>()) > 0, cancellationToken);
            silences.Add((await lab.NowAsync(cancellationToken) - at).TotalSeconds);
            say($"restart {round + 1}: jobs are done again after {silences[^1]:0.0} s");
        }

        var history = await lab.FinishAsync(cancellationToken);
        silences.Sort();
        return Scenarios.Judge(history,
            [("restarts", silences.Count), ("silence_p50_s", RestartGaps.Quantile(silences, 0.5)), ("silence_max_s", RestartGaps.Quantile(silences, 1)), ("producer_faults", lab.ProducerFaults)]);
    }
}
