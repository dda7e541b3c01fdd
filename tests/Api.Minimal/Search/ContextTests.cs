using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Drive;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Index;

namespace ScaiDrive.Api.Minimal.Tests.Search;

public sealed class ContextTests(RunningApi api) : IClassFixture<RunningApi>
{
    private const string Address = "/api/v1/search/context";

    [Fact]
    public async Task Context_is_numbered_sources_with_their_place_within_the_budget()
    {
        var word = $"w{Guid.NewGuid():N}";
        var file = await AddAsync(word);

        using var response = await api.Client.PostAsJsonAsync(Address, new { query = word, max_tokens = 100 }, RunningApi.Stop);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal(word, answer.GetProperty("query").GetString());
        Assert.Equal($"[1] {file.Path}, page 4, Lift\nAll about {word}.", answer.GetProperty("context").GetString());
        Assert.InRange(answer.GetProperty("total_tokens").GetInt32(), 1, 100);
        Assert.False(answer.GetProperty("truncated").GetBoolean());
        var source = Assert.Single(answer.GetProperty("sources").EnumerateArray());
        Assert.Equal(1, source.GetProperty("source").GetInt32());
        Assert.Equal(file.Id, source.GetProperty("file_id").GetString());
        Assert.Equal(4, source.GetProperty("page").GetInt32());
        Assert.Equal("Lift", source.GetProperty("section").GetString());
        Assert.Equal(3, Assert.Single(source.GetProperty("chunk_indexes").EnumerateArray()).GetInt32());
        Assert.Equal($"All about {word}.", source.GetProperty("content").GetString());
    }

    [Fact]
    public async Task A_deleted_file_is_in_no_context_although_the_index_still_has_it()
    {
        var word = $"w{Guid.NewGuid():N}";
        var file = await AddAsync(word);
        await api.WriteAsync(async writer =>
        {
            await writer.DeleteFileAsync(file.Id, false, RunningApi.Stop);
            return true;
        });

        using var response = await api.Client.PostAsJsonAsync(Address, new { query = word }, RunningApi.Stop);

        Assert.Empty((await response.JsonAsync()).GetProperty("sources").EnumerateArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"query": "x", "max_tokens": 99}""")]
    [InlineData("""{"query": "x", "max_tokens": 32001}""")]
    [InlineData("""{"query": "x", "max_chunks": 0}""")]
    [InlineData("""{"query": "x", "max_chunks": 51}""")]
    [InlineData("""{"query": "x", "alpha": 1.1}""")]
    public async Task What_is_out_of_range_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await api.Client.PostAsync(Address, content, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Filters_of_time_reach_the_index()
    {
        using var got = await api.Client.GetAsync("/api/v1/search?q=anything&modified_after=2025-01-02T00:00:00Z&modified_before=2025-02-01T00:00:00Z", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Check();
        foreach (var mode in new[] { "keyword", "semantic", "hybrid", "context" })
        {
            using var posted = await api.Client.PostAsJsonAsync(
                $"/api/v1/search/{mode}", new { query = "anything", modified_after = "2025-01-02T00:00:00Z", modified_before = "2025-02-01T00:00:00Z" }, RunningApi.Stop);
            Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
            Check();
        }

        void Check()
        {
            var search = api.Engine.Last!.Search;
            Assert.Equal((new DateTimeOffset(2025, 1, 2, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2025, 2, 1, 0, 0, 0, TimeSpan.Zero)), (search.ModifiedFrom, search.ModifiedTo));
        }
    }

    private async Task<DriveFile> AddAsync(string word)
    {
        var file = await api.AddFileAsync($"{word}.txt", word);
        api.Engine.Add(file, word);
        var writer = api.Services.GetRequiredService<IndexWriter>();
        await using var connection = await api.Database.OpenConnectionAsync(RunningApi.Stop);
        await using var transaction = await connection.BeginTransactionAsync(RunningApi.Stop);
        await writer.UpsertFilesAsync(
            transaction, DriveStore.LocalTenantId,
            [new IndexedFile(file.Id, file.ShareId, null, file.Name, file.Path, file.MimeType, file.SizeBytes, file.ModifiedAt, file.ChecksumSha256, 1)], RunningApi.Stop);
        Assert.True(await writer.ReplaceChunksAsync(
            transaction, DriveStore.LocalTenantId, file.Id, file.ChecksumSha256, "text", null,
            [new TextChunk(3, 4, null, "Lift", $"All about {word}.", $"hash of {word}")], RunningApi.Stop));
        await transaction.CommitAsync(RunningApi.Stop);
        return file;
    }
}

/// <summary>The index of the context is down.</summary>
public sealed class ContextOutageTests : IAsyncLifetime
{
    private readonly RunningApi _api = new();

    public Task InitializeAsync() => _api.InitializeAsync();

    public Task DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Without_its_index_context_is_a_503()
    {
        _api.Engine.IsDown = true;
        using var response = await _api.Client.PostAsJsonAsync("/api/v1/search/context", new { query = "wing" }, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
    }
}
