namespace ScaiDrive.Bench.Recovery;

/// <summary>What a scenario showed.</summary>
internal sealed record ScenarioResult(Verdict Verdict, IReadOnlyDictionary<string, object?> Figures);

/// <summary>How many faults, over which time.</summary>
/// <param name="Lab">The lab they hit.</param>
/// <param name="Faults">Kills, stops, restarts or silences.</param>
/// <param name="Duration">The time over which kills and restarts are spread.</param>
internal sealed record FaultPlan(LabOptions Lab, int Faults, TimeSpan Duration);

/// <summary>A kind of fault: what is done to the lab, and what is measured besides the history.</summary>
internal delegate Task<ScenarioResult> Scenario(FaultPlan plan, Action<string> say, CancellationToken cancellationToken);

internal static class Scenarios
{
    /// <summary>By the names they have on the command line.</summary>
    internal static IReadOnlyList<(string Name, Scenario RunAsync)> All { get; } =
    [
        ("kill", KillScenario.RunAsync),
        ("stop", StopScenario.RunAsync),
        ("restart", RestartScenario.RunAsync),
        ("half-open", HalfOpenScenario.RunAsync),
    ];

    /// <summary>Figures that every scenario has, and the verdict.</summary>
    internal static ScenarioResult Judge(History history, IEnumerable<(string Name, object? Value)> figures)
    {
        var verdict = HistoryChecker.Check(history);
        (string, object?)[] common =
        [
            ("jobs", history.Promises.Count), ("starts", history.Starts.Count), ("effects", history.Effects.Count),
            ("refused", history.Ended.Count(end => end.How == "refused")), ("lost", verdict.Lost), ("doubled", verdict.Doubled),
            ("violations", verdict.Violations.Count),
        ];
        return new ScenarioResult(verdict, figures.Concat(common).ToDictionary(figure => figure.Item1, figure => figure.Item2));
    }

    /// <summary>The gap figures of a list of outages.</summary>
    internal static IEnumerable<(string Name, object? Value)> Gaps(string prefix, IReadOnlyList<double> gaps) =>
    [
        ($"{prefix}_p50_s", RestartGaps.Quantile(gaps, 0.5)), ($"{prefix}_p99_s", RestartGaps.Quantile(gaps, 0.99)),
        ($"{prefix}_max_s", RestartGaps.Quantile(gaps, 1)), ($"{prefix}_count", gaps.Count),
    ];
}
