using System.Net;
using Npgsql;
using ScaiDrive.Api.Minimal.Tests.Metrics;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Tests.Search;

/// <summary>Parts of search are down.</summary>
public sealed class SearchOutageTests : IAsyncLifetime
{
    private readonly RunningApi _api = new();

    public Task InitializeAsync() => _api.InitializeAsync();

    public Task DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Without_its_embedding_service_meaning_is_a_503_words_work_and_hybrid_says_it_is_less()
    {
        _api.Embedding.IsDown = true;
        _api.Engine.Add(await _api.AddFileAsync("a.txt"), "wing");

        using var semantic = await _api.Client.GetAsync("/api/v1/search/semantic?q=wing", RunningApi.Stop);
        using var keyword = await _api.Client.GetAsync("/api/v1/search?q=wing", RunningApi.Stop);
        using var hybrid = await _api.Client.GetAsync("/api/v1/search/hybrid?q=wing", RunningApi.Stop);
        using var health = await _api.Client.GetAsync("/api/v1/search/health", RunningApi.Stop);

        var error = await semantic.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        Assert.Equal("embedding", error.GetProperty("error").GetProperty("details").GetProperty("dependency").GetString());
        Assert.True(error.GetProperty("error").GetProperty("retry_after").GetInt32() > 0);
        Assert.NotNull(semantic.Headers.RetryAfter);
        Assert.Single((await keyword.JsonAsync()).GetProperty("results").EnumerateArray());
        var answer = await hybrid.JsonAsync();
        Assert.Single(answer.GetProperty("hybrid_results").EnumerateArray());
        Assert.Equal("embedding_unavailable", answer.GetProperty("degraded").GetString());
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        var report = await health.JsonAsync();
        Assert.True(report.GetProperty("weaviate_connected").GetBoolean());
        Assert.False(report.GetProperty("embedding_service_available").GetBoolean());
    }

    [Fact]
    public async Task Without_its_index_search_is_a_503_and_health_still_answers_200()
    {
        _api.Engine.IsDown = true;

        using var keyword = await _api.Client.GetAsync("/api/v1/search?q=wing", RunningApi.Stop);
        using var health = await _api.Client.GetAsync("/api/v1/search/health", RunningApi.Stop);
        using var page = await _api.Client.GetAsync("/?q=wing", RunningApi.Stop);

        await keyword.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.False((await health.JsonAsync()).GetProperty("weaviate_connected").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("does not answer now", await page.Content.ReadAsStringAsync(RunningApi.Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_names_every_dependency_and_health_needs_none()
    {
        using var ready = await _api.Client.GetAsync("/api/v1/ready", RunningApi.Stop);
        using var health = await _api.Client.GetAsync("/api/v1/health", RunningApi.Stop);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var answer = await ready.JsonAsync();
        Assert.Equal("ready", answer.GetProperty("status").GetString());
        foreach (var name in new[] { "database", "redis", "storage", "scaikey" })
            Assert.True(answer.GetProperty("checks").GetProperty(name).GetBoolean());
        Assert.False(answer.GetProperty("checks").TryGetProperty("weaviate", out _));
        var alive = await health.JsonAsync();
        Assert.Equal("healthy", alive.GetProperty("status").GetString());
        Assert.Equal("0.1.0", alive.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Not_ready_while_content_cannot_be_stored()
    {
        Directory.Delete(_api.ContentRoot, recursive: true);
        using var ready = await _api.Client.GetAsync("/api/v1/ready", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var checks = (await ready.JsonAsync()).GetProperty("checks");
        Assert.False(checks.GetProperty("storage").GetBoolean());
        Assert.True(checks.GetProperty("database").GetBoolean());
    }
}

/// <summary>The database is down from the start.</summary>
public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private readonly RunningApi _api = new()
    {
        // Nothing listens there, and the refusal comes at once.
        ReplaceDatabase = _ => PostgresDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2", "test"),
    };

    public Task InitializeAsync() => _api.InitializeAsync();

    public Task DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/api/v1/files/fil_x")]
    [InlineData("/api/v1/shares")]
    [InlineData("/api/v1/admin/jobs")]
    [InlineData("/api/v1/search/queue")]
    [InlineData("/api/v1/connectors")]
    public async Task Answers_503_with_the_code_and_when_to_try_again(string path)
    {
        using var response = await _api.Client.GetAsync(path, RunningApi.Stop);
        var body = await response.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        Assert.Equal("database", body.GetProperty("error").GetProperty("details").GetProperty("dependency").GetString());
        Assert.DoesNotContain("127.0.0.1", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_200_ready_is_503_and_search_health_is_200()
    {
        using var health = await _api.Client.GetAsync("/api/v1/health", RunningApi.Stop);
        using var ready = await _api.Client.GetAsync("/api/v1/ready", RunningApi.Stop);
        using var search = await _api.Client.GetAsync("/api/v1/search/health", RunningApi.Stop);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.False((await ready.JsonAsync()).GetProperty("checks").GetProperty("database").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, search.StatusCode);
        Assert.False((await search.JsonAsync()).GetProperty("embedding_service_available").GetBoolean());
    }

    [Fact]
    public async Task Metrics_keep_both_depths_with_an_unknown_value()
    {
        using var response = await _api.Client.GetAsync("/metrics", RunningApi.Stop);
        var text = PrometheusText.Parse(await response.Content.ReadAsStringAsync(RunningApi.Stop));
        Assert.True(double.IsNaN(text.Value("scaidrive_queue_depth", ("queue", "high"))));
        Assert.True(double.IsNaN(text.Value("scaidrive_queue_depth", ("queue", "low"))));
        Assert.Equal(0, text.Value("scaidrive_metrics_source_up", ("source", "queue")));
    }

    [Fact]
    public async Task The_page_shows_and_says_what_is_wrong()
    {
        using var response = await _api.Client.GetAsync("/", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("The database does not answer", await response.Content.ReadAsStringAsync(RunningApi.Stop), StringComparison.Ordinal);
    }
}
