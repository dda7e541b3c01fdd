using System.Globalization;
using Quartz;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>The times at which a schedule fires. Quartz.NET computes them; nothing here asks a clock.</summary>
internal sealed class FireTimes
{
    internal static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan LongestInterval = TimeSpan.FromDays(3650);

    private readonly CronExpression? cron;
    private readonly ITrigger? interval;
    private readonly TimeSpan? every;
    private readonly DateTimeOffset? start;
    private readonly DateTimeOffset? end;

    private FireTimes(ScheduleTiming timing, DateTimeOffset anchor)
    {
        (every, start, end) = (timing.Every, timing.StartAt, timing.EndAt);
        var zone = FindZone(timing.TimeZone);
        if (timing.Cron is not null)
            cron = ParseCron(timing.Cron).WithTimeZone(zone);
        else
            interval = TriggerBuilder.Create().WithIdentity("interval").StartAt(anchor)
                .WithSimpleSchedule(each => each.WithInterval(CheckInterval(timing.Every)).RepeatForever()).Build();
    }

    /// <summary>Reads and checks a timing.</summary>
    /// <param name="timing">What was asked for.</param>
    /// <param name="anchor">Where the multiples of an interval are counted from.</param>
    /// <exception cref="InvalidScheduleException">A field cannot work; the message names it.</exception>
    internal static FireTimes Of(ScheduleTiming timing, DateTimeOffset anchor)
    {
        if (timing.Cron is null && timing.Every is null)
            throw new InvalidScheduleException("cron", "A schedule needs a time: give interval_seconds, or cron with time_zone.");
        if (timing.Cron is not null && timing.Every is not null)
            throw new InvalidScheduleException("cron", "A schedule fires by interval_seconds or by cron, not by both: leave one out.");
        if (timing.StartAt >= timing.EndAt)
            throw new InvalidScheduleException("end_at", $"end_at ({Text(timing.EndAt)}) must be later than start_at ({Text(timing.StartAt)}).");
        return new FireTimes(timing, anchor);
    }

    /// <exception cref="InvalidScheduleException">There is no such zone.</exception>
    private static TimeZoneInfo FindZone(string name)
    {
        // In other letters a zone is found only by a process that has used it before.
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId && zone.Id == name)
            return zone;
        throw new InvalidScheduleException("time_zone", $"time_zone '{Shortened(name)}' is not known here. Give an IANA name such as Europe/Berlin, or UTC.");
    }

    /// <summary>The first fire later than <paramref name="time"/>, or null when none is left.</summary>
    internal DateTimeOffset? After(DateTimeOffset time)
    {
        // One tick before the start, so that a fire right at the start counts.
        var from = start is { } first && time < first ? first.AddTicks(-1) : time;
        var next = cron is not null ? cron.GetNextValidTimeAfter(from) : interval!.GetFireTimeAfter(from);
        return next is { } found && (end is null || found < end) ? found.ToUniversalTime() : null;
    }

    /// <summary>The first fire at or after <paramref name="time"/>, or null when none is left.</summary>
    internal DateTimeOffset? From(DateTimeOffset time) => After(time.AddTicks(-1));

    /// <summary>The newest <paramref name="max"/> fires from <paramref name="first"/> to <paramref name="now"/>, oldest first.</summary>
    /// <param name="first">A fire time.</param>
    /// <param name="now">The last moment that counts.</param>
    /// <param name="max">At least 1.</param>
    /// <param name="lastLeftOut">The newest fire that found no room, or null.</param>
    internal IReadOnlyList<DateTimeOffset> Due(DateTimeOffset first, DateTimeOffset now, int max, out DateTimeOffset? lastLeftOut)
    {
        lastLeftOut = null;
        DateTimeOffset? next = first;
        // A cron expression has to be walked, which costs a second for a year of seconds. An interval can be jumped along.
        if (every is { } step && (now - first) / step > max + 1)
        {
            lastLeftOut = first;
            next = After(now - (step * (max + 1)));
        }

        var times = new Queue<DateTimeOffset>();
        while (next is { } time && time <= now)
        {
            if (times.Count == max)
                lastLeftOut = times.Dequeue();
            times.Enqueue(time);
            next = After(time);
        }

        return [.. times];
    }

    private static CronExpression ParseCron(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        try
        {
            return CronExpression.Parse(text, fields == 5 ? CronFormat.Unix : CronFormat.Quartz);
        }
        catch (FormatException fault)
        {
            throw new InvalidScheduleException(
                "cron",
                $"cron '{Shortened(text)}' cannot be read: {fault.Message.TrimEnd('.')}. Give five fields (minute hour day month weekday), or six to seven "
                + "(second minute hour day month weekday, and perhaps a year).");
        }
    }

    private static TimeSpan CheckInterval(TimeSpan? interval) =>
        interval is { } length && length >= ShortestInterval && length <= LongestInterval && length.Ticks % TimeSpan.TicksPerSecond == 0
            ? length
            : throw new InvalidScheduleException(
                "interval_seconds",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"interval_seconds is {interval?.TotalSeconds}; it must be a whole number from {ShortestInterval.TotalSeconds} to {LongestInterval.TotalSeconds} (ten years)."));

    private static string Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "";

    private static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
