using System.Text.Json.Serialization;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>A time of the day in which a source is left alone by runs that nobody asked for.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record QuietHoursBody
{
    /// <summary>Its begin, <c>HH:mm</c>.</summary>
    [JsonRequired]
    public TimeOnly From { get; init; }

    /// <summary>Its end; at or before <c>from</c> it is the next day's.</summary>
    [JsonRequired]
    public TimeOnly To { get; init; }

    /// <summary>Days of its begin, <c>mon</c> to <c>sun</c>; left out or empty is every day.</summary>
    public IReadOnlyList<string?>? Days { get; init; }

    /// <summary>An IANA zone such as <c>Europe/Berlin</c>. Default UTC.</summary>
    public string? TimeZone { get; init; }

    internal QuietHours ToHours() => new(From, To, [.. (Days ?? []).Select(day => day ?? "")], TimeZone ?? "UTC");

    internal static QuietHoursBody Of(QuietHours hours) => new() { From = hours.From, To = hours.To, Days = hours.Days, TimeZone = hours.TimeZone };
}
