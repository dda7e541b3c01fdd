using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Api.Minimal.Vectorization;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Tests.Vectorization;

public sealed class PolicyTests : IAsyncLifetime
{
    private const string Path = "/api/v1/vectorization/policies";

    private readonly RunningApi api = new();

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task A_policy_is_made_read_changed_moved_and_taken_away()
    {
        var made = await SendAsync(HttpMethod.Post, "", $$"""{"name":"Scans","share_id":"{{api.Share.Id}}","mime_pattern":"image/*","mode":"keyword","ocr":true}""", HttpStatusCode.Created);
        var id = made.GetProperty("policy").GetProperty("id").GetString()!;
        Assert.StartsWith("pol_", id, StringComparison.Ordinal);
        Assert.Equal((1, "keyword", true), (Position(made), made.GetProperty("policy").GetProperty("mode").GetString(), made.GetProperty("policy").GetProperty("ocr").GetBoolean()));
        Assert.Equal(JsonValueKind.Number, made.GetProperty("job_id").ValueKind);

        var first = await SendAsync(HttpMethod.Post, "", """{"name":"Secret","path_prefix":"/Secret/","mode":"none","position":1}""", HttpStatusCode.Created);
        Assert.Equal(["Secret", "Scans", "Default"], await NamesAsync());
        await SendAsync(HttpMethod.Patch, $"/{id}", """{"position":1,"ocr":null,"name":"Pictures"}""", HttpStatusCode.OK);
        Assert.Equal(["Pictures", "Secret", "Default"], await NamesAsync());
        var read = await SendAsync(HttpMethod.Get, $"/{id}", null, HttpStatusCode.OK);
        Assert.Equal((JsonValueKind.Null, "image/*", "keyword"), (read.GetProperty("ocr").ValueKind, read.GetProperty("mime_pattern").GetString(), read.GetProperty("mode").GetString()));

        using (var gone = await api.Client.DeleteAsync($"{Path}/{first.GetProperty("policy").GetProperty("id").GetString()}", RunningApi.Stop))
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal(["Pictures", "Default"], await NamesAsync());
    }

    [Fact]
    public async Task A_dry_run_tells_the_cost_and_changes_nothing()
    {
        await api.ExecuteAsync("""
            INSERT INTO search.file (tenant_id, file_id, share_id, name, path, mime_type, size_bytes, modified_at, content_hash, version)
            VALUES ('tnt_local', 'fil_a', 'shr_a', 'a.txt', '/a.txt', 'text/plain', 1, now(), 'h', 1);
            INSERT INTO search.file_status (tenant_id, file_id, content_hash, status) VALUES ('tnt_local', 'fil_a', 'h', 'pending')
            """);
        var made = await SendAsync(HttpMethod.Post, "?dry_run=true", """{"name":"Out","mode":"none"}""", HttpStatusCode.OK);
        Assert.True(made.GetProperty("dry_run").GetBoolean());
        Assert.Equal(JsonValueKind.Null, made.GetProperty("job_id").ValueKind);
        Assert.Equal(1, made.GetProperty("estimate").GetProperty("files").GetInt64());
        Assert.Equal(1, made.GetProperty("estimate").GetProperty("by_action").GetProperty("exclude").GetInt64());
        await SendAsync(HttpMethod.Patch, "/pol_default?dry_run=true", """{"mode":"none"}""", HttpStatusCode.OK);
        var read = await SendAsync(HttpMethod.Get, "/pol_default", null, HttpStatusCode.OK);
        Assert.Equal("both", read.GetProperty("mode").GetString());
        Assert.Equal(["Default"], await NamesAsync());
    }

    [Theory]
    [InlineData("DELETE", "/pol_default", null, 409, "CONFLICT")]
    [InlineData("PATCH", "/pol_default", """{"path_prefix":"/a"}""", 422, "VALIDATION_ERROR")]
    [InlineData("PATCH", "/pol_default", """{"mime_pattern":"image/*"}""", 422, "VALIDATION_ERROR")]
    [InlineData("PATCH", "/pol_default", """{"colour":"red"}""", 422, "VALIDATION_ERROR")]
    [InlineData("PATCH", "/pol_default", """{"mode":"some"}""", 422, "VALIDATION_ERROR")]
    [InlineData("PATCH", "/pol_default", """{"ocr":"yes"}""", 422, "VALIDATION_ERROR")]
    [InlineData("PATCH", "/pol_none", """{"mode":"none"}""", 404, "NOT_FOUND")]
    [InlineData("GET", "/pol_none", null, 404, "NOT_FOUND")]
    [InlineData("DELETE", "/pol_none", null, 404, "NOT_FOUND")]
    [InlineData("POST", "", """{"mode":"none"}""", 422, "VALIDATION_ERROR")]
    [InlineData("POST", "", """{"name":"Other","path_prefix":"a"}""", 422, "VALIDATION_ERROR")]
    [InlineData("POST", "", """{"name":"Other","mime_pattern":"image"}""", 422, "VALIDATION_ERROR")]
    [InlineData("POST", "", """{"name":"Other","share_id":"shr_none"}""", 422, "VALIDATION_ERROR")]
    [InlineData("POST", "", """{"name":"Other","provider_id":"prv_none"}""", 422, "VALIDATION_ERROR")]
    [InlineData("POST", "", """{"name":"Other","colour":"red"}""", 422, "VALIDATION_ERROR")]
    [InlineData("POST", "", """{"name":"Default","path_prefix":"/a"}""", 409, "NAME_CONFLICT")]
    public async Task A_wrong_wish_is_refused_in_the_shape_of_the_contract(string method, string path, string? body, int status, string code)
    {
        using var response = await AnswerAsync(new HttpMethod(method), path, body);
        await response.ErrorAsync((HttpStatusCode)status, code);
        var list = await SendAsync(HttpMethod.Get, "", null, HttpStatusCode.OK);
        var only = Assert.Single(list.GetProperty("policies").EnumerateArray());
        Assert.Equal(("Default", "both", true), (only.GetProperty("name").GetString(), only.GetProperty("mode").GetString(), only.GetProperty("is_default").GetBoolean()));
    }

    [Fact]
    public async Task A_provider_that_is_down_is_replaced_through_the_policy_and_meaning_works_again_without_a_restart()
    {
        await SendAsync(HttpMethod.Get, "", null, HttpStatusCode.OK);
        await api.ExecuteAsync("UPDATE search.provider SET type = 'remote-that-is-gone', updated_at = clock_timestamp()");
        await api.ExecuteAsync("INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions) VALUES ('tnt_local', 'prv_second', 'Second', 'local', 'model-b', 512)");
        using (var down = await api.Client.GetAsync("/api/v1/search/semantic?q=heron", RunningApi.Stop))
            await down.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");

        await SendAsync(HttpMethod.Patch, "/pol_default", """{"provider_id":"prv_second"}""", HttpStatusCode.OK);
        using var up = await api.Client.GetAsync("/api/v1/search/semantic?q=heron", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, up.StatusCode);
        using var indexes = await api.Client.GetAsync("/api/v1/vectorization/indexes", RunningApi.Stop);
        var spaces = (await indexes.JsonAsync()).GetProperty("indexes");
        Assert.Contains(spaces.EnumerateArray(), space => space.GetProperty("model").GetString() == "model-b" && space.GetProperty("is_wanted").GetBoolean());
    }

    [Fact]
    public async Task Only_admins_see_and_change_policies()
    {
        var caller = new Caller("tnt_local", "usr_other", IsAdmin: false);
        Assert.IsType<ErrorResult>((await PolicyEndpoints.ListAsync(caller, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await PolicyEndpoints.GetAsync("pol_default", caller, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await PolicyEndpoints.CreateAsync(new() { Name = "a" }, caller, null!, null!, null!, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await PolicyEndpoints.ChangeAsync("pol_default", [], caller, null!, null!, null!, null!, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await PolicyEndpoints.DeleteAsync("pol_default", caller, null!, RunningApi.Stop)).Result);
        Assert.IsType<ErrorResult>((await PolicyEndpoints.IndexesAsync(caller, null!, null!, RunningApi.Stop)).Result);
    }

    private static int Position(JsonElement change) => change.GetProperty("policy").GetProperty("position").GetInt32();

    private async Task<List<string>> NamesAsync() =>
        [.. (await SendAsync(HttpMethod.Get, "", null, HttpStatusCode.OK)).GetProperty("policies").EnumerateArray().Select(policy => policy.GetProperty("name").GetString()!)];

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body, HttpStatusCode status)
    {
        using var response = await AnswerAsync(method, path, body);
        Assert.True(status == response.StatusCode, await response.Content.ReadAsStringAsync(RunningApi.Stop));
        return await response.JsonAsync();
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, Path + path);
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        return await api.Client.SendAsync(request, RunningApi.Stop);
    }
}
