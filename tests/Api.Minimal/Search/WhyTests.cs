using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Tests.Search;

public sealed class WhyTests : IAsyncLifetime
{
    private readonly RunningApi api = new();

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task An_indexed_file_is_found_by_name_words_and_meaning()
    {
        var file = await IndexedAsync("a.txt");
        var why = await WhyAsync($"file_id={file.Id}");
        Assert.Equal("indexed", Code(why));
        var by = why.GetProperty("searchable_by");
        Assert.Equal((true, true, true), (by.GetProperty("name").GetBoolean(), by.GetProperty("words").GetBoolean(), by.GetProperty("meaning").GetBoolean()));
        Assert.Equal("Default", why.GetProperty("policy").GetProperty("name").GetString());
        Assert.Equal("/a.txt", why.GetProperty("file").GetProperty("path").GetString());
        Assert.NotEmpty(why.GetProperty("stages").EnumerateArray());
    }

    [Fact]
    public async Task What_is_down_is_named()
    {
        var file = await IndexedAsync("a.txt");
        api.Embedding.IsDown = true;
        var why = await WhyAsync($"share_id={api.Share.Id}&path=/a.txt");
        Assert.Equal("embedding_down", Code(why));
        Assert.True(why.GetProperty("searchable_by").GetProperty("words").GetBoolean());
        Assert.False(why.GetProperty("searchable_by").GetProperty("meaning").GetBoolean());
        api.Engine.IsDown = true;
        Assert.Equal("index_unavailable", Code(await WhyAsync($"file_id={file.Id}")));
    }

    [Fact]
    public async Task A_file_without_its_row_is_not_in_the_index_and_its_job_says_why_it_waits()
    {
        var file = await api.AddFileAsync("new.txt");
        Assert.Equal("not_in_index", Code(await WhyAsync($"file_id={file.Id}")));
        await IndexedAsync("waiting.txt", stages: false);
        var waiting = (await api.Drive.FindFileByPathAsync("tnt_local", api.Share.Id, "/waiting.txt", RunningApi.Stop))!;
        var job = await api.AddWaitingJobAsync(subjectId: waiting.Id);
        var why = await WhyAsync($"file_id={waiting.Id}");
        Assert.Equal("pending", Code(why));
        Assert.Equal((job, $"/api/v1/admin/jobs/{job}/why"), (why.GetProperty("causes")[0].GetProperty("job_id").GetInt64(), why.GetProperty("causes")[0].GetProperty("job_why").GetString()));
    }

    [Theory]
    [InlineData("extract", "skipped", "encrypted")]
    [InlineData("extract", "skipped", "excluded_by_policy")]
    [InlineData("extract", "failed", "attempts_exhausted")]
    public async Task The_verdict_of_a_stage_comes_with_its_hint(string stage, string state, string reason)
    {
        var file = await IndexedAsync("a.txt", stages: false);
        await api.ExecuteAsync("INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, reason_code, detail, attempt) VALUES ('tnt_local', $1, $2, $3, $4, $5, 'So it was.', 1)", file.Id, stage, file.ChecksumSha256, state, reason);
        await api.ExecuteAsync("UPDATE search.file_status SET status = $2, reason_code = $3 WHERE file_id = $1", file.Id, state, reason);
        var cause = (await WhyAsync($"file_id={file.Id}")).GetProperty("causes")[0];
        Assert.Equal((reason, "So it was."), (cause.GetProperty("code").GetString(), cause.GetProperty("message").GetString()));
        Assert.NotEqual(JsonValueKind.Null, cause.GetProperty("hint").ValueKind);
    }

    [Fact]
    public async Task A_path_that_is_gone_unknown_or_only_looks_alike_is_explained()
    {
        var file = await api.AddFileAsync("Übersicht.txt");
        Assert.Equal(("similar_path", "/Übersicht.txt"), await CauseAsync($"share_id={api.Share.Id}&path=/übersicht.txt"));
        Assert.Equal(("not_in_index", null), await CauseAsync($"share_id={api.Share.Id}&path={Uri.EscapeDataString("/Übersicht.txt".Normalize(NormalizationForm.FormD))}"));
        await api.WriteAsync(async writer =>
        {
            await writer.DeleteFileAsync(file.Id, permanent: false, RunningApi.Stop);
            return true;
        });
        var deleted = await WhyAsync($"share_id={api.Share.Id}&path={Uri.EscapeDataString("/Übersicht.txt")}");
        Assert.Equal("deleted", Code(deleted));
        Assert.NotEqual(JsonValueKind.Null, deleted.GetProperty("causes")[0].GetProperty("since").ValueKind);
        Assert.False(deleted.GetProperty("found").GetBoolean());
        Assert.Equal("file_unknown", Code(await WhyAsync($"share_id={api.Share.Id}&path=/none.txt")));
        Assert.Equal("file_unknown", Code(await WhyAsync("file_id=fil_none")));
        Assert.Equal("share_unknown", Code(await WhyAsync("share_id=shr_none&path=/a")));
        Assert.Equal("path_invalid", Code(await WhyAsync($"share_id={api.Share.Id}&path=/../a")));
        using var half = await api.Client.GetAsync($"/api/v1/search/why?share_id={api.Share.Id}", RunningApi.Stop);
        await half.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_connector_says_what_it_has_to_do_with_a_file_that_is_not_there()
    {
        var connector = await ConnectorAsync();
        async Task<string> AskAsync(string path) => Code(await WhyAsync($"share_id={api.Share.Id}&path=/Mirror/{path}"));
        Assert.Equal("not_scanned_yet", await AskAsync("a/report.txt"));
        var excluded = await WhyAsync($"share_id={api.Share.Id}&path=/Mirror/tmp/report.txt");
        Assert.Equal("excluded_by_pattern", Code(excluded));
        Assert.Contains("'tmp/'", excluded.GetProperty("causes")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("file_unknown", Code(await WhyAsync($"share_id={api.Share.Id}&path=/Elsewhere/a.txt")));

        await RunAsync(connector, "run_1", "completed", null);
        await api.ExecuteAsync("INSERT INTO connectors.item (tenant_id, run_id, number, path, code, detail, is_error) VALUES ('tnt_local', 'run_1', 1, 'locked', 'access_denied', 'Permission denied.', true)");
        Assert.Equal("not_at_source", await AskAsync("a/report.txt"));
        Assert.Equal("unreadable_at_source", await AskAsync("locked/report.txt"));
        await RunAsync(connector, "run_2", "failed", "source_replaced");
        Assert.Equal("source_replaced", await AskAsync("a/report.txt"));
        await RunAsync(connector, "run_2b", "failed", "mass_delete");
        Assert.Equal("deletions_held", await AskAsync("a/report.txt"));
        await RunAsync(connector, "run_3", "failed", "source_offline");
        Assert.Equal("connector_failing", await AskAsync("a/report.txt"));
        await api.ExecuteAsync("UPDATE connectors.connector SET status = 'paused', status_message = 'Moving.'");
        var paused = await WhyAsync($"share_id={api.Share.Id}&path=/Mirror/a/report.txt");
        Assert.Equal(("connector_paused", connector.Id), (Code(paused), paused.GetProperty("connectors")[0].GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Who_may_not_read_a_file_learns_nothing_of_it_and_an_admin_is_told_who_may_not()
    {
        var file = await IndexedAsync("a.txt");
        await api.ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ('tnt_local', 'usr_other', 'Other')");
        var explainer = api.Services.GetRequiredService<FileExplainer>();
        var other = new Caller("tnt_local", "usr_other", IsAdmin: false);
        var theirs = await explainer.ExplainAsync(other, new(file.Id, null, null, null), RunningApi.Stop);
        var unknown = await explainer.ExplainAsync(other, new("fil_none", null, null, null), RunningApi.Stop);
        Assert.Equal((null, "file_unknown"), (theirs.File, theirs.Causes[0].Code));
        Assert.Equal(unknown.Causes[0].Message.Replace("fil_none", file.Id, StringComparison.Ordinal), theirs.Causes[0].Message);
        Assert.Equal("hidden_by_permissions", Code(await WhyAsync($"file_id={file.Id}&user_id=usr_other")));
        await api.ExecuteAsync("UPDATE shares SET is_public = true");
        Assert.Equal("indexed", Code(await WhyAsync($"file_id={file.Id}&user_id=usr_other")));
        Assert.IsType<ErrorResult>((await WhyEndpoints.WhyAsync(file.Id, null, null, "usr_local", other, explainer, RunningApi.Stop)).Result);
    }

    [Fact]
    public async Task Who_is_kept_out_by_the_source_is_told_by_which_entry()
    {
        var file = await IndexedAsync("secret.txt");
        var connector = await ConnectorAsync();
        await api.ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ('tnt_local', 'usr_intern', 'Intern')");
        await api.ExecuteAsync("UPDATE shares SET is_public = true");
        await api.ExecuteAsync("INSERT INTO connectors.principal VALUES ('tnt_local', $1, 'S-1-5-21-7', 'CORP\\Interns', now())", connector.Id);
        foreach (var (acl, mapping, reason) in new (SourceAcl, Principal?, string)[]
        {
            (SourceAcl.Nobody, null, "no entry lets them in, in the permissions of the file at Files"),
            (new([new(false, "S-1-5-21-7"), new(true, "*")]), Principal.User("usr_intern"), "an entry denies CORP\\Interns (S-1-5-21-7) in the permissions of the file at Files"),
            (new([new(false, "S-1-5-21-7"), new(true, "*")]), null, "who is not mapped"),
            (new([new(false, "*")]), null, "an entry denies everyone"),
        })
        {
            var id = (await api.Services.GetRequiredService<SourceAcls>().InternAsync("tnt_local", connector.Id, [acl], RunningApi.Stop))[0];
            await api.ExecuteAsync("UPDATE items SET source_acl_id = $2 WHERE id = $1", file.Id, id);
            await api.ExecuteAsync("DELETE FROM source_trustees");
            if (mapping is not null)
                await api.ExecuteAsync("INSERT INTO source_trustees VALUES ('tnt_local', $1, 'S-1-5-21-7', 'user', 'usr_intern')", connector.Id);
            var why = await WhyAsync($"file_id={file.Id}&user_id=usr_intern");
            Assert.Equal("hidden_by_permissions", Code(why));
            Assert.Contains(reason, why.GetProperty("causes")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("indexed", Code(await WhyAsync($"file_id={file.Id}")));
    }

    [Fact]
    public async Task Reindexing_and_checks_are_started_and_told()
    {
        var file = await IndexedAsync("a.txt");
        var reindex = await PostAsync("/api/v1/search/reindex", $$"""{"file_id":"{{file.Id}}","stage":"extract"}""", HttpStatusCode.Accepted);
        Assert.Equal(1, reindex.GetProperty("files").GetInt64());
        Assert.Equal(JsonValueKind.Number, reindex.GetProperty("job_id").ValueKind);
        reindex = await PostAsync("/api/v1/search/reindex", "{}", HttpStatusCode.Accepted);
        Assert.Equal((1, JsonValueKind.Number), (reindex.GetProperty("files").GetInt64(), reindex.GetProperty("job_id").ValueKind));
        foreach (var (body, status) in new[] { ("""{"file_id":"fil_none"}""", 404), ("""{"share_id":"shr_none"}""", 404), ("""{"stage":"read"}""", 422), ("""{"what":1}""", 422) })
            await PostAsync("/api/v1/search/reindex", body, (HttpStatusCode)status);
        var other = new Caller("tnt_local", "usr_other", IsAdmin: false);
        Assert.IsType<ErrorResult>((await ReindexEndpoints.ReindexAsync(new(), other, null!, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await ReindexEndpoints.ReindexAsync(new() { FileId = file.Id }, other, api.Services.GetRequiredService<ResourceGate>(), null!, RunningApi.Stop)).Result);

        using var first = await api.Client.GetAsync("/api/v1/admin/index/check", RunningApi.Stop);
        Assert.Equal(JsonValueKind.Null, (await first.JsonAsync()).GetProperty("finished_at").ValueKind);
        var check = await PostAsync("/api/v1/admin/index/check", "", HttpStatusCode.Accepted);
        Assert.True(check.GetProperty("started").GetBoolean());
        await api.ExecuteAsync("""INSERT INTO search.index_check VALUES ('tnt_local', now(), now(), 3, '{"missing": 2, "extra": 1}')""");
        using var second = await api.Client.GetAsync("/api/v1/admin/index/check", RunningApi.Stop);
        Assert.Equal(3, (await second.JsonAsync()).GetProperty("drift").GetInt64());
    }

    private async Task<DriveFile> IndexedAsync(string name, bool stages = true)
    {
        var file = await api.AddFileAsync(name);
        using var rules = await api.Client.GetAsync("/api/v1/vectorization/policies", RunningApi.Stop);
        await api.ExecuteAsync(
            "INSERT INTO search.file (tenant_id, file_id, share_id, name, path, mime_type, size_bytes, modified_at, content_hash, version, chunks_hash, chunk_count, indexed_at) VALUES ('tnt_local', $1, $2, $3, $4, 'text/plain', 1, now(), $5, 1, $5, 1, now())",
            file.Id, file.ShareId, file.Name, file.Path, file.ChecksumSha256);
        await api.ExecuteAsync("INSERT INTO search.file_status (tenant_id, file_id, content_hash, status) VALUES ('tnt_local', $1, $2, $3)", file.Id, file.ChecksumSha256, stages ? "indexed" : "pending");
        await api.ExecuteAsync("INSERT INTO search.file_vectors (tenant_id, file_id, model) VALUES ('tnt_local', $1, 'use-lite-en')", file.Id);
        if (stages)
            await api.ExecuteAsync("INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, attempt) SELECT 'tnt_local', $1, s, $2, 'done', 1 FROM unnest(ARRAY['extract', 'index', 'embed']) s", file.Id, file.ChecksumSha256);
        return file;
    }

    private async Task<Connector> ConnectorAsync()
    {
        await using var connection = await api.Database.OpenConnectionAsync(RunningApi.Stop);
        await using var transaction = await connection.BeginTransactionAsync(RunningApi.Stop);
        var connector = await api.Services.GetRequiredService<ConnectorStore>().CreateAsync(
            transaction, "tnt_local",
            new NewConnector
            {
                Type = "folder",
                Name = "Files",
                Settings = JsonDocument.Parse("""{"root":"/srv/files"}""").RootElement,
                ExcludePatterns = ["tmp/"],
                TargetShareId = api.Share.Id,
                TargetPath = "/Mirror",
                OwnerId = "usr_local",
            },
            RunningApi.Stop);
        await transaction.CommitAsync(RunningApi.Stop);
        return connector;
    }

    private Task<int> RunAsync(Connector connector, string id, string status, string? code) => api.ExecuteAsync(
        "INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, finished_at, error_code, error_message) VALUES ('tnt_local', $1, $2, 'manual', $3, now(), nullif($4, ''), 'So it is.')",
        id, connector.Id, status, code ?? "");

    private async Task<(string? Code, string? Path)> CauseAsync(string query)
    {
        var cause = (await WhyAsync(query)).GetProperty("causes")[0];
        return (cause.GetProperty("code").GetString(), cause.GetProperty("path").GetString());
    }

    private static string Code(JsonElement why) => why.GetProperty("causes")[0].GetProperty("code").GetString()!;

    private async Task<JsonElement> WhyAsync(string query)
    {
        using var response = await api.Client.GetAsync($"/api/v1/search/why?{query}", RunningApi.Stop);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(RunningApi.Stop));
        return await response.JsonAsync();
    }

    private async Task<JsonElement> PostAsync(string path, string body, HttpStatusCode status)
    {
        using var response = await api.Client.PostAsync(path, new StringContent(body, new MediaTypeHeaderValue("application/json")), RunningApi.Stop);
        Assert.True(status == response.StatusCode, await response.Content.ReadAsStringAsync(RunningApi.Stop));
        return await response.JsonAsync();
    }
}
