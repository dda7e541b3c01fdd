using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Api.Minimal.RateLimits;

namespace ScaiDrive.Api.Minimal.Tests.RateLimits;

public sealed class SlidingWindowTests
{
    private const long Start = 1_800_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_sixty_seconds_ever_hold_more_than_the_limit(int seed)
    {
        const int Limit = 100;
        var random = new Random(seed);
        var window = new SlidingWindow();
        var taken = new List<(long Second, int Cost)>();
        var now = Start;
        for (var i = 0; i < 20_000; i++)
        {
            now += random.Next(20) == 0 ? random.Next(100) : random.Next(2);
            var cost = random.Next(1, 21);
            if (window.Take(cost, Limit, now).IsTaken)
                taken.Add((now, cost));
        }

        // Sixty seconds that begin inside a second reach into 61 of them.
        var first = 0;
        var sum = 0;
        foreach (var (second, cost) in taken)
        {
            sum += cost;
            while (taken[first].Second < second - 60)
                sum -= taken[first++].Cost;
            Assert.True(sum <= Limit, $"{sum} at {second}");
        }

        Assert.True(taken.Sum(one => one.Cost) > 20 * Limit);
    }

    [Fact]
    public void Whoever_is_refused_is_told_the_first_second_in_which_it_works()
    {
        var window = new SlidingWindow();
        Assert.True(window.Take(6, 10, Start).IsTaken);
        Assert.True(window.Take(4, 10, Start + 20).IsTaken);

        var small = window.Take(5, 10, Start + 30);
        var large = window.Take(7, 10, Start + 30);

        Assert.Equal((false, Start + 61, Start + 81), (small.IsTaken, small.FreeAt, small.ClearAt));
        Assert.Equal(Start + 81, large.FreeAt);
        Assert.False(window.Take(5, 10, Start + 60).IsTaken);
        Assert.True(window.Take(5, 10, Start + 61).IsTaken);
    }

    [Fact]
    public void Being_refused_costs_nothing()
    {
        var window = new SlidingWindow();
        Assert.True(window.Take(10, 10, Start).IsTaken);
        for (var second = 0; second < 60; second++)
            Assert.False(window.Take(1, 10, Start + second).IsTaken);

        Assert.Equal(9, window.Take(1, 10, Start + 61).Remaining);
    }

    [Fact]
    public void A_clock_that_goes_back_opens_nothing()
    {
        var window = new SlidingWindow();
        Assert.True(window.Take(10, 10, Start).IsTaken);

        Assert.False(window.Take(1, 10, Start - 3600).IsTaken);
    }

    [Fact]
    public void What_is_kept_is_bounded_and_goes_after_a_minute()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(Start));
        var limiter = new RateLimiter(new RateLimitOptions { MostTracked = 100 }, clock);
        var limits = new LimitsInForce(10, 10, 10_000);
        for (var i = 0; i < 1_000; i++)
            Assert.Null(limiter.Take(new($"token {i}", $"user {i}", "tenant"), limits, 1).Exceeded);
        Assert.Equal(201, limiter.Tracked);

        clock.Advance(TimeSpan.FromMinutes(2));
        limiter.Take(new("token", "user", "tenant"), limits, 1);

        Assert.Equal(3, limiter.Tracked);
    }

    [Fact]
    public void A_request_that_the_wider_limit_refuses_is_not_counted_in_the_narrower_one()
    {
        var limiter = new RateLimiter(new RateLimitOptions(), new FakeTimeProvider());
        var limits = new LimitsInForce(100, 100, 5);
        Assert.Null(limiter.Take(new("a", "u", "t"), limits, 5).Exceeded);

        var refused = limiter.Take(new("a", "u", "t"), limits, 5);

        Assert.Equal(("tenant", 5, 95), (refused.Exceeded, refused.Limit, refused.Token.Remaining));
        Assert.Equal(90, limiter.Take(new("a", "u", "t"), new(100, 100, 100), 5).Token.Remaining);
    }
}
