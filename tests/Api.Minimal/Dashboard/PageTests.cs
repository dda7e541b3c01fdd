using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Dashboard;

public sealed partial class PageTests(RunningApi api) : IClassFixture<RunningApi>
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&.txt";

    [Fact]
    public async Task The_page_shows_the_whole_state_without_a_script()
    {
        var file = await api.AddFileAsync("quarterly report.txt");
        await api.AddRunningJobAsync("extract-text", 41, 388, file.Id);
        var failed = await api.AddDiscardedJobAsync("the reader died on page 7");

        var html = await HtmlAsync("/");

        foreach (var id in new[] { "queues", "files", "running", "failures" })
            Assert.Contains($"id=\"{id}\"", html, StringComparison.Ordinal);
        Assert.Contains("/quarterly report.txt", html, StringComparison.Ordinal);
        Assert.Matches("<progress[^>]*value=\"41\"[^>]*max=\"388\"", html);
        Assert.Contains("the reader died on page 7", html, StringComparison.Ordinal);
        Assert.Contains($"action=\"/jobs/{failed}/retry\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_stands_inline_and_the_policy_forbids_it()
    {
        using var response = await api.Client.GetAsync("/?q=x", RunningApi.Stop);
        var html = await response.Content.ReadAsStringAsync(RunningApi.Stop);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<script(?![^>]*\ssrc=)", html);
        Assert.DoesNotMatch(@"<[^>]+\s(style|on[a-z]+)\s*=", html);
        Assert.DoesNotContain("<style", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(src|href)=""(https?:)?//", html);
    }

    [Fact]
    public async Task Hostile_names_snippets_and_messages_are_text_on_the_page()
    {
        var file = await api.AddFileAsync(Hostile);
        api.Engine.Add(file, "needle", snippet: "</p><script>alert(2)</script> needle <b>", section: "<svg onload=alert(3)>");
        await api.AddDiscardedJobAsync("<script>alert(4)</script>", file.Id);

        var html = await HtmlAsync("/?mode=keyword&q=" + Uri.EscapeDataString("needle\"><script>alert(5)</script>"));

        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg onload", html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<mark>needle</mark>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(2)&lt;/script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_shows_hits_with_links_to_content_and_index_status()
    {
        var file = await api.AddFileAsync("linked.txt");
        api.Engine.Add(file, "linkword", page: 12, section: "Flutter");

        var html = await HtmlAsync("/?q=linkword&mode=semantic");

        Assert.Contains($"href=\"/api/v1/files/{file.Id}/content\"", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/api/v1/search/index-status/{file.Id}\"", html, StringComparison.Ordinal);
        Assert.Contains("page 12", html, StringComparison.Ordinal);
        Assert.Contains("Flutter", html, StringComparison.Ordinal);
        Assert.Matches("value=\"semantic\"[^>]*checked", html);
        Assert.Contains("value=\"linkword\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/?q=x&mode=nonsense&offset=abc")]
    [InlineData("/?q=x&offset=-5")]
    [InlineData("/?q=x&offset=99999999999999")]
    [InlineData("/?q=%00%ff&mode=keyword")]
    [InlineData("/?q=%20%20")]
    public async Task A_mistyped_address_still_shows_the_page(string path) => Assert.Contains("id=\"queues\"", await HtmlAsync(path), StringComparison.Ordinal);

    [Fact]
    public async Task An_overlong_search_is_refused_in_words() =>
        Assert.Contains("at most 1000 characters", await HtmlAsync("/?q=" + new string('x', 1001)), StringComparison.Ordinal);

    [Fact]
    public async Task Assets_are_addressed_by_hash_and_cached_for_good()
    {
        var html = await HtmlAsync("/");
        var assets = Asset().Matches(html).Select(m => m.Value).Distinct().ToList();
        Assert.Equal(3, assets.Count);
        foreach (var asset in assets)
        {
            using var response = await api.Client.GetAsync(asset, RunningApi.Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl?.ToString().Replace("max-age=31536000, public", "public, max-age=31536000", StringComparison.Ordinal));
            Assert.NotNull(response.Headers.ETag);
        }

        using var stale = await api.Client.GetAsync("/assets/0000000000000000/dashboard.css", RunningApi.Stop);
        await stale.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        using var outside = await api.Client.GetAsync("/assets/x/..%2f..%2fappsettings.json", RunningApi.Stop);
        await outside.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task The_retry_button_puts_the_job_back_and_leads_back_to_the_page()
    {
        var job = await api.AddDiscardedJobAsync("broken");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/jobs/{job}/retry") { Content = new StringContent("", Encoding.UTF8, "application/x-www-form-urlencoded") };
        request.Headers.Add("Origin", api.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        using var response = await api.Client.SendAsync(request, RunningApi.Stop);

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("/", response.Headers.Location?.OriginalString);
        using var row = await api.Client.GetAsync($"/api/v1/admin/jobs/{job}", RunningApi.Stop);
        Assert.Equal("available", (await row.JsonAsync()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_live_stream_sends_every_panel_then_only_what_changed()
    {
        using var response = await api.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead, RunningApi.Stop);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync(RunningApi.Stop);
        var events = System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(RunningApi.Stop).GetAsyncEnumerator(RunningApi.Stop);
        HashSet<string> first = [];
        while (first.Count < 5)
            first.Add(await NextIdAsync(events));
        Assert.Equal(["failures", "files", "notice", "queues", "running"], first.Order(StringComparer.Ordinal));

        await api.AddDiscardedJobAsync("<i>seen live</i>");

        string html;
        do
        {
            Assert.True(await events.MoveNextAsync());
            html = events.Current.Data;
        }
        while (!html.Contains("seen live", StringComparison.Ordinal));
        Assert.Contains("id=\"failures\"", html, StringComparison.Ordinal);
        Assert.Contains("&lt;i&gt;seen live&lt;/i&gt;", html, StringComparison.Ordinal);
    }

    private static async Task<string> NextIdAsync(IAsyncEnumerator<System.Net.ServerSentEvents.SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync());
        return PanelId().Match(events.Current.Data).Groups[1].Value;
    }

    private async Task<string> HtmlAsync(string path)
    {
        using var response = await api.Client.GetAsync(path, RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync(RunningApi.Stop);
    }

    [GeneratedRegex("/assets/[0-9a-f]{16}/[a-z.]+")]
    private static partial Regex Asset();

    [GeneratedRegex("id=\"([a-z]+)\"")]
    private static partial Regex PanelId();
}
