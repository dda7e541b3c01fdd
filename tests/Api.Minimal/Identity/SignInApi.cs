using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

/// <summary>The API as it stands on a network: behind a ScaiKey, with a clock that a test moves.</summary>
public sealed class SignInApi : IAsyncLifetime
{
    internal const string WebhookSecret = "whsec_0123456789abcdef";

    /// <summary>Changes the options before the API starts.</summary>
    internal Func<IdentityOptions, IdentityOptions> Configure { get; init; } = options => options;

    public RateLimitOptions RateLimits { get; init; } = new();

    public TestScaiKey ScaiKey { get; private set; } = null!;

    public RunningApi Api { get; private set; } = null!;

    /// <summary>Starts at the present time.</summary>
    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public async Task InitializeAsync()
    {
        ScaiKey = await TestScaiKey.StartAsync();
        Api = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Api.DisposeAsync();
        await ScaiKey.DisposeAsync();
    }

    /// <summary>Another API before the same ScaiKey, with nothing remembered.</summary>
    public async Task<RunningApi> StartAsync()
    {
        var api = new RunningApi { Identity = Configure(new IdentityOptions { ScaiKeyUrl = new Uri(ScaiKey.Url), WebhookSecrets = [WebhookSecret] }), Time = Clock, RateLimits = RateLimits };
        await api.InitializeAsync();
        return api;
    }

    /// <summary>A token of a user, good at the clock of this API.</summary>
    public string Token(string user = "usr_anna", string tenant = "tnt_acme", string? scope = null, Action<JsonObject>? change = null) => ScaiKey.Token(claims =>
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        (claims["sub"], claims["tenant_id"], claims["iat"], claims["exp"]) = (user, tenant, now, now + 3600);
        if (scope is not null)
            claims["scope"] = scope;
        change?.Invoke(claims);
    });

    /// <summary>Sends an event as ScaiKey does.</summary>
    /// <param name="happened">The body.</param>
    /// <param name="secret">Signs it.</param>
    /// <param name="age">How long ago it was signed.</param>
    /// <param name="signature">Instead of the right header; empty: none.</param>
    public Task<HttpResponseMessage> TellAsync(JsonNode happened, string secret = WebhookSecret, TimeSpan age = default, string? signature = null)
    {
        var body = Encoding.UTF8.GetBytes(happened.ToJsonString());
        var at = (Clock.GetUtcNow() - age).ToUnixTimeSeconds();
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{at}."), .. body];
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/webhooks/scaikey") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (signature != "")
            request.Headers.TryAddWithoutValidation("X-ScaiKey-Signature", signature ?? $"t={at},v1={Convert.ToHexStringLower(mac)}");
        return Api.Client.SendAsync(request, RunningApi.Stop);
    }

    /// <summary>An event about a user or group.</summary>
    public JsonObject Event(string type, string id, JsonObject? told = null, TimeSpan age = default, string tenant = "tnt_acme") => new()
    {
        ["event_id"] = $"evt_{Guid.NewGuid():n}",
        ["event_type"] = type,
        ["timestamp"] = (Clock.GetUtcNow() - age).ToString("O"),
        ["resource"] = new JsonObject { ["type"] = type.Split('.')[0], ["id"] = id },
        ["actor"] = new JsonObject { ["id"] = "usr_root", ["type"] = "admin" },
        ["data"] = told ?? [],
        ["tenant_id"] = tenant,
        ["partner_id"] = "prt_one",
    };

    /// <summary>Sends a request with a token; null: without.</summary>
    public Task<HttpResponseMessage> SendAsync(string? token, string path = "/api/v1/users/me", HttpMethod? method = null, HttpContent? body = null, RunningApi? api = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Content = body };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (api ?? Api).Client.SendAsync(request, RunningApi.Stop);
    }
}
