using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.ScaiKey;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Api.Minimal.Tests.Identity.SigningIn;

/// <summary>The API beside an identity provider that people can sign in at, with one clock for both.</summary>
internal sealed class ScaiKeyApi : IAsyncDisposable
{
    private ScaiKeyApi(ScaiKeyFake scaiKey, RunningApi api, FakeTimeProvider clock) => (ScaiKey, Api, Clock) = (scaiKey, api, clock);

    internal ScaiKeyFake ScaiKey { get; }

    internal RunningApi Api { get; }

    internal FakeTimeProvider Clock { get; }

    internal static async Task<ScaiKeyApi> StartAsync(SignInOptions? signIn = null, RateLimitOptions? limits = null)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var scaiKey = await ScaiKeyFake.StartAsync(time: clock);
        var api = new RunningApi
        {
            Identity = new IdentityOptions { ScaiKeyUrl = new Uri(scaiKey.Issuer) },
            SignIn = signIn ?? new(),
            RateLimits = limits ?? new() { TokenPerMinute = 1_000_000, UserPerMinute = 1_000_000, TenantPerMinute = 1_000_000 },
            Time = clock,
        };
        await api.InitializeAsync();
        return new(scaiKey, api, clock);
    }

    internal Browser NewBrowser() => new(Api.Address);

    /// <summary>A browser in which somebody has signed in.</summary>
    internal async Task<Browser> SignedInAsync(FakeUser user)
    {
        var browser = NewBrowser();
        using var landed = await browser.SignInAsync(user);
        Assert.True(landed.StatusCode == System.Net.HttpStatusCode.SeeOther, await landed.Content.ReadAsStringAsync(RunningApi.Stop));
        return browser;
    }

    /// <summary>Calls as a program does.</summary>
    internal Task<HttpResponseMessage> CallAsync(string token, string path = "/api/v1/users/me", HttpMethod? method = null, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Api.Client.SendAsync(request, RunningApi.Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await ScaiKey.DisposeAsync();
    }
}
