using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

public sealed class TokenTests(SignInApi at) : IClassFixture<SignInApi>
{
    private string Url => at.ScaiKey.Url;

    [Fact]
    public async Task A_valid_token_says_who_is_calling()
    {
        using var response = await at.SendAsync(at.ScaiKey.Token());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var me = await response.JsonAsync();
        Assert.Equal(("usr_anna", "tnt_acme"), (me.GetProperty("id").GetString(), me.GetProperty("tenant_id").GetString()));
    }

    [Fact]
    public async Task ES256_is_as_good_as_RS256()
    {
        var key = at.ScaiKey.Rotate(keepOld: true, "ES256");
        at.Clock.Advance(TimeSpan.FromMinutes(1));
        using var response = await at.SendAsync(at.ScaiKey.Token(key: key));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/users/me")]
    [InlineData("/api/v1/search?q=x")]
    [InlineData("/api/v1/admin/tenant")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/events")]
    [InlineData("/no/such/place")]
    public async Task Nothing_is_answered_without_a_token(string path)
    {
        using var response = await at.SendAsync(null, path);
        await Refused(response);
    }

    [Theory]
    [InlineData("/api/v1/health")]
    [InlineData("/api/v1/ready")]
    [InlineData("/metrics")]
    public async Task What_machines_watch_is_open(string path)
    {
        using var response = await at.SendAsync(null, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_issuer_is_ScaiKey_or_the_tenants_own_with_or_without_a_slash_at_the_end()
    {
        foreach (var issuer in new[] { Url, $"{Url}/", $"{Url}/tenants/tnt_acme", $"{Url}/tenants/tnt_acme/" })
        {
            using var response = await at.SendAsync(at.ScaiKey.Token(claims => claims["iss"] = issuer));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Every_other_issuer_is_refused()
    {
        foreach (var issuer in new[] { "https://staging.example.org", $"{Url}//", $"{Url}.evil.example", $"{Url}/tenants/tnt_other", $"{Url}/tenants/", $"{Url}/tenants/tnt_acme/x", Url.ToUpperInvariant(), "", Url[..^1] })
        {
            using var response = await at.SendAsync(at.ScaiKey.Token(claims => claims["iss"] = issuer));
            await Refused(response);
        }
    }

    [Fact]
    public async Task A_token_that_has_expired_is_refused_after_half_a_minute_for_clocks_that_differ()
    {
        var now = at.Clock.GetUtcNow().ToUnixTimeSeconds();
        using var within = await at.SendAsync(at.ScaiKey.Token(claims => claims["exp"] = now - 25));
        using var beyond = await at.SendAsync(at.ScaiKey.Token(claims => claims["exp"] = now - 31));
        Assert.Equal(HttpStatusCode.OK, within.StatusCode);
        await Refused(beyond);
    }

    [Fact]
    public async Task A_token_of_the_future_is_refused()
    {
        var now = at.Clock.GetUtcNow().ToUnixTimeSeconds();
        using var within = await at.SendAsync(at.ScaiKey.Token(claims => claims["nbf"] = now + 25));
        using var beyond = await at.SendAsync(at.ScaiKey.Token(claims => claims["nbf"] = now + 40));
        Assert.Equal(HttpStatusCode.OK, within.StatusCode);
        await Refused(beyond);
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("sub")]
    [InlineData("tenant_id")]
    [InlineData("iss")]
    public async Task A_token_without_a_claim_that_matters_is_refused(string claim)
    {
        using var response = await at.SendAsync(at.ScaiKey.Token(claims => claims.Remove(claim)));
        await Refused(response);
    }

    [Theory]
    [InlineData("sub", "\"anna\"")]
    [InlineData("sub", "\"usr_\"")]
    [InlineData("sub", "\"usr_anna'--\"")]
    [InlineData("sub", "7")]
    [InlineData("sub", "[\"usr_anna\"]")]
    [InlineData("tenant_id", "\"acme\"")]
    [InlineData("tenant_id", "\"tnt_acme/../tnt_other\"")]
    [InlineData("tenant_id", "null")]
    [InlineData("partner_id", "\"acme\"")]
    [InlineData("exp", "\"tomorrow\"")]
    [InlineData("exp", "1e300")]
    [InlineData("groups", "\"grp_a\"")]
    [InlineData("scope", "7")]
    public async Task A_claim_of_another_form_is_refused(string claim, string json)
    {
        using var response = await at.SendAsync(at.ScaiKey.Token(claims => claims[claim] = JsonNode.Parse(json)));
        await Refused(response);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("")]
    public async Task A_token_that_names_another_algorithm_is_refused(string algorithm)
    {
        var key = at.ScaiKey.Current;
        foreach (var signature in new Func<byte[], byte[]>[] { key.SignBytes, _ => [] })
        {
            using var response = await at.SendAsync(SigningKey.Encode(Header(algorithm, key.Id), at.ScaiKey.Claims(), signature));
            await Refused(response);
        }
    }

    [Fact]
    public async Task The_public_key_is_no_secret_to_sign_with()
    {
        var key = at.ScaiKey.Current;
        foreach (var secret in new[] { key.PublicText, Base64UrlEncoder.DecodeBytes((key.Public["n"] ?? key.Public["x"])!.GetValue<string>()), Encoding.ASCII.GetBytes(key.Id) })
        {
            foreach (var algorithm in new[] { "HS256", "RS256" })
            {
                using var response = await at.SendAsync(SigningKey.Encode(Header(algorithm, key.Id), at.ScaiKey.Claims(), bytes => HMACSHA256.HashData(secret, bytes)));
                await Refused(response);
            }
        }
    }

    [Fact]
    public async Task A_key_of_the_senders_own_is_refused_whether_it_takes_the_name_of_a_known_one_or_comes_along()
    {
        var own = SigningKey.Make("RS256");
        var header = Header("RS256", at.ScaiKey.Current.Id);
        header["jwk"] = own.Public.DeepClone();
        header["jku"] = "https://evil.example/keys";

        using var named = await at.SendAsync(at.ScaiKey.Token(key: own, kid: at.ScaiKey.Current.Id));
        using var brought = await at.SendAsync(own.Sign(header, at.ScaiKey.Claims()));
        using var unknown = await at.SendAsync(at.ScaiKey.Token(key: own));
        using var nameless = await at.SendAsync(at.ScaiKey.Current.Sign(new JsonObject { ["alg"] = at.ScaiKey.Current.Algorithm }, at.ScaiKey.Claims()));

        foreach (var response in new[] { named, brought, unknown, nameless })
            await Refused(response);
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        var parts = at.ScaiKey.Token().Split('.');
        var claims = at.ScaiKey.Claims();
        claims["sub"] = "usr_root";
        foreach (var token in new[]
        {
            $"{parts[0]}.{Base64UrlEncoder.Encode(claims.ToJsonString())}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}",
            $"{parts[0]}.{parts[1]}.{parts[2]}.x",
            $"{parts[0]}.{parts[1]}.{parts[2]}.x.y",
            "x", "..", "Bearer", new string('a', 20_000), $"{parts[0]}.{parts[1]}.{new string('a', 17_000)}",
        })
        {
            using var response = await at.SendAsync(token);
            await Refused(response);
        }
    }

    [Fact]
    public async Task A_token_that_demands_an_extension_is_refused()
    {
        var header = Header(at.ScaiKey.Current.Algorithm, at.ScaiKey.Current.Id);
        header["crit"] = new JsonArray("exp");
        using var response = await at.SendAsync(at.ScaiKey.Current.Sign(header, at.ScaiKey.Claims()));
        await Refused(response);
    }

    [Theory]
    [InlineData("Basic YW5uYTp4")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("")]
    public async Task Another_way_to_say_who_one_is_is_refused(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await at.Api.Client.SendAsync(request, RunningApi.Stop);
        await Refused(response);
    }

    [Fact]
    public async Task A_token_in_the_address_or_twice_in_the_header_is_refused()
    {
        var token = at.ScaiKey.Token();
        using var address = await at.SendAsync(null, $"/api/v1/users/me?access_token={token}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {token}", $"Bearer {token}"]);
        using var twice = await at.Api.Client.SendAsync(request, RunningApi.Stop);
        await Refused(address);
        await Refused(twice);
    }

    [Fact]
    public async Task A_user_of_another_tenant_is_refused()
    {
        using var first = await at.SendAsync(at.ScaiKey.Token(claims => claims["sub"] = "usr_bert"));
        using var second = await at.SendAsync(at.ScaiKey.Token(claims => (claims["sub"], claims["tenant_id"]) = ("usr_bert", "tnt_other")));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await Refused(second);
    }

    private static JsonObject Header(string algorithm, string kid) => new() { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = kid };

    /// <summary>The same words whatever is wrong: nothing for whoever tries out what passes.</summary>
    private static async Task Refused(HttpResponseMessage response)
    {
        var body = await response.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.Equal("The access token is missing or not valid.", body.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("{}", body.GetProperty("error").GetProperty("details").GetRawText());
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }
}
