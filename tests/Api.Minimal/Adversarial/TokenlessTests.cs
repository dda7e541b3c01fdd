using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Api.Minimal.Tests.Identity;

namespace ScaiDrive.Api.Minimal.Tests.Adversarial;

/// <summary>Every operation, called by who has no business there at all.</summary>
public sealed class TokenlessTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    public static TheoryData<string> BadTokens => ["none", "empty", "expired", "not yet", "wrong issuer", "issuer of another tenant", "alg none", "public key as secret", "tampered claims", "tampered signature", "unknown key", "another scheme"];

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Nobody_gets_past_the_door_with(string bad)
    {
        var token = Make(bad);
        var faults = new List<string>();
        foreach (var operation in Closed)
        {
            using var answer = await tenants.SendAsync(operation, token);
            await CheckAsync(faults, operation, answer, 401, "AUTH_TOKEN_INVALID");
            if (answer.Headers.WwwAuthenticate.ToString() != "Bearer")
                faults.Add($"{operation}: WWW-Authenticate is {answer.Headers.WwwAuthenticate}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("another:application")]
    [InlineData("files")]
    public async Task A_token_for_another_purpose_is_good_for_nothing_but_who_one_is(string scope)
    {
        var faults = new List<string>();
        foreach (var operation in Closed.Where(operation => !OperationCases.All[operation.Id].NeedsNoScope))
        {
            using var answer = await tenants.SendAsync(operation, tenants.Stranger(scope));
            await CheckAsync(faults, operation, answer, 403, "AUTHZ_SCOPE_INSUFFICIENT");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Scopes_for_files_open_no_administration()
    {
        var faults = new List<string>();
        foreach (var operation in Closed.Where(operation => IsAdministration(operation.Path)))
        {
            using var answer = await tenants.SendAsync(operation, tenants.Stranger("files:read files:write"));
            await CheckAsync(faults, operation, answer, 403, "AUTHZ_SCOPE_INSUFFICIENT");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("status = 'suspended'")]
    [InlineData("status = 'inactive'")]
    [InlineData("is_active = false")]
    public async Task A_user_who_is_not_active_is_refused_everywhere(string how)
    {
        var name = $"usr_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        string Token() => tenants.Stranger(change: claims => claims["sub"] = name);
        var me = tenants.Operations.Single(operation => operation.Id == "GetMe");
        using (var first = await tenants.SendAsync(me, Token()))
            Assert.True(first.IsSuccessStatusCode);
        await tenants.Api.ExecuteAsync($"UPDATE users SET {how} WHERE id = '{name}'");

        var faults = new List<string>();
        foreach (var operation in Closed)
        {
            using var answer = await tenants.SendAsync(operation, Token());
            await CheckAsync(faults, operation, answer, 403, "AUTHZ_USER_SUSPENDED");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private IEnumerable<Operation> Closed => tenants.Operations.Where(operation => OperationCases.All.GetValueOrDefault(operation.Id) is not { IsOpen: true });

    private static bool IsAdministration(string path) =>
        path.Contains("/admin/", StringComparison.Ordinal) || path.Contains("connectors", StringComparison.Ordinal) || path.Contains("/vectorization/", StringComparison.Ordinal);

    private static async Task CheckAsync(List<string> faults, Operation operation, HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        var said = text.Length == 0 ? null : JsonNode.Parse(text)?["error"]?["code"]?.GetValue<string>();
        if ((int)answer.StatusCode != status || (operation.Method != HttpMethod.Head && said != code) || text.Contains(TwoTenants.Mark, StringComparison.Ordinal))
            faults.Add($"{operation}: {(int)answer.StatusCode} {text}");
        // Nothing in it may tell a thief what was wrong, or anything of the fleet.
        if (status == 401 && text.Length > 400)
            faults.Add($"{operation} says much: {text}");
    }

    private string? Make(string bad)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return bad switch
        {
            "none" => null,
            "empty" => "",
            "expired" => tenants.Stranger(change: claims => claims["exp"] = now - 3600),
            "not yet" => tenants.Stranger(change: claims => claims["nbf"] = now + 600),
            "wrong issuer" => tenants.Stranger(change: claims => claims["iss"] = "https://scaikey.evil.example"),
            "issuer of another tenant" => tenants.Stranger(change: claims => claims["iss"] = $"{tenants.ScaiKey.Url}/tenants/tnt_local"),
            "alg none" => $"{Encode(new JsonObject { ["alg"] = "none", ["typ"] = "JWT" })}.{Encode(Claims())}.",
            "public key as secret" => SigningKey.Encode(
                new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT", ["kid"] = tenants.ScaiKey.Current.Id }, Claims(), bytes => HMACSHA256.HashData(tenants.ScaiKey.Current.PublicText, bytes)),
            "tampered claims" => Tampered(),
            "tampered signature" => tenants.Stranger() is var whole && whole[^5] == 'A' ? $"{whole[..^5]}B{whole[^4..]}" : $"{tenants.Stranger()[..^5]}A{tenants.Stranger()[^4..]}",
            "unknown key" => tenants.ScaiKey.Token(claims => claims["tenant_id"] = "tnt_stranger", SigningKey.Make("RS256")),
            "another scheme" => " Basic dXNlcjpwYXNz",
            _ => throw new ArgumentOutOfRangeException(nameof(bad), bad, null),
        };
    }

    private JsonObject Claims()
    {
        var claims = tenants.ScaiKey.Claims();
        (claims["tenant_id"], claims["sub"], claims["scope"]) = ("tnt_stranger", "usr_stranger", "*");
        return claims;
    }

    /// <summary>A good token whose claims were changed to the other tenant's afterwards.</summary>
    private string Tampered()
    {
        var parts = tenants.Stranger().Split('.');
        var claims = Claims();
        (claims["tenant_id"], claims["sub"]) = ("tnt_local", "usr_local");
        return $"{parts[0]}.{Encode(claims)}.{parts[2]}";
    }

    private static string Encode(JsonObject part) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(part.ToJsonString(JsonSerializerOptions.Default))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
