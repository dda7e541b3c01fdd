using System.CommandLine;
using System.Text.Json;
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
        var url = new Option<string>("--url")
        {
            Description = "Where the API listens",
            DefaultValueFactory = _ => $"http://127.0.0.1:{Environment.GetEnvironmentVariable("SCAIDRIVE_PORT") ?? "8000"}",
        };
        var command = new Command("search", "Asks the running API; prints JSON lines.") { query, mode, limit, url };
        command.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
            RunAsync(parsed.GetRequiredValue(query), parsed.GetRequiredValue(mode), parsed.GetValue(limit), parsed.GetRequiredValue(url), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string query, string mode, int limit, string url, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 50)
            throw new UsageException($"--limit {limit} is not allowed. Allowed: 1 to 50.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--url '{url}' is not an address. Expected one such as http://127.0.0.1:8000.");
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };
        HttpResponseMessage response;
        try
        {
            response = await client.PostAsJsonAsync($"/api/v1/search/{mode}", new { query, limit }, cancellationToken);
        }
        catch (HttpRequestException fault)
        {
            throw new UsageException($"No ScaiDrive answers at {url} ({fault.Message}). Start it with: ./run up FOLDER");
        }

        var body = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            await Console.Error.WriteLineAsync($"ScaiDrive: {body?["error"]?["code"]}: {body?["error"]?["message"]}");
            return 1;
        }

        var hits = body?.FirstOrDefault(pair => pair.Value is JsonArray).Value as JsonArray ?? [];
        foreach (var hit in hits)
            Console.WriteLine(hit!.ToJsonString(Compact));
        return 0;
    }

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
