using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Jobs.Tests;

namespace ScaiDrive.Workers.Host.Tests;

public sealed class OcrTests
{
    [Fact]
    public async Task Ocr_is_switched_on_over_http_and_reads_exactly_the_files_with_images()
    {
        using var work = new WorkFolder();
        File.WriteAllText(Path.Combine(work.Files, "text.txt"), "heron");
        File.WriteAllBytes(Path.Combine(work.Files, "scan.pdf"), PdfWithPages.Write(PdfWithPages.Picture));
        File.WriteAllBytes(Path.Combine(work.Files, "mixed.pdf"), PdfWithPages.Write("walrus", PdfWithPages.Picture));
        await using var host = HostProcess.Start(["up", work.Files, "--data", work.Data, "--port", "0"]);
        using var client = new HttpClient { BaseAddress = await host.Ready };
        await EventuallyAsync(async () => await StatusesAsync(client) is [_, _, _] statuses && statuses.All(status => status != "pending"));
        Assert.Empty(await FindAsync(client, PdfWithPages.WordInPicture));

        using var response = await client.PatchAsJsonAsync("/api/v1/vectorization/providers/prv_local", new { ocr_enabled = true });
        var changed = await response.Content.ReadFromJsonAsync<JsonObject>();
        Assert.Equal(2, changed!["ocr_disabled_files"]!.GetValue<int>());
        await EventuallyAsync(async () => (await FindAsync(client, PdfWithPages.WordInPicture)).Count == 2);

        var jobs = await client.GetFromJsonAsync<JsonObject>("/api/v1/admin/jobs?kind=recognize-text");
        Assert.Equal(["low", "low"], jobs!["jobs"]!.AsArray().Select(job => job!["queue"]!.GetValue<string>()));
        var (exitCode, output, errors) = await HostProcess.RunAsync(["extraction", "outdated", "--url", client.BaseAddress!.ToString()]);
        Assert.True(exitCode == 0, errors);
        Assert.Equal(0, HostProcess.Summary(output)["files"]!.GetValue<int>());
        host.Terminate();
        Assert.Equal(0, (await host.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task Extraction_without_a_running_api_ends_with_a_sentence()
    {
        var (exitCode, output, errors) = await HostProcess.RunAsync(["extraction", "redo", "--url", "http://127.0.0.1:1"]);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("ScaiDrive: No ScaiDrive answers", errors, StringComparison.Ordinal);
    }

    private static async Task<List<string>> StatusesAsync(HttpClient client)
    {
        var found = await client.GetFromJsonAsync<JsonObject>("/api/v1/search?q=text+scan+mixed");
        var statuses = new List<string>();
        foreach (var hit in found!["results"]!.AsArray())
            statuses.Add((await client.GetFromJsonAsync<JsonObject>($"/api/v1/search/index-status/{hit!["id"]}"))!["status"]!.GetValue<string>());
        return statuses;
    }

    private static async Task<List<string>> FindAsync(HttpClient client, string word)
    {
        var found = await client.GetFromJsonAsync<JsonObject>($"/api/v1/search?q={word}");
        return [.. found!["results"]!.AsArray().Select(hit => hit!["name"]!.GetValue<string>())];
    }

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
    }
}
