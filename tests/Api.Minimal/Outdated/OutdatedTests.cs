using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Outdated;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Drive;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Api.Minimal.Tests.Outdated;

public sealed class OutdatedTests : IAsyncLifetime
{
    private readonly RunningApi api = new();

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Nothing_outdated_costs_nothing_and_starts_nothing()
    {
        var estimate = await SendAsync(HttpMethod.Get, "outdated", HttpStatusCode.OK);
        Assert.Equal((0, 0), (estimate.GetProperty("files").GetInt64(), estimate.GetProperty("formats").GetArrayLength()));

        var answer = await SendAsync(HttpMethod.Post, "redo", HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("job_id").ValueKind);
        Assert.False(answer.GetProperty("started").GetBoolean());
    }

    [Fact]
    public async Task What_is_outdated_is_told_by_format_before_one_job_reads_it_again()
    {
        var file = await api.AddFileAsync("note.txt", "heron");
        await using (var connection = await api.Database.OpenConnectionAsync(RunningApi.Stop))
        await using (var transaction = await connection.BeginTransactionAsync(RunningApi.Stop))
        {
            await api.Services.GetRequiredService<IndexWriter>().UpsertFilesAsync(
                transaction, "tnt_local",
                [new IndexedFile(file.Id, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes, file.ModifiedAt, file.ChecksumSha256, 1)], RunningApi.Stop);
            await api.Services.GetRequiredService<ExtractedTextStore>().SaveAsync(
                transaction, "tnt_local", file.ChecksumSha256,
                new("ok", "text/plain", [new(1, "heron", [], null)], [])
                {
                    PipelineVersion = "text.0",
                    ReadTime = TimeSpan.FromSeconds(2.5),
                    Metadata = new() { Title = "Birds", Author = "J. Pike", PageCount = 1 },
                },
                RunningApi.Stop);
            await transaction.CommitAsync(RunningApi.Stop);
        }

        var estimate = await SendAsync(HttpMethod.Get, "outdated", HttpStatusCode.OK);
        Assert.Equal((1, 1, 1, 5, 2.5), (
            estimate.GetProperty("files").GetInt64(), estimate.GetProperty("contents").GetInt64(), estimate.GetProperty("pages").GetInt64(),
            estimate.GetProperty("bytes").GetInt64(), estimate.GetProperty("expected_seconds").GetDouble()));
        Assert.Equal("text.0", Assert.Single(estimate.GetProperty("pipeline_versions").EnumerateArray()).GetString());
        Assert.Equal("text/plain", Assert.Single(estimate.GetProperty("formats").EnumerateArray()).GetProperty("mime_type").GetString());

        var started = await SendAsync(HttpMethod.Post, "redo", HttpStatusCode.Accepted);
        var again = await SendAsync(HttpMethod.Post, "redo", HttpStatusCode.Accepted);
        Assert.Equal((true, false), (started.GetProperty("started").GetBoolean(), again.GetProperty("started").GetBoolean()));
        Assert.Equal(started.GetProperty("job_id").GetInt64(), again.GetProperty("job_id").GetInt64());

        using var status = await api.Client.GetAsync($"/api/v1/search/index-status/{file.Id}", RunningApi.Stop);
        var document = (await status.JsonAsync()).GetProperty("document");
        Assert.Equal(("Birds", "J. Pike", 1), (document.GetProperty("title").GetString(), document.GetProperty("author").GetString(), document.GetProperty("page_count").GetInt32()));
    }

    [Fact]
    public async Task Only_admins_may_ask()
    {
        var caller = new Caller("tnt_local", "usr_other", IsAdmin: false);
        Assert.IsType<ErrorResult>((await OutdatedEndpoints.EstimateAsync(caller, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await OutdatedEndpoints.RedoAsync(caller, null!, RunningApi.Stop)).Result);
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/admin/extraction/{path}");
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        Assert.Equal(expected, response.StatusCode);
        return await response.JsonAsync();
    }
}
