using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ScaiDrive.Drive.RateLimits;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>The limits of each tenant, kept for some seconds. When its settings cannot be read, the last ones go on.</summary>
internal sealed partial class TenantRates(RateSettingsStore settings, RateLimitOptions options, TimeProvider time, ILogger<TenantRates> log)
{
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    internal async ValueTask<LimitsInForce> OfAsync(string tenantId, CancellationToken cancellationToken)
    {
        var kept = _kept.GetValueOrDefault(tenantId);
        if (kept is not null && time.GetElapsedTime(kept.ReadAt) < options.SettingsLife)
            return kept.Limits;
        if (_kept.Count > options.MostTracked)
            _kept.Clear(); // read again at little cost; growing without end would cost more

        var limits = kept?.Limits ?? new LimitsInForce(options.TokenPerMinute, options.UserPerMinute, options.TenantPerMinute);
        // Others go on with the old ones meanwhile, instead of all reading at once.
        if (kept is not null)
            _kept[tenantId] = kept with { ReadAt = time.GetTimestamp() };
        try
        {
            limits = LimitsInForce.Of(options, await settings.ReadAsync(tenantId, cancellationToken));
        }
        catch (Exception fault) when (fault is Npgsql.NpgsqlException or TimeoutException) // the request itself will say what it lacks
        {
            LogUnread(tenantId, fault.Message);
        }

        _kept[tenantId] = new(limits, time.GetTimestamp());
        return limits;
    }

    [LoggerMessage(LogLevel.Warning, "The rate limits of {TenantId} could not be read: {Reason}")]
    private partial void LogUnread(string tenantId, string reason);

    private sealed record Kept(LimitsInForce Limits, long ReadAt);
}
