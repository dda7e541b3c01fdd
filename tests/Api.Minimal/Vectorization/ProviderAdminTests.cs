using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.Support.Providers;

namespace ScaiDrive.Api.Minimal.Tests.Vectorization;

public sealed class ProviderAdminTests : IAsyncLifetime
{
    private const string Path = "/api/v1/vectorization/providers";

    private readonly RunningApi api = new();
    private FakeProvider server = null!;

    public async Task InitializeAsync()
    {
        await api.InitializeAsync();
        server = await FakeProvider.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await api.DisposeAsync();
    }

    [Fact]
    public async Task A_new_provider_is_asked_for_its_dimensions_and_its_key_is_never_told()
    {
        var (created, location) = await CreateAsync();
        var provider = created.GetProperty("provider");
        Assert.Equal((16, true, false), (provider.GetProperty("dimensions").GetInt32(), provider.GetProperty("has_api_key").GetBoolean(), provider.GetProperty("is_default").GetBoolean()));
        Assert.True(created.GetProperty("test").GetProperty("available").GetBoolean());
        Assert.Equal($"{Path}/{provider.GetProperty("id").GetString()}", location);

        var texts = created.GetRawText() + (await GetAsync(Path)).GetRawText() + (await GetAsync("/api/v1/admin/audit")).GetRawText();
        Assert.DoesNotContain(FakeProvider.Key, texts, StringComparison.Ordinal);
        Assert.Equal(1, await api.ExecuteAsync("UPDATE search.provider SET name = name WHERE api_key IS NOT NULL AND position('sk-test' IN api_key) = 0"));
    }

    [Theory]
    [InlineData("""{"type":"openai_compatible","model":"test-model","endpoint":"HERE","api_key":"KEY"}""", "name")]
    [InlineData("""{"name":"x","type":"quantum","model":"m"}""", "type")]
    [InlineData("""{"name":"x","type":"openai_compatible","endpoint":"HERE"}""", "model")]
    [InlineData("""{"name":"x","type":"openai_compatible","model":"test-model"}""", "endpoint")]
    [InlineData("""{"name":"x","type":"openai_compatible","model":"test-model","endpoint":"http://example.com/v1"}""", "endpoint")]
    [InlineData("""{"name":"x","type":"openai_compatible","model":"test-model","endpoint":"https://169.254.169.254/v1"}""", "endpoint")]
    [InlineData("""{"name":"x","type":"openai","model":"test-model"}""", "api_key")]
    [InlineData("""{"name":"x","type":"openai_compatible","model":"test-model","endpoint":"HERE","api_key":"wrong"}""", "api_key")]
    [InlineData("""{"name":"x","type":"openai_compatible","model":"test-model","endpoint":"HERE","api_key":"KEY","dimensions":17}""", "dimensions")]
    [InlineData("""{"name":"x","type":"openai_compatible","model":"test-model","endpoint":"HERE","api_key":"KEY","max_tokens_per_request":1}""", "max_tokens_per_request")]
    [InlineData("""{"name":"x","type":"local","model":"another"}""", "model")]
    [InlineData("""{"name":"x","type":"local","colour":"red"}""", "colour")]
    public async Task A_wrong_setting_is_named(string body, string field)
    {
        using var response = await SendAsync(HttpMethod.Post, Path, body);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(field, (await response.JsonAsync()).GetProperty("error").GetProperty("details").GetProperty("fields")[0].GetString());
    }

    [Fact]
    public async Task What_the_state_of_things_forbids_is_a_conflict_that_says_what_to_do()
    {
        var id = (await CreateAsync()).Body.GetProperty("provider").GetProperty("id").GetString();
        await ConflictAsync(HttpMethod.Post, Path, Body());
        await ConflictAsync(HttpMethod.Delete, $"{Path}/prv_local", null);
        await api.ExecuteAsync("UPDATE search.policy SET provider_id = $1", id!);
        Assert.Contains("Default", await ConflictAsync(HttpMethod.Delete, $"{Path}/{id}", null), StringComparison.Ordinal);
        server.Dimensions = 20;
        await ConflictAsync(HttpMethod.Patch, $"{Path}/{id}", """{"dimensions":20}""");

        await api.ExecuteAsync("UPDATE search.policy SET provider_id = NULL");
        using var deleted = await SendAsync(HttpMethod.Delete, $"{Path}/{id}", null);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var again = await SendAsync(HttpMethod.Delete, $"{Path}/{id}", null);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(
            ["vectorization.provider_deleted", "vectorization.provider_created"],
            (await GetAsync("/api/v1/admin/audit?category=ADMIN")).GetProperty("events").EnumerateArray().Select(one => one.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task A_stored_key_does_not_follow_to_another_host()
    {
        await using var thief = await FakeProvider.StartAsync();
        var id = (await CreateAsync()).Body.GetProperty("provider").GetProperty("id").GetString();
        var body = JsonSerializer.Serialize(new { endpoint = thief.Address.AbsoluteUri });
        using var response = await SendAsync(HttpMethod.Patch, $"{Path}/{id}", body);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_test_says_whether_it_works_now_and_health_remembers()
    {
        var id = (await CreateAsync()).Body.GetProperty("provider").GetProperty("id").GetString();
        var works = await PostAsync($"{Path}/{id}/test", null);
        Assert.Equal((true, 16, "test-model"), (works.GetProperty("available").GetBoolean(), works.GetProperty("dimensions").GetInt32(), works.GetProperty("model").GetString()));
        Assert.Equal("healthy", await StatusAsync(id!));

        await server.KillAsync();
        var fails = await PostAsync($"{Path}/{id}/test", null);
        Assert.Equal((false, "provider_down"), (fails.GetProperty("available").GetBoolean(), fails.GetProperty("code").GetString()));
        Assert.Equal("down", await StatusAsync(id!));
        Assert.Contains($"scaidrive_vectorization_provider_up{{provider=\"{id}\"", await api.Client.GetStringAsync("/metrics", RunningApi.Stop), StringComparison.Ordinal);

        await server.RestartAsync();
        Assert.True((await PostAsync($"{Path}/test", Body())).GetProperty("available").GetBoolean());
        Assert.Equal("down", await StatusAsync(id!));
    }

    [Fact]
    public async Task Search_health_answers_although_the_provider_hangs()
    {
        await CreateAsync(isDefault: true);
        server.Fault = _ => FakeAnswer.Hang;
        api.Embedding.IsDown = true; // the model that answers until the other one is built
        var health = await GetAsync("/api/v1/search/health");
        Assert.False(health.GetProperty("embedding_service_available").GetBoolean());
        Assert.True(health.GetProperty("weaviate_connected").GetBoolean());
    }

    [Theory]
    [InlineData("category=NONSENSE", "category")]
    [InlineData("severity=loud", "severity")]
    [InlineData("limit=0", "limit")]
    public async Task An_unknown_filter_of_audit_events_is_named(string query, string field)
    {
        using var response = await api.Client.GetAsync($"/api/v1/admin/audit?{query}", RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(field, (await response.JsonAsync()).GetProperty("error").GetProperty("details").GetProperty("fields")[0].GetString());
    }

    [Fact]
    public async Task Audit_events_page_by_key_and_are_never_changed()
    {
        for (var i = 0; i < 3; i++)
            await CreateAsync(name: $"provider {i}");
        var first = await GetAsync("/api/v1/admin/audit?limit=2&action=vectorization.");
        var second = await GetAsync($"/api/v1/admin/audit?limit=2&before_id={first.GetProperty("next_before_id").GetString()}");
        Assert.Equal((2, 1), (first.GetProperty("events").GetArrayLength(), second.GetProperty("events").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_before_id").ValueKind);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => api.ExecuteAsync("UPDATE audit_event SET severity = 'info'"));
    }

    private string Body(string name = "Remote", bool isDefault = false) => JsonSerializer.Serialize(new
    {
        name,
        type = "openai_compatible",
        endpoint = server.Address.AbsoluteUri,
        api_key = FakeProvider.Key,
        model = FakeProvider.Model,
        is_default = isDefault,
    });

    private async Task<(JsonElement Body, string? Location)> CreateAsync(string name = "Remote", bool isDefault = false)
    {
        await GetAsync(Path);
        using var response = await SendAsync(HttpMethod.Post, Path, Body(name, isDefault));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync(), response.Headers.Location?.OriginalString);
    }

    private async Task<string?> StatusAsync(string id) => (await GetAsync($"{Path}/{id}/health")).GetProperty("health").GetProperty("status").GetString();

    private async Task<string> ConflictAsync(HttpMethod method, string path, string? body)
    {
        using var response = await SendAsync(method, path, body);
        await response.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        return (await response.JsonAsync()).GetProperty("error").GetProperty("message").GetString()!;
    }

    private async Task<JsonElement> PostAsync(string path, string? body)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await api.Client.GetAsync(path, RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body) => api.Client.SendAsync(
        new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : new StringContent(
                body.Replace("HERE", server.Address.AbsoluteUri, StringComparison.Ordinal).Replace("KEY", FakeProvider.Key, StringComparison.Ordinal),
                new MediaTypeHeaderValue("application/json")),
        },
        RunningApi.Stop);
}
