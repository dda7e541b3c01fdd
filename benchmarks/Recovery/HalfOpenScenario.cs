namespace ScaiDrive.Bench.Recovery;

/// <summary>Half of the workers reach the server through a proxy that swallows all traffic until they are declared lost: their
/// jobs are done by the others, and once new connections get through they listen and work again.</summary>
internal static class HalfOpenScenario
{
    internal static async Task<ScenarioResult> RunAsync(FaultPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        await using var lab = await FaultLab.StartAsync(plan.Lab, cancellationToken);
        await using var proxy = new HalfOpenProxy(lab.Server.Port);
        await lab.BeginAsync(number => number % 2 == 0 ? proxy.Port : lab.Server.Port, cancellationToken);

        var cutOff = lab.LiveWorkers.Where(worker => worker.ConnectionString != lab.DirectConnection).ToArray();
        string[] cutOffNames = [.. cutOff.Select(worker => worker.Name)];
        var (outages, meanwhile, returns) = (new List<Outage>(), 0L, new List<double>());
        for (var round = 0; round < plan.Faults; round++)
        {
            var at = await lab.NowAsync(cancellationToken);
            proxy.Silence();
            outages.AddRange(cutOffNames.Select(name => new Outage(name, at)));
            var names = new Dictionary<WorkerProcess, string[]>();
            foreach (var worker in cutOff)
                names[worker] = await lab.QueueWorkersAsync(worker, cancellationToken);
            foreach (var worker in cutOff)
                await lab.UntilAsync($"{worker.Name} is declared lost", () => lab.ScalarAsync<bool>(LabSql.IsDeclaredLost, cancellationToken, (object)names[worker]), cancellationToken);
            var others = await lab.ScalarAsync<long>(LabSql.EffectsSince, cancellationToken, at, cutOffNames);
            if (others == 0)
                throw new InvalidOperationException("While some workers were cut off, the others did nothing.");
            meanwhile += others;

            await lab.ResumeAsync(names.Values.SelectMany(each => each), cancellationToken);
            var healed = await lab.NowAsync(cancellationToken);
            proxy.Heal();
            foreach (var worker in cutOff)
            {
                await lab.UntilAsync($"{worker.Name} goes on", () => lab.ScalarAsync<bool>(LabSql.HasStartedAfter, cancellationToken, worker.Name, names[worker]), cancellationToken);
                returns.Add((await lab.NowAsync(cancellationToken) - healed).TotalSeconds);
            }

            foreach (var worker in cutOff)
                await lab.UntilAsync($"{worker.Name} listens again", () => lab.ScalarAsync<bool>(LabSql.IsListeningSince, cancellationToken, worker.Name, healed), cancellationToken);
            say($"silence {round + 1}: {others} jobs done meanwhile, all back after {returns.Max():0.0} s");
        }

        var history = await lab.FinishAsync(cancellationToken);
        returns.Sort();
        return Scenarios.Judge(history,
        [
            ("silences", plan.Faults), ("workers_cut_off", outages.Count), ("done_meanwhile", meanwhile),
            ("return_p50_s", RestartGaps.Quantile(returns, 0.5)), ("return_max_s", RestartGaps.Quantile(returns, 1)),
            .. Scenarios.Gaps("restart", RestartGaps.Of(history, outages)),
        ]);
    }
}
