namespace ScaiDrive.Bench.Recovery;

/// <summary>Workers are stopped in the middle of their work until their jobs have gone to others, and then wake up: whatever they
/// still try to write is refused, their handlers are cancelled, and the child processes of those are killed.</summary>
internal static class StopScenario
{
    internal static async Task<ScenarioResult> RunAsync(FaultPlan plan, Action<string> say, CancellationToken cancellationToken)
    {
        var random = new Random(plan.Lab.Seed);
        await using var lab = await FaultLab.StartAsync(plan.Lab, cancellationToken);
        await lab.BeginAsync(_ => lab.Server.Port, cancellationToken);

        var outages = new List<Outage>();
        var (interrupted, children) = (0, 0);
        for (var round = 0; round < plan.Faults; round++)
        {
            var victims = lab.LiveWorkers.ToArray();
            random.Shuffle(victims);
            var stopped = new List<(WorkerProcess Worker, string[] Names, IReadOnlyList<int> Children)>();
            // Those first that need not be waited for.
            foreach (var victim in victims.OrderBy(worker => LabProcesses.Children(worker.Id).Count == 0).Take(Math.Max(1, plan.Lab.Workers / 2)))
            {
                await lab.UntilAsync($"{victim.Name} has a child", () => Task.FromResult(LabProcesses.Children(victim.Id).Count > 0), cancellationToken);
                await lab.UntilAsync($"{victim.Name} runs what ignores its token", () => lab.ScalarAsync<bool>(LabSql.RunsStubbornJob, cancellationToken, victim.Name), cancellationToken);
                outages.Add(new Outage(victim.Name, await lab.NowAsync(cancellationToken)));
                victim.Send(ProcessSignal.Stop);
                stopped.Add((victim, await lab.QueueWorkersAsync(victim, cancellationToken), LabProcesses.Children(victim.Id)));
            }

            say($"stopped {string.Join(", ", stopped.Select(each => each.Worker.Name))}");
            foreach (var (worker, names, _) in stopped)
            {
                await lab.UntilAsync($"{worker.Name} is declared lost", () => lab.ScalarAsync<bool>(LabSql.IsDeclaredLost, cancellationToken, (object)names), cancellationToken);
                interrupted += await CountRunningAsync(lab, worker, cancellationToken);
            }

            foreach (var (worker, names, orphans) in stopped)
            {
                children += orphans.Count;
                await lab.ResumeAsync(names, cancellationToken);
                worker.Send(ProcessSignal.Continue);
            }

            foreach (var (worker, names, orphans) in stopped)
            {
                await lab.UntilAsync($"no handler of before the stop runs in {worker.Name}", async () => await CountRunningAsync(lab, worker, names, cancellationToken) == 0, cancellationToken);
                await lab.UntilAsync($"the children of {worker.Name} are dead", () => Task.FromResult(!orphans.Any(LabProcesses.IsAlive)), cancellationToken);
                await lab.UntilAsync($"{worker.Name} goes on", () => lab.ScalarAsync<bool>(LabSql.HasStartedAfter, cancellationToken, worker.Name, names), cancellationToken);
            }

            say("they woke, let go and went on");
        }

        var history = await lab.FinishAsync(cancellationToken);
        return Scenarios.Judge(history,
        [
            ("stops", outages.Count), ("interrupted", interrupted), ("children_killed", children),
            ("cancelled", history.Ended.Count(end => end.How == "cancelled")), .. Scenarios.Gaps("restart", RestartGaps.Of(history, outages)),
        ]);
    }

    private static async Task<int> CountRunningAsync(FaultLab lab, WorkerProcess worker, CancellationToken cancellationToken) =>
        (int)await lab.ScalarAsync<long>(LabSql.CountRunning, cancellationToken, worker.Name);

    private static async Task<int> CountRunningAsync(FaultLab lab, WorkerProcess worker, string[] names, CancellationToken cancellationToken) =>
        (int)await lab.ScalarAsync<long>(LabSql.CountRunningAs, cancellationToken, worker.Name, names);
}
