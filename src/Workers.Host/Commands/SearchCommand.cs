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
        var share = new Option<string?>("--share") { Description = "Only this share, by its id" };
        var types = new Option<string[]>("--type") { Description = "Only files of this MIME type, such as image/*; may be given several times" };
        var path = new Option<string?>("--path") { Description = "Only files whose path begins so, such as /Reports/" };
        var after = new Option<DateTimeOffset?>("--modified-after") { Description = "Only files modified then or later, such as 2026-01-31" };
        var before = new Option<DateTimeOffset?>("--modified-before") { Description = "Only files modified before" };
        var alpha = new Option<double?>("--alpha") { Description = "hybrid: 0 is words alone, 1 meaning alone (default 0.7)" };
        var url = RunningApi.Url();
        var command = new Command("search", "Asks the running API; prints JSON lines.") { query, mode, limit, share, types, path, after, before, alpha, url };
        command.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
        {
            var body = new Dictionary<string, object?>
            {
                ["query"] = parsed.GetRequiredValue(query),
                ["limit"] = Allowed(parsed.GetValue(limit)),
                ["share_id"] = parsed.GetValue(share),
                ["file_types"] = parsed.GetValue(types) is { Length: > 0 } given ? given : null,
                ["path_prefix"] = parsed.GetValue(path),
                ["modified_after"] = parsed.GetValue(after),
                ["modified_before"] = parsed.GetValue(before),
                ["alpha"] = parsed.GetValue(alpha),
            };
            return RunAsync(parsed.GetRequiredValue(mode), body, parsed.GetRequiredValue(url), cancellationToken);
        }));
        return command;
    }

    private static int Allowed(int limit) =>
        limit is >= 1 and <= 50 ? limit : throw new UsageException($"--limit {limit} is not allowed. Allowed: 1 to 50.");

    private static async Task<int> RunAsync(string mode, Dictionary<string, object?> body, string url, CancellationToken cancellationToken)
    {
        if (mode != "hybrid")
            body.Remove("alpha");
        if (await RunningApi.AskAsync(url, client => client.PostAsJsonAsync($"/api/v1/search/{mode}", body, cancellationToken), cancellationToken) is not { } answer)
            return 1;
        var hits = answer.FirstOrDefault(pair => pair.Value is JsonArray).Value as JsonArray ?? [];
        foreach (var hit in hits)
            Console.WriteLine(hit!.ToJsonString(RunningApi.Compact));
        return 0;
    }
}
