using System.Globalization;
using ScaiDrive.Queue.Scheduling;

namespace ScaiDrive.Queue.Tests;

/// <summary>When schedules fire, and what becomes of fires that were missed. No clock is asked.</summary>
public sealed class FireTimesTests
{
    private static readonly DateTimeOffset Anchor = At("2026-01-01T00:00:00Z");

    [Theory]
    [InlineData("30 2 * * *")]
    [InlineData("0 30 2 * * ?")]
    public void A_time_that_the_clocks_jump_over_fires_when_they_jump_and_one_that_comes_twice_fires_once(string cron)
    {
        var times = Cron(cron, "Europe/Berlin");
        Assert.Equal(
            ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
            Texts(Take(times, "2026-03-27T12:00:00Z", 3)));
        Assert.Equal(
            ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
            Texts(Take(times, "2026-10-23T12:00:00Z", 3)));
    }

    [Fact]
    public void An_expression_that_fires_all_day_goes_on_through_the_hour_that_comes_twice_and_skips_the_one_that_never_comes()
    {
        var times = Cron("0/30 * * * *", "Europe/Berlin");
        Assert.Equal(
            ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"],
            Texts(Take(times, "2026-10-24T23:59:00Z", 5)));
        Assert.Equal(
            ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"],
            Texts(Take(times, "2026-03-29T00:00:00Z", 3)));
    }

    [Fact]
    public void The_29th_of_February_fires_in_leap_years_only() =>
        Assert.Equal(["2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z"], Texts(Take(Cron("0 12 29 2 *"), "2026-01-01T00:00:00Z", 2)));

    [Theory]
    [InlineData("0 12 * * 0")]
    [InlineData("0 12 * * 7")]
    [InlineData("0 12 * * SUN")]
    [InlineData("0 0 12 ? * 1")]
    [InlineData("0 0 12 ? * SUN *")]
    public void Sunday_is_0_or_7_in_five_fields_and_1_with_seconds(string cron) =>
        Assert.Equal(["2026-11-22T12:00:00Z", "2026-11-29T12:00:00Z"], Texts(Take(Cron(cron), "2026-11-20T00:00:00Z", 2)));

    [Fact]
    public void An_expression_whose_last_time_is_past_fires_no_more() =>
        Assert.Equal(["2027-01-01T00:00:00Z"], Texts(Take(Cron("0 0 0 1 1 ? 2027"), "2026-11-22T00:00:00Z", 5)));

    [Fact]
    public void An_interval_fires_on_the_anchor_plus_whole_multiples()
    {
        var times = FireTimes.Of(new ScheduleTiming { Every = TimeSpan.FromSeconds(90) }, Anchor);
        Assert.Equal(Anchor.AddSeconds(90), times.After(Anchor));
        Assert.Equal(Anchor.AddSeconds(180), times.After(Anchor.AddSeconds(90)));
        Assert.Equal(Anchor.AddSeconds(180), times.From(Anchor.AddSeconds(180)));
        Assert.Equal(Anchor.AddSeconds(90 * 1_000_001), times.After(Anchor.AddSeconds(90 * 1_000_000)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/10 * * * *")]
    public void Nothing_fires_before_the_start_or_from_the_end_on(string? cron)
    {
        var timing = new ScheduleTiming
        {
            Every = cron is null ? TimeSpan.FromMinutes(10) : null,
            Cron = cron,
            StartAt = At("2026-11-22T10:00:00Z"),
            EndAt = At("2026-11-22T10:20:00Z"),
        };
        var times = FireTimes.Of(timing, timing.StartAt.Value);
        Assert.Equal(["2026-11-22T10:00:00Z", "2026-11-22T10:10:00Z"], Texts(Take(times, "2026-11-20T00:00:00Z", 5)));
        Assert.Null(times.After(timing.EndAt.Value));
    }

    [Theory]
    [InlineData("61 * * * *", "UTC", null, "cron", "61 * * * *")]
    [InlineData("every day", "UTC", null, "cron", "every day")]
    [InlineData("", "UTC", null, "cron", "five fields")]
    [InlineData("H 2 * * *", "UTC", null, "cron", "H 2 * * *")]
    [InlineData("0 0/0 * * * ?", "UTC", null, "cron", "step of 0")]
    [InlineData("0 2 * * *", "Europe/Atlantis", null, "time_zone", "Europe/Atlantis")]
    [InlineData("0 2 * * *", "europe/berlin", null, "time_zone", "Europe/Berlin")]
    [InlineData("0 2 * * *", "W. Europe Standard Time", null, "time_zone", "IANA")]
    [InlineData("0 2 * * *", "../UTC", null, "time_zone", "IANA")]
    [InlineData(null, "Mars/Olympus", 60.0, "time_zone", "IANA")]
    [InlineData(null, "UTC", 1.5, "interval_seconds", "whole number")]
    [InlineData(null, "UTC", 0.5, "interval_seconds", "0.5")]
    [InlineData(null, "UTC", -60.0, "interval_seconds", "-60")]
    [InlineData(null, "UTC", 4e8, "interval_seconds", "ten years")]
    [InlineData("0 2 * * *", "UTC", 60.0, "cron", "not by both")]
    [InlineData(null, "UTC", null, "cron", "interval_seconds")]
    public void What_cannot_work_is_refused_by_the_name_of_its_field(string? cron, string zone, double? seconds, string field, string said)
    {
        var timing = new ScheduleTiming { Cron = cron, TimeZone = zone, Every = seconds is { } length ? TimeSpan.FromSeconds(length) : null };
        var fault = Assert.Throws<InvalidScheduleException>(() => FireTimes.Of(timing, Anchor));
        Assert.Equal(field, fault.Field);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.Contains(field, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_before_the_start_is_refused()
    {
        var timing = new ScheduleTiming { Every = TimeSpan.FromHours(1), StartAt = Anchor, EndAt = Anchor };
        Assert.Equal("end_at", Assert.Throws<InvalidScheduleException>(() => FireTimes.Of(timing, Anchor)).Field);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0/15 * * * *")]
    public void Of_many_due_fires_the_newest_are_kept_oldest_first(string? cron)
    {
        var times = cron is null ? FireTimes.Of(new ScheduleTiming { Every = TimeSpan.FromMinutes(15) }, Anchor) : Cron(cron);
        var (first, now) = (At("2026-01-01T00:15:00Z"), At("2026-11-22T10:07:00Z"));

        var due = times.Due(first, now, 3, out var leftOut);
        Assert.Equal(["2026-11-22T09:30:00Z", "2026-11-22T09:45:00Z", "2026-11-22T10:00:00Z"], Texts(due));
        Assert.Equal("2026-11-22T09:15:00Z", Text(leftOut!.Value));

        due = times.Due(At("2026-11-22T09:45:00Z"), now, 3, out leftOut);
        Assert.Equal(["2026-11-22T09:45:00Z", "2026-11-22T10:00:00Z"], Texts(due));
        Assert.Null(leftOut);
    }

    [Fact]
    public void Fire_once_fires_one_time_for_all_that_are_due_and_goes_on_on_time()
    {
        var plan = Plan(MisfirePolicies.FireOnce, due: "2026-11-22T06:00:00Z", now: "2026-11-22T10:07:00Z");
        Assert.Equal(["2026-11-22T10:00:00Z"], Texts(plan.Fires));
        Assert.Equal("2026-11-22T10:15:00Z", Text(plan.Next!.Value));
    }

    [Fact]
    public void Fire_all_fires_every_missed_time_oldest_first_up_to_its_bound()
    {
        var plan = Plan(MisfirePolicies.FireAll, due: "2026-11-22T09:00:00Z", now: "2026-11-22T09:50:00Z");
        Assert.Equal(["2026-11-22T09:00:00Z", "2026-11-22T09:15:00Z", "2026-11-22T09:30:00Z", "2026-11-22T09:45:00Z"], Texts(plan.Fires));
        Assert.Null(plan.LastDropped);

        plan = Plan(MisfirePolicies.FireAll, due: "2026-01-02T00:00:00Z", now: "2026-11-22T09:50:00Z");
        Assert.Equal(FirePlan.MostFires, plan.Fires.Count);
        Assert.Equal("2026-11-22T09:45:00Z", Text(plan.Fires[^1]));
        Assert.Equal(plan.Fires[0].AddMinutes(-15), plan.LastDropped);
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z", new[] { "2026-11-22T10:00:00Z" }, null)] // late, and within the tolerance
    [InlineData("2026-11-22T10:00:00Z", "2026-11-22T10:01:01Z", new string[0], "2026-11-22T10:00:00Z")]
    [InlineData("2026-11-22T06:00:00Z", "2026-11-22T10:00:30Z", new[] { "2026-11-22T10:00:00Z" }, "2026-11-22T06:00:00Z")]
    public void Skip_drops_what_is_later_than_the_tolerance(string due, string now, string[] fires, string? dropped)
    {
        var plan = Plan(MisfirePolicies.Skip, due, now);
        Assert.Equal(fires, Texts(plan.Fires));
        Assert.Equal(dropped, plan.LastDropped is { } time ? Text(time) : null);
        Assert.Equal("2026-11-22T10:15:00Z", Text(plan.Next!.Value));
    }

    private static FirePlan Plan(string misfire, string due, string now) =>
        FirePlan.For(FireTimes.Of(new ScheduleTiming { Every = TimeSpan.FromMinutes(15) }, Anchor), At(due), At(now), misfire, TimeSpan.FromSeconds(60));

    private static FireTimes Cron(string cron, string zone = "UTC") => FireTimes.Of(new ScheduleTiming { Cron = cron, TimeZone = zone }, Anchor);

    private static List<DateTimeOffset> Take(FireTimes times, string after, int count)
    {
        var taken = new List<DateTimeOffset>();
        for (var next = times.After(At(after)); next is { } time && taken.Count < count; next = times.After(time))
            taken.Add(time);
        return taken;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Texts(IEnumerable<DateTimeOffset> times) => times.Select(Text);
}
