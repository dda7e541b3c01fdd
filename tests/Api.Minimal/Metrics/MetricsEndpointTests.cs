using System.Net;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Metrics;

public sealed class MetricsEndpointTests(RunningApi api) : IClassFixture<RunningApi>
{
    [Fact]
    public async Task Depth_and_age_of_both_queues_are_there_even_when_empty()
    {
        var text = await ScrapeAsync();
        foreach (var queue in new[] { "high", "low" })
        {
            Assert.Equal(0, text.Value("scaidrive_queue_depth", ("queue", queue)));
            Assert.Equal(0, text.Value("scaidrive_queue_oldest_age_seconds", ("queue", queue)));
        }

        Assert.Equal("gauge", text.Types["scaidrive_queue_depth"]);
        Assert.Equal(0, text.Value("scaidrive_vectorization_pending"));
    }

    [Fact]
    public async Task Requests_are_counted_by_route_template_so_that_callers_cannot_invent_series()
    {
        for (var i = 0; i < 20; i++)
        {
            using var known = await api.Client.GetAsync($"/api/v1/files/fil_{i}", RunningApi.Stop);
            using var unknown = await api.Client.GetAsync($"/invented/{i}", RunningApi.Stop);
            using var method = await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod($"VERB{i}"), "/api/v1/health"), RunningApi.Stop);
        }

        var text = await ScrapeAsync();
        var paths = text.Samples.Where(s => s.Name == "scaidrive_requests_total").Select(s => s.Labels["path"]).Distinct().ToList();
        Assert.True(text.Value("scaidrive_requests_total", ("method", "GET"), ("path", "/api/v1/files/{file_id}"), ("status", "404")) >= 20);
        Assert.DoesNotContain(paths, p => p.StartsWith("/invented", StringComparison.Ordinal));
        Assert.DoesNotContain(text.Samples, s => s.Labels.GetValueOrDefault("method")?.StartsWith("VERB", StringComparison.Ordinal) == true);
        Assert.Equal("histogram", text.Types["scaidrive_request_duration_seconds"]);
        Assert.True(text.Value("scaidrive_request_duration_seconds_count", ("method", "GET"), ("path", "/api/v1/files/{file_id}")) >= 20);
    }

    [Fact]
    public async Task The_answer_is_text_of_the_exposition_format()
    {
        using var response = await api.Client.GetAsync("/metrics", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
    }

    private async Task<PrometheusText> ScrapeAsync()
    {
        using var response = await api.Client.GetAsync("/metrics", RunningApi.Stop);
        return PrometheusText.Parse(await response.Content.ReadAsStringAsync(RunningApi.Stop));
    }
}
