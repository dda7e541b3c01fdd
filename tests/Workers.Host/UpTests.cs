using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Workers.Host.Tests;

public sealed class UpTests
{
    [Fact]
    public async Task Once_ends_with_one_line_that_accounts_for_every_sample_and_a_second_run_reads_nothing_again()
    {
        using var work = new WorkFolder();
        work.AddSamples();
        var files = Directory.EnumerateFiles(work.Files, "*", SearchOption.AllDirectories).Count();

        var (exitCode, output, errors) = await HostProcess.RunAsync(["up", work.Files, "--once", "--data", work.Data, "--port", "0"]);

        Assert.True(exitCode == 0, errors);
        var summary = HostProcess.Summary(output);
        Assert.Equal(files, summary["files"]!.GetValue<int>());
        Assert.Equal(files, summary["indexed"]!.GetValue<int>() + summary["skipped"]!.GetValue<int>());
        Assert.Equal(0, summary["failed"]!.GetValue<int>());
        Assert.True(summary["indexed"]!.GetValue<int>() >= 10);
        Assert.True(summary["seconds"]!.GetValue<double>() > 0);

        var again = await HostProcess.RunAsync(["up", work.Files, "--once", "--data", work.Data, "--port", "0"]);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(summary["indexed"]!.ToJsonString(), HostProcess.Summary(again.Output)["indexed"]!.ToJsonString());
        Assert.Equal(["sync_connector"], HostProcess.Summary(again.Output)["stage_seconds"]!.AsObject().Select(stage => stage.Key));
    }

    [Fact]
    public async Task A_running_host_finds_samples_by_word_by_meaning_and_by_name_and_stops_cleanly_on_a_signal()
    {
        using var work = new WorkFolder();
        work.AddSamples();
        await using var host = HostProcess.Start(["up", work.Files, "--data", work.Data, "--port", "0"]);
        using var client = new HttpClient { BaseAddress = await host.Ready };
        await WaitUntilIndexedAsync(client);

        var name = Directory.EnumerateFiles(work.Files, "*.pdf", SearchOption.AllDirectories).Select(Path.GetFileName).First()!;
        // The index follows the log within moments; the ledger may be ahead of it.
        await EventuallyAsync(async () =>
        {
            var byName = await client.GetFromJsonAsync<JsonObject>($"/api/v1/search?q={Uri.EscapeDataString(Path.GetFileNameWithoutExtension(name))}");
            return byName!["results"]!.AsArray().Any(hit => hit!["name"]!.GetValue<string>() == name);
        });
        foreach (var mode in (string[])["keyword", "semantic", "hybrid"])
        {
            await EventuallyAsync(async () =>
            {
                var response = await client.PostAsJsonAsync($"/api/v1/search/{mode}", new { query = "maintenance of harbour cranes" });
                Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
                var body = await response.Content.ReadFromJsonAsync<JsonObject>();
                return body!.First(pair => pair.Value is JsonArray).Value!.AsArray().Count > 0;
            });
        }

        var second = await HostProcess.RunAsync(["up", work.Files, "--once", "--data", work.Data, "--port", "0"]);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("--data", second.Errors, StringComparison.Ordinal);

        host.Terminate();
        var (exitCode, _, errors) = await host.FinishAsync();
        Assert.True(exitCode == 0, errors);
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
    }

    [CorpusFact]
    public async Task The_corpus_is_indexed_or_explained_to_the_last_file()
    {
        var corpus = RepositoryPaths.Corpus!;
        using var work = new WorkFolder();

        var (exitCode, output, errors) = await HostProcess.RunAsync(["up", Path.Combine(corpus, "documents"), "--once", "--data", work.Data, "--port", "0"]);

        Assert.True(exitCode == 0, errors);
        var summary = HostProcess.Summary(output);
        Assert.Equal(Directory.EnumerateFiles(Path.Combine(corpus, "documents")).Count(), summary["files"]!.GetValue<int>());
        Assert.Equal(summary["files"]!.GetValue<int>(), summary["indexed"]!.GetValue<int>() + summary["skipped"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("up", "/no/such/folder")]
    [InlineData("up", ".", "--port", "99999")]
    public async Task A_wrong_call_ends_with_a_sentence_and_no_stack_trace(params string[] arguments)
    {
        var (exitCode, output, errors) = await HostProcess.RunAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.StartsWith("ScaiDrive: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_setting_stops_the_host_before_it_touches_anything()
    {
        using var work = new WorkFolder();

        var (exitCode, _, errors) = await HostProcess.RunAsync(["up", work.Files, "--data", work.Data], ("SCAIDRIVE_LOG_LEVEL", "loud"));

        Assert.Equal(2, exitCode);
        Assert.Contains("SCAIDRIVE_LOG_LEVEL", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.Data));
    }

    private static Task WaitUntilIndexedAsync(HttpClient client) => EventuallyAsync(async () =>
    {
        var stats = await client.GetFromJsonAsync<JsonObject>("/api/v1/search/stats");
        var queue = await client.GetFromJsonAsync<JsonObject>("/api/v1/search/queue");
        return stats!["indexed_files"]!.GetValue<long>() > 0 && queue!["pending_files"]!.GetValue<long>() == 0 && queue["pending_vectors"]!.GetValue<long>() == 0;
    });

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
    }
}
