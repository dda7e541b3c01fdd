using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Api.Minimal.Tests.Identity.SigningIn;

/// <summary>What the desktop program signs its user in with.</summary>
public sealed class RelayTests(RelayTests.SharedSite shared) : IClassFixture<RelayTests.SharedSite>
{
    private const string Verifier = "a-verifier-of-the-desktop-program-that-is-long-enough";

    [Fact]
    public async Task The_configuration_says_where_to_sign_in_and_names_this_servers_own_addresses()
    {
        await using var site = await ScaiKeyApi.StartAsync(new() { PublicUrl = new Uri("https://drive.example.com") }); // of its own

        using var response = await site.Api.Client.GetAsync("/api/v1/auth/config", RunningApi.Stop);
        var config = await response.JsonAsync();

        Assert.Equal(site.ScaiKey.Issuer + "/authorize", config.GetProperty("authorize_url").GetString());
        Assert.Equal("https://drive.example.com/api/v1/auth/token", config.GetProperty("token_url").GetString());
        Assert.Equal("scaidrive-desktop", config.GetProperty("client_id").GetString());
        Assert.Equal("https://drive.example.com/api/v1/auth/callback", config.GetProperty("desktop_callback_url").GetString());
    }

    [Fact]
    public async Task The_callback_hands_the_answer_on_to_the_program_that_waits()
    {
        var site = shared.Site;

        using var page = await site.Api.Client.GetAsync("/api/v1/auth/callback?code=a%26b%22%3E%3Cscript%3E&state=" + Uri.EscapeDataString("s|port=1|x|port=49152"), RunningApi.Stop);
        var html = await page.Content.ReadAsStringAsync(RunningApi.Stop);

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        var target = System.Text.RegularExpressions.Regex.Match(html, "id=\"continue\" href=\"([^\"]*)\"").Groups[1].Value;
        Assert.Equal("http://localhost:49152/callback?code=a%26b%22%3E%3Cscript%3E&state=s%7Cport%3D1%7Cx", WebUtility.HtmlDecode(target));
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<script(?![^>]*\ssrc=)", html);
        Assert.Equal("no-referrer", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
    }

    [Theory]
    [InlineData("state=s%7Cport%3D49152&error=access_denied&error_description=no", "http://localhost:49152/callback?error=access_denied&error_description=no&state=s")]
    [InlineData("state=s%7Cport%3D65535&code=c", "http://localhost:65535/callback?code=c&state=s")]
    public async Task The_callback_passes_on_what_the_program_needs(string query, string target)
    {
        var site = shared.Site;

        var html = await site.Api.Client.GetStringAsync("/api/v1/auth/callback?" + query, RunningApi.Stop);

        Assert.Contains($"href=\"{WebUtility.HtmlEncode(target)}\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s")]
    [InlineData("s|port=")]
    [InlineData("|port=49152")]
    [InlineData("s|port=80")]
    [InlineData("s|port=65536")]
    [InlineData("s|port=-49152")]
    [InlineData("s|port=49152@evil.example")]
    [InlineData("s|port=49152/../x")]
    [InlineData("s|port= 49152")]
    [InlineData("s|port=４９１５２")]
    public void A_state_without_a_proper_port_is_not_followed(string state) => Assert.Null(RelayEndpoints.Split(state));

    [Theory]
    [InlineData("state=s%7Cport%3D80&code=c")]
    [InlineData("state=s%7Cport%3D49152")]
    [InlineData("state=s%7Cport%3D49152&code=c&error=e")]
    [InlineData("code=c")]
    public async Task A_callback_that_cannot_be_passed_on_is_refused(string query)
    {
        var site = shared.Site;

        using var refused = await site.Api.Client.GetAsync("/api/v1/auth/callback?" + query, RunningApi.Stop);

        await refused.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_program_gets_tokens_for_a_code_and_later_for_a_refresh_token()
    {
        var site = shared.Site;
        var callback = site.Api.Address + "api/v1/auth/callback";

        using var response = await ExchangeAsync(site, CodeForm(await CodeAsync(site, callback), callback));
        var tokens = await response.JsonAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Bearer", tokens.GetProperty("token_type").GetString());
        Assert.Equal(900, tokens.GetProperty("expires_in").GetInt32());
        Assert.NotEmpty(tokens.GetProperty("id_token").GetString()!);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        using var me = await site.CallAsync(tokens.GetProperty("access_token").GetString()!);
        Assert.Equal(DemoUsers.Ruth.Id, (await me.JsonAsync()).GetProperty("id").GetString());

        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        using var renewed = await ExchangeAsync(site, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh });
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        Assert.NotEqual(refresh, (await renewed.JsonAsync()).GetProperty("refresh_token").GetString());
    }

    [Fact]
    public async Task What_the_identity_provider_refuses_is_an_invalid_token_here()
    {
        var site = shared.Site;
        var callback = site.Api.Address + "api/v1/auth/callback";
        var form = CodeForm(await CodeAsync(site, callback), callback);
        form["code_verifier"] = new string('x', 43);

        using var refused = await ExchangeAsync(site, form);

        var error = await refused.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.Equal("invalid_grant", error.GetProperty("error").GetProperty("details").GetProperty("oauth_error").GetString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(200)]
    public async Task An_identity_provider_that_does_not_answer_as_one_is_a_bad_gateway(int status)
    {
        var site = shared.Site;
        (await site.Api.Client.GetAsync("/api/v1/auth/config", RunningApi.Stop)).Dispose(); // its addresses are known
        if (status == 0)
            site.ScaiKey.Outages.IsDown = true;
        else
            site.ScaiKey.Outages.Answer("/token", status);

        using var failed = await ExchangeAsync(site, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = "r" });
        site.ScaiKey.Outages.IsDown = false;

        await failed.ErrorAsync(HttpStatusCode.BadGateway, "UPSTREAM_UNAVAILABLE");
        Assert.NotNull(failed.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("grant_type=password&username=u&password=p", "grant_type")]
    [InlineData("grant_type=authorization_code&code=c&redirect_uri=r", "code_verifier")]
    [InlineData("grant_type=refresh_token", "refresh_token")]
    [InlineData("grant_type=refresh_token&refresh_token=r&client_id=other", "client_id")]
    public async Task A_form_that_lacks_something_is_not_passed_on(string body, string field)
    {
        var site = shared.Site;
        var before = site.ScaiKey.Fetches.Tokens;
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");

        using var refused = await site.Api.Client.PostAsync("/api/v1/auth/token", content, RunningApi.Stop);

        var error = await refused.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(field, Assert.Single(error.GetProperty("detail").EnumerateArray()).GetProperty("loc")[1].GetString());
        Assert.Equal(before, site.ScaiKey.Fetches.Tokens);
    }

    private static Task<HttpResponseMessage> ExchangeAsync(ScaiKeyApi site, Dictionary<string, string> form) =>
        site.Api.Client.PostAsync("/api/v1/auth/token", new FormUrlEncodedContent(form), RunningApi.Stop);

    private static Dictionary<string, string> CodeForm(string code, string callback) =>
        new() { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = callback, ["code_verifier"] = Verifier };

    /// <summary>As the desktop program asks for one, and its user signs in.</summary>
    private static async Task<string> CodeAsync(ScaiKeyApi site, string callback)
    {
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(Verifier)));
        using var http = site.Api.NewClient();
        using var answer = await http.PostAsync(new Uri(site.ScaiKey.Issuer + "/authorize"), new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["response_type"] = "code",
            ["client_id"] = "scaidrive-desktop",
            ["redirect_uri"] = callback,
            ["scope"] = "openid",
            ["state"] = "s|port=49152",
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256",
            ["user"] = DemoUsers.Ruth.Id,
        }), RunningApi.Stop);
        return QueryHelpers.ParseQuery(answer.Headers.Location!.Query)["code"].ToString();
    }

    /// <summary>One server for all of them.</summary>
    public sealed class SharedSite : IAsyncLifetime
    {
        internal ScaiKeyApi Site { get; private set; } = null!;

        public async Task InitializeAsync() => Site = await ScaiKeyApi.StartAsync();

        public async Task DisposeAsync() => await Site.DisposeAsync();
    }
}
