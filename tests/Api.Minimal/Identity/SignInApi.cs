using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

/// <summary>The API as it stands on a network: behind a ScaiKey, with a clock that a test moves.</summary>
public sealed class SignInApi : IAsyncLifetime
{
    /// <summary>Changes the options before the API starts.</summary>
    internal Func<IdentityOptions, IdentityOptions> Configure { get; init; } = options => options;

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
        var api = new RunningApi { Identity = Configure(new IdentityOptions { ScaiKeyUrl = new Uri(ScaiKey.Url) }), Time = Clock };
        await api.InitializeAsync();
        return api;
    }

    /// <summary>Sends a request with a token; null: without.</summary>
    public Task<HttpResponseMessage> SendAsync(string? token, string path = "/api/v1/users/me", HttpMethod? method = null, HttpContent? body = null, RunningApi? api = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path) { Content = body };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (api ?? Api).Client.SendAsync(request, RunningApi.Stop);
    }
}
