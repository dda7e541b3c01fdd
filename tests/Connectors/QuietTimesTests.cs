using System.Globalization;

namespace ScaiDrive.Connectors.Tests;

public sealed class QuietTimesTests
{
    [Theory]
    // A night in Berlin, in winter and in summer.
    [InlineData("22:00", "06:00", "", "Europe/Berlin", "2026-11-23T23:30:00Z", "2026-11-24T05:00:00Z")]
    [InlineData("22:00", "06:00", "", "Europe/Berlin", "2026-07-23T20:30:00Z", "2026-07-24T04:00:00Z")]
    [InlineData("22:00", "06:00", "", "Europe/Berlin", "2026-11-23T20:59:59Z", null)]
    [InlineData("22:00", "06:00", "", "Europe/Berlin", "2026-11-24T05:00:00Z", null)]
    // The night of a Monday lasts into Tuesday, the morning of a Monday is not in it.
    [InlineData("22:00", "06:00", "mon", "UTC", "2026-11-24T03:00:00Z", "2026-11-24T06:00:00Z")]
    [InlineData("22:00", "06:00", "mon", "UTC", "2026-11-23T03:00:00Z", null)]
    // The whole day of a Sunday.
    [InlineData("00:00", "00:00", "sun", "UTC", "2026-11-22T12:00:00Z", "2026-11-23T00:00:00Z")]
    // The clock goes from 2:00 to 3:00: a rest until 2:30 ends with the jump; when 2:30 comes twice, it lasts to the second.
    [InlineData("01:00", "02:30", "", "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("01:00", "02:30", "", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T01:30:00Z")]
    public void A_rest_ends_when_its_clock_on_the_wall_says_so(string from, string to, string days, string zone, string now, string? end)
    {
        var hours = new QuietHours(Time(from), Time(to), days.Split(',', StringSplitOptions.RemoveEmptyEntries), zone);
        Assert.Equal(end is null ? null : Moment(end), QuietTimes.EndOfRest([hours], Moment(now)));
    }

    [Fact]
    public void Times_that_follow_each_other_are_one_rest()
    {
        QuietHours[] hours = [new(Time("12:00"), Time("18:00"), []), new(Time("08:00"), Time("12:00"), []), new(Time("20:00"), Time("21:00"), [])];
        Assert.Equal(Moment("2026-11-23T18:00:00Z"), QuietTimes.EndOfRest(hours, Moment("2026-11-23T09:00:00Z")));
        Assert.Null(QuietTimes.EndOfRest([], Moment("2026-11-23T09:00:00Z")));
    }

    [Fact]
    public void Days_and_zones_that_do_not_exist_are_told()
    {
        Assert.Null(QuietTimes.FaultOf(new(Time("08:00"), Time("12:00"), ["mon", "sun"], "Europe/Berlin")));
        Assert.Contains("monday", QuietTimes.FaultOf(new(Time("08:00"), Time("12:00"), ["monday"])), StringComparison.Ordinal);
        Assert.Contains("Mars", QuietTimes.FaultOf(new(Time("08:00"), Time("12:00"), [], "Mars/Olympus")), StringComparison.Ordinal);
    }

    private static TimeOnly Time(string text) => TimeOnly.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
