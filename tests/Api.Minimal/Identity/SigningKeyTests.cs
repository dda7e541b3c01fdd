using System.Net;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

public sealed class SigningKeyTests : IAsyncLifetime
{
    private readonly SignInApi at = new();

    public Task InitializeAsync() => at.InitializeAsync();

    public Task DisposeAsync() => at.DisposeAsync();

    [Fact]
    public async Task Keys_are_fetched_once_for_five_minutes()
    {
        for (var minute = 0; minute < 4; minute++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
            at.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, at.ScaiKey.Fetches);
    }

    [Fact]
    public async Task A_new_key_passes_within_five_minutes_without_help_and_the_old_one_does_no_longer()
    {
        var old = at.ScaiKey.Current;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        at.ScaiKey.Rotate();

        // Within the shortest time between two fetches nothing is known of it, and asking again does not help.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(at.Token()));
        Assert.Equal(1, at.ScaiKey.Fetches);

        at.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(at.ScaiKey.Token(key: old)));
    }

    [Fact]
    public async Task A_new_key_passes_at_once_after_a_restart()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        at.ScaiKey.Rotate();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(at.Token()));

        var restarted = await at.StartAsync();
        using (var response = await at.SendAsync(at.Token(), api: restarted))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await restarted.DisposeAsync();
    }

    [Fact]
    public async Task A_key_taken_back_is_refused_once_the_known_ones_are_too_old()
    {
        var stolen = at.Token(change: claims => claims["exp"] = at.Clock.GetUtcNow().AddDays(1).ToUnixTimeSeconds());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stolen));
        at.ScaiKey.Rotate();
        at.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stolen));
    }

    [Fact]
    public async Task Keys_that_nobody_knows_are_asked_for_at_most_every_half_minute()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        for (var second = 0; second < 60; second += 5)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(at.ScaiKey.Token(key: SigningKey.Make("RS256"))));
            at.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.InRange(at.ScaiKey.Fetches, 2, 3);
    }

    [Fact]
    public async Task While_ScaiKey_is_away_its_last_keys_are_used_for_an_hour_and_no_longer()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        at.ScaiKey.IsUp = false;

        at.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        Assert.True(await IsReadyAsync());

        at.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(at.Token()));
        Assert.False(await IsReadyAsync());

        at.ScaiKey.IsUp = true;
        at.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
        Assert.True(await IsReadyAsync());
    }

    [Fact]
    public async Task A_ScaiKey_that_is_away_from_the_start_lets_nobody_in()
    {
        at.ScaiKey.IsUp = false;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(at.Token()));
        Assert.False(await IsReadyAsync());
    }

    [Fact]
    public async Task Without_a_discovery_document_the_keys_are_at_the_usual_place()
    {
        at.ScaiKey.HasDiscovery = false;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(at.Token()));
    }

    [Fact]
    public async Task Many_callers_at_once_fetch_the_keys_once()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StatusAsync(at.Token())));
        Assert.All(all, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(1, at.ScaiKey.Fetches);
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var response = await at.SendAsync(token);
        return response.StatusCode;
    }

    private async Task<bool> IsReadyAsync()
    {
        using var response = await at.SendAsync(null, "/api/v1/ready");
        return (await response.JsonAsync()).GetProperty("checks").GetProperty("scaikey").GetBoolean();
    }
}
