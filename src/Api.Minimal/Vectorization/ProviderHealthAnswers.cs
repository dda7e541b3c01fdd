using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Search.Embedding.Providers.Health;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>How a provider does, by what was seen last and the figures of the last hour.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c>, <c>down</c> or <c>unknown</c>.</param>
/// <param name="CheckedAt">When that was written down.</param>
/// <param name="Since">Since when it is up or down.</param>
/// <param name="LatencyP50Ms">Half of the requests took at most so long.</param>
/// <param name="LatencyP95Ms">19 of 20 did.</param>
/// <param name="EmbeddingsPerMinute">Over the minutes in which there were any.</param>
/// <param name="Requests">Of the last hour.</param>
/// <param name="Failures">Those that failed.</param>
/// <param name="Throttled">Those answered with a wish to wait.</param>
/// <param name="Tokens">Of the last hour.</param>
/// <param name="CostEstimate">Of these tokens, at <c>cost_per_million_tokens</c>.</param>
/// <param name="Code">Why it is down.</param>
/// <param name="Message">Why, in words.</param>
/// <param name="StandInId">The provider that embeds in its place.</param>
internal sealed record ProviderHealthItem(
    string Status, DateTimeOffset? CheckedAt, DateTimeOffset? Since, double? LatencyP50Ms, double? LatencyP95Ms, double? EmbeddingsPerMinute,
    long Requests, long Failures, long Throttled, long Tokens, decimal? CostEstimate, string? Code, string? Message, string? StandInId)
{
    internal static ProviderHealthItem From(ProviderHealthReport health) => new(
        health.Status, health.CheckedAt, health.Since, health.LatencyP50Ms, health.LatencyP95Ms, health.EmbeddingsPerMinute,
        health.Requests, health.Failures, health.Throttled, health.Tokens, health.CostEstimate, health.Code, health.Message, health.StandInId);
}

/// <summary>How one provider does.</summary>
internal sealed record ProviderHealthAnswer : Answer
{
    public required string ProviderId { get; init; }

    public required ProviderHealthItem Health { get; init; }
}

/// <summary>What came of one short text.</summary>
/// <param name="Available">Whether it was embedded.</param>
/// <param name="LatencyMs">How long that took.</param>
/// <param name="Dimensions">Length of the vector.</param>
/// <param name="Model">By which model.</param>
/// <param name="Code">Why it was not.</param>
/// <param name="Message">Why, in words.</param>
internal record ProviderTestItem(bool Available, double LatencyMs, int? Dimensions, string Model, string? Code, string? Message)
{
    internal static ProviderTestItem From(string model, ProviderTest test) =>
        new(test.Available, Math.Round(test.Latency.TotalMilliseconds, 1), test.Dimensions, model, test.Code, test.Message);
}

/// <summary>What came of one short text, as an answer of its own.</summary>
internal sealed record ProviderTestAnswer : Answer
{
    /// <summary>Whether it was embedded.</summary>
    public required bool Available { get; init; }

    /// <summary>How long that took.</summary>
    public required double LatencyMs { get; init; }

    /// <summary>Length of the vector; null when there is none.</summary>
    public required int? Dimensions { get; init; }

    public required string Model { get; init; }

    /// <summary>Stable code of the fault; null when there is none.</summary>
    public required string? Code { get; init; }

    /// <summary>The fault in words.</summary>
    public required string? Message { get; init; }

    internal static ProviderTestAnswer From(string model, ProviderTest test)
    {
        var item = ProviderTestItem.From(model, test);
        return new()
        {
            Available = item.Available,
            LatencyMs = item.LatencyMs,
            Dimensions = item.Dimensions,
            Model = item.Model,
            Code = item.Code,
            Message = item.Message,
        };
    }
}
