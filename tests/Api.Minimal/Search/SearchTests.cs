using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Drive;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Tests.Search;

public sealed class SearchTests(RunningApi api) : IClassFixture<RunningApi>
{
    [Theory]
    [InlineData("GET", "/api/v1/search")]
    [InlineData("POST", "/api/v1/search")]
    [InlineData("GET", "/api/v1/search/keyword")]
    [InlineData("POST", "/api/v1/search/keyword")]
    public async Task Search_by_word_answers_files_in_the_shape_of_the_contract(string method, string path)
    {
        var word = Unique();
        var file = await api.AddFileAsync($"{word}.txt", "hello");
        api.Engine.Add(file, word, page: 4, section: "Lift");

        using var response = await AskAsync(method, path, word);

        var answer = await response.JsonAsync();
        Assert.Equal(word, answer.GetProperty("query").GetString());
        Assert.Equal(1, answer.GetProperty("total").GetInt64());
        Assert.False(answer.GetProperty("has_more").GetBoolean());
        var hit = Assert.Single(answer.GetProperty("results").EnumerateArray());
        Assert.Equal(file.Id, hit.GetProperty("id").GetString());
        Assert.Equal("file", hit.GetProperty("type").GetString());
        Assert.Equal(file.Path, hit.GetProperty("path").GetString());
        Assert.Equal(5, hit.GetProperty("size").GetInt64());
        Assert.Equal("1970-01-01T00:00:00.000Z", hit.GetProperty("modified_at").GetString());
        var highlight = Assert.Single(hit.GetProperty("highlights").EnumerateArray());
        Assert.Equal(word, hit.GetProperty("snippet").GetString()!.Substring(highlight.GetProperty("offset").GetInt32(), highlight.GetProperty("length").GetInt32()));
        Assert.Equal(response.RequestId, answer.GetProperty("meta").GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task An_index_that_lags_behind_shows_nobody_what_they_may_not_read_any_more()
    {
        var word = Unique();
        var file = await api.AddFileAsync($"{word}.txt");
        api.Engine.Add(file, word);
        await api.ExecuteAsync("UPDATE shares SET is_public = true");
        var acls = await api.Services.GetRequiredService<SourceAcls>().InternAsync("tnt_local", "cnn_x", [SourceAcl.Everybody, SourceAcl.Nobody], RunningApi.Stop);
        var (reader, admin) = (new Caller("tnt_local", "usr_reader", IsAdmin: false), new Caller("tnt_local", "usr_local", IsAdmin: true));
        await api.ExecuteAsync("UPDATE items SET source_acl_id = $2 WHERE id = $1", file.Id, acls[0]);
        Assert.Equal((1, 1), (await FindAsync(reader), await FindAsync(admin)));
        await FindAsync(reader);
        Assert.Equal([acls[0]], api.Engine.Last!.Search.AllowedAcls!);
        Assert.Equal([file.ShareId], api.Engine.Last.Search.AllowedShares!);
        await api.ExecuteAsync("UPDATE items SET source_acl_id = $2 WHERE id = $1", file.Id, acls[1]);
        Assert.Equal((0, 1), (await FindAsync(reader), await FindAsync(admin)));
        Assert.Null(api.Engine.Last.Search.AllowedAcls);

        async Task<long> FindAsync(Caller caller) => (await SearchEndpoints.KeywordGetAsync(
            word, null, null, null, null, null, null, caller, api.Drive, api.Services.GetRequiredService<SearchService>(),
            api.Services.GetRequiredService<HitHydrator>(), RunningApi.Stop)).Value!.Total;
    }

    [Theory]
    [InlineData("GET", "semantic", "semantic_results")]
    [InlineData("POST", "semantic", "semantic_results")]
    [InlineData("GET", "hybrid", "hybrid_results")]
    [InlineData("POST", "hybrid", "hybrid_results")]
    public async Task Search_by_meaning_answers_passages_in_the_shape_of_the_contract(string method, string mode, string list)
    {
        var word = Unique();
        var file = await api.AddFileAsync($"{word}.txt");
        api.Engine.Add(file, word, page: 4, section: "Lift");

        using var response = await AskAsync(method, $"/api/v1/search/{mode}", word);

        var hit = Assert.Single((await response.JsonAsync()).GetProperty(list).EnumerateArray());
        Assert.Equal(file.Id, hit.GetProperty("file_id").GetString());
        Assert.Equal(file.Name, hit.GetProperty("file_name").GetString());
        Assert.Equal(word, hit.GetProperty("chunk_content").GetString());
        Assert.Equal(3, hit.GetProperty("chunk_index").GetInt32());
        Assert.Equal(4, hit.GetProperty("page").GetInt32());
        Assert.Equal("Lift", hit.GetProperty("section").GetString());
        Assert.Equal(0.25, hit.GetProperty("distance").GetDouble());
        Assert.True(hit.GetProperty("score").GetDouble() > 0);
    }

    [Theory]
    [InlineData("/api/v1/search", "results")]
    [InlineData("/api/v1/search/semantic", "semantic_results")]
    [InlineData("/api/v1/search/hybrid", "hybrid_results")]
    public async Task A_hit_that_is_deleted_or_of_another_tenant_does_not_leave(string path, string list)
    {
        var word = Unique();
        var live = await api.AddFileAsync($"live-{word}.txt");
        var deleted = await api.AddFileAsync($"deleted-{word}.txt");
        api.Engine.Add(deleted, word);
        api.Engine.Add(live, word);
        api.Engine.Add(live with { Id = "fil_of_another_tenant" }, word);
        await api.WriteAsync(async w =>
        {
            await w.DeleteFileAsync(deleted.Id, false, RunningApi.Stop);
            return true;
        });

        using var response = await AskAsync("GET", path, word);

        var text = await response.Content.ReadAsStringAsync(RunningApi.Stop);
        Assert.Single((await response.JsonAsync()).GetProperty(list).EnumerateArray());
        Assert.DoesNotContain(deleted.Id, text, StringComparison.Ordinal);
        Assert.DoesNotContain("fil_of_another_tenant", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hit_leaves_with_the_name_and_path_of_now_not_of_the_index()
    {
        var word = Unique();
        var file = await api.AddFileAsync($"old-{word}.txt");
        api.Engine.Add(file, word);
        await api.WriteAsync(w => w.MoveFileAsync(file.Id, null, $"new-{word}.txt", RunningApi.Stop));

        using var response = await AskAsync("GET", "/api/v1/search", word);

        var hit = Assert.Single((await response.JsonAsync()).GetProperty("results").EnumerateArray());
        Assert.Equal($"new-{word}.txt", hit.GetProperty("name").GetString());
        Assert.Equal($"/new-{word}.txt", hit.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Filters_of_the_address_reach_the_index()
    {
        using var response = await api.Client.GetAsync(
            "/api/v1/search?q=anything&share_id=shr_1&file_type=image/*&file_type=text/plain&path_prefix=/a/&folder_id=fld_1&recursive=false&limit=7&offset=3", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        var request = api.Engine.Last!;
        Assert.Equal(("tnt_local", "shr_1", "/a/", "fld_1", false), (request.Search.TenantId, request.Search.ShareId, request.Search.PathPrefix, request.Search.FolderId, request.Search.Recursive));
        Assert.Equal(["image/*", "text/plain"], request.Search.MimeTypes);
        Assert.Equal((7, 3), (request.Limit, request.Offset));
    }

    [Fact]
    public async Task Index_status_says_pending_before_the_first_job_ran()
    {
        var file = await api.AddFileAsync($"{Unique()}.txt");
        using var response = await api.Client.GetAsync($"/api/v1/search/index-status/{file.Id}", RunningApi.Stop);
        var status = await response.JsonAsync();
        Assert.Equal("pending", status.GetProperty("status").GetString());
        Assert.False(status.GetProperty("indexed").GetBoolean());
        Assert.Equal(0, status.GetProperty("chunk_count").GetInt32());
    }

    [Fact]
    public async Task Index_status_says_why_and_what_to_do()
    {
        var file = await api.AddFileAsync($"{Unique()}.pdf");
        await RecordAsync(file.Id, file.ChecksumSha256, new LedgerEntry(
            "tnt_local", file.Id, file.ChecksumSha256, LedgerStages.Extract, LedgerStates.Skipped, "encrypted", "needs a password", "poppler", "22.12", 0, 4, TimeSpan.FromSeconds(1.5)));

        using var response = await api.Client.GetAsync($"/api/v1/search/index-status/{file.Id}", RunningApi.Stop);

        var status = await response.JsonAsync();
        Assert.Equal("skipped", status.GetProperty("status").GetString());
        Assert.Equal("encrypted", status.GetProperty("reason_code").GetString());
        Assert.Contains("password", status.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Equal("needs a password", status.GetProperty("error").GetString());
        var stage = Assert.Single(status.GetProperty("stages").EnumerateArray());
        Assert.Equal(1.5, stage.GetProperty("duration_seconds").GetDouble());
        Assert.Equal("poppler", stage.GetProperty("engine").GetString());
    }

    [Fact]
    public async Task Index_status_of_an_indexed_file_notes_what_of_it_is_not_searchable()
    {
        var file = await api.AddFileAsync($"{Unique()}.pdf");
        await RecordAsync(file.Id, file.ChecksumSha256, new LedgerEntry("tnt_local", file.Id, file.ChecksumSha256, LedgerStages.Extract, LedgerStates.Done, "truncated", "Only the first 8192 KiB of text were read."));
        await RecordAsync(file.Id, file.ChecksumSha256, new LedgerEntry("tnt_local", file.Id, file.ChecksumSha256, LedgerStages.Index, LedgerStates.Done));
        await RecordAsync(file.Id, file.ChecksumSha256, new LedgerEntry("tnt_local", file.Id, file.ChecksumSha256, LedgerStages.Recognize, LedgerStates.Skipped, "ocr_disabled", "3 of 10 pages are images."));

        using var response = await api.Client.GetAsync($"/api/v1/search/index-status/{file.Id}", RunningApi.Stop);

        var status = await response.JsonAsync();
        Assert.True(status.GetProperty("indexed").GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, status.GetProperty("error").ValueKind);
        Assert.Equal(
            ["extract truncated Only the first 8192 KiB of text were read.", "recognize ocr_disabled 3 of 10 pages are images."],
            status.GetProperty("notes").EnumerateArray().Select(note => $"{note.GetProperty("stage")} {note.GetProperty("reason_code")} {note.GetProperty("detail")}"));
    }

    [Fact]
    public async Task Index_status_of_an_unknown_file_is_a_404()
    {
        using var response = await api.Client.GetAsync("/api/v1/search/index-status/fil_none", RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task The_queue_answer_tells_depth_and_age_of_both_queues()
    {
        using var response = await api.Client.GetAsync("/api/v1/search/queue", RunningApi.Stop);
        var answer = await response.JsonAsync();
        Assert.Equal(["high", "low"], answer.GetProperty("queues").EnumerateArray().Select(q => q.GetProperty("queue").GetString()));
        Assert.Equal(answer.GetProperty("queues").EnumerateArray().Sum(q => q.GetProperty("depth").GetInt64()), answer.GetProperty("depth").GetInt64());
        Assert.True(answer.TryGetProperty("pending_files", out _));
    }

    [Fact]
    public async Task Stats_count_files_and_chunks()
    {
        using var response = await api.Client.GetAsync("/api/v1/search/stats", RunningApi.Stop);
        var answer = await response.JsonAsync();
        Assert.True(answer.GetProperty("total_files").GetInt64() >= 0);
        Assert.Equal(System.Text.Json.JsonValueKind.Object, answer.GetProperty("skipped_files").ValueKind);
    }

    private async Task RecordAsync(string fileId, string hash, LedgerEntry entry)
    {
        var writer = (IndexWriter)api.Services.GetService(typeof(IndexWriter))!;
        var ledger = (FileLedger)api.Services.GetService(typeof(FileLedger))!;
        var file = (await api.Drive.FindFileAsync("tnt_local", fileId, RunningApi.Stop))!;
        await using var connection = await api.Database.OpenConnectionAsync(RunningApi.Stop);
        await using var transaction = await connection.BeginTransactionAsync(RunningApi.Stop);
        await writer.UpsertFilesAsync(
            transaction, "tnt_local",
            [new IndexedFile(file.Id, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes, file.ModifiedAt, hash, 1)], RunningApi.Stop);
        Assert.True(await ledger.RecordAsync(transaction, entry, RunningApi.Stop));
        await transaction.CommitAsync(RunningApi.Stop);
    }

    private Task<HttpResponseMessage> AskAsync(string method, string path, string query) => method == "GET"
        ? api.Client.GetAsync($"{path}?q={query}", RunningApi.Stop)
        : api.Client.PostAsJsonAsync(path, new { query }, RunningApi.Stop);

    private static string Unique() => $"w{Guid.NewGuid():n}";
}
