using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>How long a service asks to be left alone.</summary>
internal static partial class RetryAfter
{
    private static readonly string[] Limited = ["requests", "tokens"];
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>By <c>retry-after-ms</c> (Azure, OpenAI), <c>Retry-After</c> (RFC 9110, 10.2.3), or OpenAI's <c>x-ratelimit-reset-*</c>
    /// of whichever limit has nothing left. Null: it does not say.</summary>
    internal static TimeSpan? Of(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (Value(headers, "retry-after-ms") is { } ms && double.TryParse(ms, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds))
            return Bounded(milliseconds);
        if (headers.RetryAfter is { } standard)
            return Bounded((standard.Delta ?? standard.Date - now)?.TotalMilliseconds ?? 0);
        var resets = Limited
            .Where(what => Value(headers, $"x-ratelimit-remaining-{what}") is "0" or null)
            .Select(what => Duration(Value(headers, $"x-ratelimit-reset-{what}")))
            .OfType<TimeSpan>().ToList();
        return resets.Count > 0 ? Bounded(resets.Max().TotalMilliseconds) : null;
    }

    private static TimeSpan Bounded(double milliseconds) =>
        TimeSpan.FromMilliseconds(double.IsFinite(milliseconds) ? Math.Clamp(milliseconds, 0, Longest.TotalMilliseconds) : 0);

    /// <summary>Reads <c>1h2m3.5s</c> and <c>20ms</c>.</summary>
    private static TimeSpan? Duration(string? text)
    {
        if (text is null || Parts().Matches(text) is not { Count: > 0 } parts)
            return null;
        var seconds = parts.Sum(part => double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
        {
            "h" => 3600,
            "m" => 60,
            "ms" => 0.001,
            _ => 1,
        });
        return TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds));
    }

    private static string? Value(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    [GeneratedRegex(@"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|h|m|s)", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
