using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Connectors.Limits;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>Bytes per second, over all who share the limit.</summary>
public sealed class ByteRateTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task Without_a_limit_nobody_waits()
    {
        var rate = new ByteRate(null, time);

        await rate.TakeAsync(long.MaxValue, Stop);
    }

    [Fact]
    public async Task Each_waits_for_the_bytes_before_it()
    {
        var rate = new ByteRate(1_000, time);
        await rate.TakeAsync(1_000, Stop);

        var (second, third) = (rate.TakeAsync(500, Stop).AsTask(), rate.TakeAsync(500, Stop).AsTask());
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await second;
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(500));
        await third;
    }

    [Fact]
    public async Task A_long_rest_earns_one_second_of_bytes_and_no_more()
    {
        var rate = new ByteRate(1_000, time);
        time.Advance(TimeSpan.FromHours(1));

        await rate.TakeAsync(1_000, Stop);

        Assert.False(rate.TakeAsync(1, Stop).AsTask().IsCompleted);
    }
}
