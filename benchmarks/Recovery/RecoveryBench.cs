using System.Globalization;
using System.Text.Json;

namespace ScaiDrive.Bench.Recovery;

/// <summary>Breaks what the queue runs on, in four ways, and holds what happened against what it promises.</summary>
internal static class RecoveryBench
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (args is [WorkerProcess.Mode])
            return await WorkerProcess.RunAsync(cancellationToken);

        var isLong = args.Contains("--long");
        var only = Value(args, "--only");
        var kills = Number(args, "--kills") ?? (isLong ? 600 : 200);
        var seconds = Number(args, "--seconds") ?? (isLong ? 480 : 150);
        if (only is not null && Scenarios.All.All(scenario => scenario.Name != only))
        {
            Console.Error.WriteLine($"There is no scenario '{only}'; there are {string.Join(", ", Scenarios.All.Select(scenario => scenario.Name))}.");
            return 2;
        }

        var results = new List<(string Name, ScenarioResult Result)>();
        foreach (var (name, runAsync) in Scenarios.All.Where(scenario => only is null || scenario.Name == only))
        {
            var lab = new LabOptions
            {
                Workers = name == "kill" ? 6 : 4,
                LongChildren = name == "stop" ? 0.01 : 0,
                Stubborn = name == "stop" ? 0.04 : 0.01,
                Seed = Number(args, "--seed") ?? 1,
                LogDirectory = Value(args, "--logs") is { } logs ? Path.Combine(Path.GetFullPath(logs), name) : null,
            };
            var plan = name switch
            {
                "kill" => new FaultPlan(lab, kills, TimeSpan.FromSeconds(seconds)),
                "restart" => new FaultPlan(lab, isLong ? 10 : 4, TimeSpan.FromSeconds(isLong ? 60 : 20)),
                _ => new FaultPlan(lab, isLong ? 6 : 2, TimeSpan.Zero),
            };
            Console.WriteLine($"{name}: {plan.Faults} faults");
            ScenarioResult result;
            try
            {
                result = await runAsync(plan, line => Console.WriteLine($"  {line}"), cancellationToken);
            }
            catch (TimeoutException fault)
            {
                await Console.Error.WriteLineAsync($"{name}: {fault.Message}");
                return 1;
            }

            results.Add((name, result));
            Console.WriteLine($"  {JsonSerializer.Serialize(result.Figures)}");
            foreach (var violation in result.Verdict.Violations.Take(20))
                Console.WriteLine($"  BROKEN: {violation.Rule}: job {violation.Job}: {violation.Evidence}");
        }

        // Of the kill scenario, or of the only one that ran.
        var first = results[0].Result.Figures;
        var summary = new Dictionary<string, object?>
        {
            ["bench"] = "recovery",
            ["restart_p50_s"] = first.GetValueOrDefault("restart_p50_s"),
            ["restart_p99_s"] = first.GetValueOrDefault("restart_p99_s"),
            ["lost"] = results.Sum(each => each.Result.Verdict.Lost),
            ["doubled"] = results.Sum(each => each.Result.Verdict.Doubled),
            ["violations"] = results.Sum(each => each.Result.Verdict.Violations.Count),
        };
        foreach (var (name, result) in results)
            summary[name.Replace('-', '_')] = result.Figures;
        summary["processors"] = Environment.ProcessorCount;
        summary["load"] = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Console.WriteLine(JsonSerializer.Serialize(summary));
        return results.All(each => each.Result.Verdict.Violations.Count == 0) ? 0 : 1;
    }

    private static string? Value(IReadOnlyList<string> args, string option) =>
        args.Zip(args.Skip(1)).Where(pair => pair.First == option).Select(pair => pair.Second).FirstOrDefault();

    private static int? Number(IReadOnlyList<string> args, string option) =>
        Value(args, option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
