using System.CommandLine;
using System.Text.Json.Nodes;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>search QUERY</c>: asks the running API and prints one JSON line per answer.</summary>
internal static class SearchCommand
{
    internal static Command Create()
    {
        var query = new Argument<string>("QUERY") { Description = "What to look for" };
        var mode = new Option<string>("--mode") { Description = "keyword, semantic or hybrid", DefaultValueFactory = _ => "hybrid" };
        mode.AcceptOnlyFromAmong("keyword", "semantic", "hybrid");
        var limit = new Option<int>("--limit") { Description = "Most answers, 1 to 50", DefaultValueFactory = _ => 10 };
        var url = RunningApi.Url();
        var command = new Command("search", "Asks the running API; prints JSON lines.") { query, mode, limit, url };
        command.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
            RunAsync(parsed.GetRequiredValue(query), parsed.GetRequiredValue(mode), parsed.GetValue(limit), parsed.GetRequiredValue(url), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string query, string mode, int limit, string url, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 50)
            throw new UsageException($"--limit {limit} is not allowed. Allowed: 1 to 50.");
        if (await RunningApi.AskAsync(url, client => client.PostAsJsonAsync($"/api/v1/search/{mode}", new { query, limit }, cancellationToken), cancellationToken) is not { } body)
            return 1;
        var hits = body.FirstOrDefault(pair => pair.Value is JsonArray).Value as JsonArray ?? [];
        foreach (var hit in hits)
            Console.WriteLine(hit!.ToJsonString(RunningApi.Compact));
        return 0;
    }
}
