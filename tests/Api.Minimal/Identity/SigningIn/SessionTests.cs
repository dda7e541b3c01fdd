using System.Net;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Api.Minimal.Tests.Identity.SigningIn;

/// <summary>What becomes of a session, and who cannot use it.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task The_table_holds_nothing_that_could_be_used()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = await site.SignedInAsync(DemoUsers.Ada);

        var row = (string)(await site.Api.Database.CreateCommand("SELECT sessions::text FROM sessions").ExecuteScalarAsync(RunningApi.Stop))!;

        Assert.DoesNotContain(browser.SessionCookie!, row, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", row, StringComparison.Ordinal); // how every JWT begins
        Assert.Contains("v1.", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspending_somebody_ends_their_sessions_for_good_also_by_hand()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        foreach (var (suspend, admit) in new[] { ("is_active = false", "is_active = true"), ("status = 'suspended'", "status = 'active'") })
        {
            using var browser = await site.SignedInAsync(DemoUsers.Ada);

            await site.Api.ExecuteAsync($"UPDATE users SET {suspend} WHERE id = 'usr_local'");
            using var refused = await browser.OpenAsync("/");
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

            await site.Api.ExecuteAsync($"UPDATE users SET {admit} WHERE id = 'usr_local'");
            using var still = await browser.OpenAsync("/");
            Assert.Equal(HttpStatusCode.Unauthorized, still.StatusCode);
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_use_the_session()
    {
        await using var running = await ScaiKeyApi.StartAsync();
        using var browser = await running.SignedInAsync(DemoUsers.Ada);
        foreach (var (method, path, site, origin) in new[]
        {
            (HttpMethod.Get, "/api/v1/users/me", "cross-site", (string?)null),
            (HttpMethod.Get, "/api/v1/users/me", "same-site", null),
            (HttpMethod.Post, "/signout", "cross-site", "https://evil.example"),
            (HttpMethod.Post, "/signout", null, "http://127.0.0.1:1"),
            (HttpMethod.Post, "/jobs/1/retry", null, "null"),
        })
        {
            using var forged = await browser.SendAsync(method, path, site, origin);
            await forged.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");
        }

        // A change that does not say where it comes from is not made by a cookie either.
        using var unsaid = await browser.SendAsync(HttpMethod.Post, "/jobs/1/retry", site: null);
        await unsaid.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        using var me = await browser.OpenAsync("/api/v1/users/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task An_access_token_that_runs_out_is_renewed_once_however_many_ask()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = await site.SignedInAsync(DemoUsers.Ada);
        Assert.Equal(1, site.ScaiKey.Fetches.Tokens);

        site.Clock.Advance(site.ScaiKey.AccessTokenLife - TimeSpan.FromSeconds(30));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => browser.OpenAsync("/api/v1/users/me")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(2, site.ScaiKey.Fetches.Tokens);
        Array.ForEach(answers, answer => answer.Dispose());

        // The next one works too: the new refresh token was kept.
        site.Clock.Advance(site.ScaiKey.AccessTokenLife);
        using var later = await browser.OpenAsync("/api/v1/users/me");
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Assert.Equal(3, site.ScaiKey.Fetches.Tokens);
    }

    [Fact]
    public async Task An_outage_of_the_identity_provider_ends_no_session()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = await site.SignedInAsync(DemoUsers.Ada);
        site.Clock.Advance(site.ScaiKey.AccessTokenLife + TimeSpan.FromMinutes(1));

        site.ScaiKey.Outages.Answer("/token", 503);
        using var meanwhile = await browser.OpenAsync("/api/v1/users/me");
        await meanwhile.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");

        using var after = await browser.OpenAsync("/api/v1/users/me");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task A_session_ends_when_the_identity_provider_does_not_renew_it()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = await site.SignedInAsync(DemoUsers.Ada);
        site.Clock.Advance(site.ScaiKey.AccessTokenLife);
        site.ScaiKey.RevokeAll();

        using var page = await browser.OpenAsync("/");

        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.Equal(0L, await site.Api.Database.CreateCommand("SELECT count(*) FROM sessions").ExecuteScalarAsync(RunningApi.Stop));
    }

    [Fact]
    public async Task A_session_that_nobody_uses_ends()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = await site.SignedInAsync(DemoUsers.Ada);
        site.Clock.Advance(TimeSpan.FromMinutes(50));
        using (var used = await browser.OpenAsync("/"))
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        site.Clock.Advance(TimeSpan.FromMinutes(50));
        using (var again = await browser.OpenAsync("/"))
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        site.Clock.Advance(TimeSpan.FromMinutes(61));
        using var idle = await browser.OpenAsync("/");

        Assert.Equal(HttpStatusCode.Unauthorized, idle.StatusCode);
    }

    [Fact]
    public async Task A_session_ends_after_its_whole_life_however_much_it_is_used()
    {
        await using var site = await ScaiKeyApi.StartAsync(new() { SessionWhole = TimeSpan.FromHours(2) });
        using var browser = await site.SignedInAsync(DemoUsers.Ada);
        for (var i = 0; i < 3; i++)
        {
            site.Clock.Advance(TimeSpan.FromMinutes(35));
            using var used = await browser.OpenAsync("/");
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        }

        site.Clock.Advance(TimeSpan.FromMinutes(16));
        using var over = await browser.OpenAsync("/");

        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
    }

    [Fact]
    public async Task An_open_stream_ends_with_its_session()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = await site.SignedInAsync(DemoUsers.Ada);
        using var stream = await browser.SendAsync(HttpMethod.Get, "/events", "same-origin", until: HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        await using var body = await stream.Content.ReadAsStreamAsync(RunningApi.Stop);
        Assert.True(await body.ReadAsync(new byte[1], RunningApi.Stop) > 0);

        using (await browser.PostAsync("/signout"))
            site.Clock.Advance(TimeSpan.FromSeconds(6));

        // Read to the end: it comes only if the server closes.
        await body.CopyToAsync(Stream.Null, RunningApi.Stop);
    }
}
