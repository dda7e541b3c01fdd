using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity.Tokens;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>Refuses requests of callers who ask for too much, and tells all others how much is left. Who is not known yet is none of its business.</summary>
internal sealed class RateLimiting(RequestDelegate next, RateLimiter limiter, TenantRates rates)
{
    private static readonly Meter Meter = new("ScaiDrive.RateLimits");

    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>(
        "scaidrive_rate_limit_rejections_total", description: "Requests refused because a caller asked for too much, by the limit that was reached.");

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<AccessToken>() is not { } token)
        {
            await next(context);
            return;
        }

        var limits = await rates.OfAsync(token.User.TenantId, context.RequestAborted);
        var keys = new RateKeys(token.Fingerprint, token.User.UserId, token.User.TenantId);
        var verdict = limiter.Take(keys, limits, (int)RequestCosts.Of(context.GetEndpoint()));
        // At the last moment, because a failed request clears the headers it had.
        context.Response.OnStarting(() =>
        {
            Tell(context.Response.Headers, limits.Token, verdict.Token);
            return Task.CompletedTask;
        });
        if (verdict.Exceeded is not { } dimension)
        {
            await next(context);
            return;
        }

        Rejections.Add(1, new KeyValuePair<string, object?>("dimension", dimension));
        await ErrorWriter.WriteAsync(context, Refusal(dimension, verdict));
    }

    private static void Tell(IHeaderDictionary headers, int limit, WindowState state)
    {
        headers["X-RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = state.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = state.ClearAt.ToString(CultureInfo.InvariantCulture);
    }

    private static ApiError Refusal(string dimension, RateVerdict verdict) => new(
        StatusCodes.Status429TooManyRequests,
        ErrorCodes.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"The limit of {verdict.Limit} per {SlidingWindow.Seconds} seconds for one {dimension} is reached. Wait as long as Retry-After says."),
        new Dictionary<string, object?> { ["dimension"] = dimension, ["limit"] = verdict.Limit, ["window_seconds"] = SlidingWindow.Seconds },
        RetryAfter: TimeSpan.FromSeconds(Math.Max(1, verdict.Deciding.FreeAt - verdict.Second)));
}
