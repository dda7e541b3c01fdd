using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

public sealed class LocalOnlyTests(RunningApi api) : IClassFixture<RunningApi>
{
    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("192.168.0.7:8000")]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("2130706433")]
    [InlineData("127.1")]
    public async Task A_host_header_that_is_not_loopback_is_refused(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health");
        request.Headers.Host = host;
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_HOST_NOT_ALLOWED");
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8000")]
    [InlineData("127.0.0.1")]
    [InlineData("127.77.0.3:9")]
    [InlineData("[::1]:8000")]
    public async Task A_loopback_host_is_served(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.Host = host;
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/v1/search?q=x")]
    [InlineData("GET", "/api/v1/users/me")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/")]
    [InlineData("POST", "/api/v1/admin/jobs/1/retry")]
    [InlineData("POST", "/jobs/1/retry")]
    [InlineData("DELETE", "/api/v1/files/fil_x")]
    [InlineData("OPTIONS", "/api/v1/files")]
    public async Task A_foreign_origin_is_refused_for_every_method(string method, string path)
    {
        foreach (var origin in new[] { "https://evil.example", "null", "http://127.0.0.1:1", $"https://{api.Address.Authority}", "" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.TryAddWithoutValidation("Origin", origin);
            using var response = await api.Client.SendAsync(request, RunningApi.Stop);
            await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_request_the_browser_calls_cross_site_is_refused_without_an_origin_too(string site)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/search?q=x");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-Mode", "no-cors");
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_upload()
    {
        using var form = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" }, { new StringContent("planted"), "file", "planted.txt" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/files") { Content = form };
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");

        using var response = await api.Client.SendAsync(request, RunningApi.Stop);

        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");
        Assert.Null(await api.Drive.FindFileByPathAsync("tnt_local", api.Share.Id, "/planted.txt", RunningApi.Stop));
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_press_the_retry_button()
    {
        var job = await api.AddDiscardedJobAsync("broken");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/jobs/{job}/retry") { Content = new StringContent("", Encoding.UTF8, "application/x-www-form-urlencoded") };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        request.Headers.Add("Sec-Fetch-Dest", "document");
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");

        using var row = await api.Client.GetAsync($"/api/v1/admin/jobs/{job}", RunningApi.Stop);
        Assert.Equal("discarded", (await row.JsonAsync()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_page_itself_may_call_and_a_link_elsewhere_may_lead_to_the_page()
    {
        using var own = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        own.Headers.Add("Origin", api.Address.GetLeftPart(UriPartial.Authority));
        own.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var link = new HttpRequestMessage(HttpMethod.Get, "/");
        link.Headers.Add("Sec-Fetch-Site", "cross-site");
        link.Headers.Add("Sec-Fetch-Mode", "navigate");
        link.Headers.Add("Sec-Fetch-Dest", "document");

        using var first = await api.Client.SendAsync(own, RunningApi.Stop);
        using var second = await api.Client.SendAsync(link, RunningApi.Stop);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Theory]
    [InlineData("iframe", "navigate", "/")]
    [InlineData("document", "navigate", "/api/v1/users/me")]
    [InlineData("image", "no-cors", "/")]
    public async Task A_page_elsewhere_can_neither_frame_the_page_nor_link_into_the_api(string dest, string mode, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", mode);
        request.Headers.Add("Sec-Fetch-Dest", dest);
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    public async Task What_a_proxy_passes_on_is_refused_whatever_it_claims(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.Add(header, value);
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_NOT_LOCAL");
    }

    [Fact]
    public void A_peer_on_the_network_is_refused_whatever_its_headers_say()
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString("localhost");
        context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
        Assert.Equal("AUTHZ_NOT_LOCAL", LocalOnly.Refusal(context)?.Code);

        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:127.0.0.1");
        Assert.Null(LocalOnly.Refusal(context));
    }

    [Fact]
    public async Task Everybody_is_the_local_admin_and_no_header_changes_that()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.Add("Authorization", "Bearer forged");
        request.Headers.Add("X-User-Id", "usr_other");
        request.Headers.Add("X-Tenant-Id", "tnt_other");
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        var me = await response.JsonAsync();
        Assert.Equal("usr_local", me.GetProperty("id").GetString());
        Assert.Equal("tnt_local", me.GetProperty("tenant_id").GetString());
        Assert.True(me.GetProperty("is_admin").GetBoolean());
    }

    [Fact]
    public async Task The_tenant_shows_its_largest_file_size()
    {
        using var response = await api.Client.GetAsync("/api/v1/admin/tenant", RunningApi.Stop);
        Assert.Equal(5368709120, (await response.JsonAsync()).GetProperty("settings").GetProperty("max_file_size_bytes").GetInt64());
    }
}
