using System.Net;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Api.Minimal.Tests.Identity.SigningIn;

/// <summary>The way in and out. Each test has a server of its own, because it moves its clock.</summary>
public sealed class SignInTests
{
    [Fact]
    public async Task Whoever_is_not_signed_in_sees_a_way_in_and_nothing_else()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        await site.Api.AddDiscardedJobAsync("the reader died on page 7");
        using var browser = site.NewBrowser();

        using var page = await browser.OpenAsync("/?q=crane&mode=keyword");
        var html = await page.Content.ReadAsStringAsync(RunningApi.Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("href=\"/signin?return=%2F%3Fq%3Dcrane%26mode%3Dkeyword\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("page 7", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        using var stream = await browser.OpenAsync("/events");
        Assert.Equal(HttpStatusCode.Unauthorized, stream.StatusCode);
    }

    [Fact]
    public async Task Whoever_signs_in_sees_the_page_with_their_name_until_they_sign_out()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = site.NewBrowser();

        using var landed = await browser.SignInAsync(DemoUsers.Ada, "/signin?return=" + Uri.EscapeDataString("/?q=crane"));
        Assert.Equal("/?q=crane", landed.Headers.Location?.OriginalString);
        using var page = await browser.OpenAsync("/");
        var html = await page.Content.ReadAsStringAsync(RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Ada Admin", html, StringComparison.Ordinal);
        Assert.Equal("same-origin", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("id=\"queues\"", html, StringComparison.Ordinal);
        using var me = await browser.OpenAsync("/api/v1/users/me");
        Assert.Equal("usr_local", (await me.JsonAsync()).GetProperty("id").GetString());

        var cookie = browser.SessionCookie!;
        using var left = await browser.PostAsync("/signout");
        Assert.Equal(HttpStatusCode.SeeOther, left.StatusCode);
        Assert.Null(browser.SessionCookie);
        browser.Cookies.Add(browser.Server, new Cookie("scaidrive_session", cookie)); // kept by somebody
        using var after = await browser.OpenAsync("/api/v1/users/me");
        await after.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Theory]
    [InlineData(null, "scaidrive_session", false)]
    [InlineData("https://drive.example.com", "__Host-scaidrive_session", true)]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites(string? publicUrl, string name, bool isSecure)
    {
        var options = new SignInOptions { PublicUrl = publicUrl is null ? null : new Uri(publicUrl) };
        await using var site = await ScaiKeyApi.StartAsync(options);
        if (publicUrl is not null)
            site.ScaiKey.Clients.AllowRedirect(publicUrl + "/signin/callback");
        using var browser = site.NewBrowser();
        using var leaving = await browser.OpenAsync("/signin");
        var attempt = Assert.Single(leaving.Headers.GetValues("Set-Cookie"));

        string set;
        if (isSecure)
        {
            // The client here speaks http, so it would not send a secure cookie back: the rest of the way is walked by the other case.
            set = attempt;
            Assert.StartsWith("__Host-scaidrive_signin=", set, StringComparison.Ordinal);
            Assert.Contains(Uri.EscapeDataString("https://drive.example.com/signin/callback"), leaving.Headers.Location!.Query, StringComparison.Ordinal);
        }
        else
        {
            using var landed = await browser.SignInAsync(DemoUsers.Ada);
            set = landed.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith(name + "=", StringComparison.Ordinal));
        }

        var parts = set.Split(';', StringSplitOptions.TrimEntries).Skip(1).Select(part => part.ToLowerInvariant()).ToList();
        Assert.Contains("httponly", parts);
        Assert.Contains("samesite=lax", parts);
        Assert.Contains("path=/", parts);
        Assert.Equal(isSecure, parts.Contains("secure"));
        Assert.DoesNotContain(parts, part => part.StartsWith("domain", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/signout")]
    [InlineData("/?q=a\r\nSet-Cookie: x=y")]
    [InlineData("javascript:alert(1)")]
    [InlineData(null)]
    public void The_way_back_leads_to_the_page_and_nowhere_else(string? elsewhere) =>
        Assert.Equal("/", SignInAttempt.New(elsewhere, TimeProvider.System).ReturnTo);

    [Fact]
    public async Task An_answer_that_another_browser_asked_for_signs_nobody_in()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var attacker = site.NewBrowser();
        using var victim = site.NewBrowser();
        var link = await attacker.ChooseAsync(DemoUsers.Otto);

        using var unasked = await victim.SendAsync(HttpMethod.Get, link, "cross-site");
        Assert.Equal(HttpStatusCode.BadRequest, unasked.StatusCode);
        using (await victim.OpenAsync("/signin"))
        {
            using var mixed = await victim.SendAsync(HttpMethod.Get, link, "cross-site");
            Assert.Equal(HttpStatusCode.BadRequest, mixed.StatusCode);
        }

        Assert.Null(victim.SessionCookie);
    }

    [Fact]
    public async Task An_identity_token_that_does_not_answer_this_sign_in_signs_nobody_in()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        foreach (var (claim, value) in new (string, object?)[]
        {
            ("nonce", "another"), ("nonce", null), ("aud", "another-client"), ("aud", null), ("sub", "usr_demo_ruth"), ("iss", "https://id.example.org"), ("exp", 1), ("exp", null),
        })
        {
            site.ScaiKey.IdentityTokens = site.ScaiKey.IdentityTokens with { Claims = new Dictionary<string, object?> { [claim] = value } };
            using var browser = site.NewBrowser();

            using var landed = await browser.SignInAsync(DemoUsers.Ada);

            Assert.True(landed.StatusCode == HttpStatusCode.Unauthorized, $"{claim} {value}: {landed.StatusCode}");
            Assert.Null(browser.SessionCookie);
        }
    }

    [Fact]
    public async Task A_suspended_user_cannot_sign_in_and_is_told_why()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using (await site.SignedInAsync(DemoUsers.Ruth))
            await site.Api.ExecuteAsync("UPDATE users SET is_active = false WHERE id = $1", DemoUsers.Ruth.Id);
        using var browser = site.NewBrowser();

        using var landed = await browser.SignInAsync(DemoUsers.Ruth);

        Assert.Equal(HttpStatusCode.Forbidden, landed.StatusCode);
        Assert.Contains("suspended", await landed.Content.ReadAsStringAsync(RunningApi.Stop), StringComparison.Ordinal);
        Assert.Null(browser.SessionCookie);
    }

    [Fact]
    public async Task Words_of_a_link_are_not_shown_as_words_of_the_server()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = site.NewBrowser();
        using var leaving = await browser.OpenAsync("/signin");
        var state = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(leaving.Headers.Location!.Query)["state"];

        using var page = await browser.SendAsync(HttpMethod.Get, $"/signin/callback?state={state}&error=call%20555-0100&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "cross-site");
        var html = await page.Content.ReadAsStringAsync(RunningApi.Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.DoesNotContain("555", html, StringComparison.Ordinal);
        Assert.DoesNotContain("alert(1)", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_answer_of_the_identity_provider_the_person_is_told_and_can_try_again()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        using var browser = site.NewBrowser();
        site.ScaiKey.Outages.IsDown = true;
        using var page = await browser.OpenAsync("/signin");
        Assert.Equal(HttpStatusCode.BadGateway, page.StatusCode);

        site.ScaiKey.Outages.IsDown = false;
        site.Clock.Advance(TimeSpan.FromSeconds(31)); // the keys, too, were asked for in vain
        using var again = await browser.SignInAsync(DemoUsers.Ada);
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
    }

    [Fact]
    public async Task The_page_shows_jobs_to_admins_of_their_tenant_alone()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        await site.Api.AddDiscardedJobAsync("the reader died on page 7");

        Assert.Equal((true, true), await SeesAsync(DemoUsers.Ada));
        Assert.Equal((false, false), await SeesAsync(DemoUsers.Ruth));
        Assert.Equal((true, false), await SeesAsync(DemoUsers.Otto));

        async Task<(bool Panels, bool Job)> SeesAsync(FakeUser user)
        {
            using var browser = await site.SignedInAsync(user);
            using var page = await browser.OpenAsync("/");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var html = await page.Content.ReadAsStringAsync(RunningApi.Stop);
            return (html.Contains("id=\"failures\"", StringComparison.Ordinal), html.Contains("page 7", StringComparison.Ordinal));
        }
    }
}
