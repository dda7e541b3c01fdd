using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>The vectorization providers of a tenant.</summary>
internal sealed record ProvidersAnswer : Answer
{
    /// <summary>The default one first, then in the order they stand in for it.</summary>
    public required IReadOnlyList<ProviderAnswer> Providers { get; init; }

    public required long Total { get; init; }
}

/// <summary>A vectorization provider. Its key is never told.</summary>
internal record ProviderAnswer : Answer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>What serves it, such as <c>local</c>.</summary>
    public required string Type { get; init; }

    public required string? Endpoint { get; init; }

    /// <summary>Whether a key is stored.</summary>
    public required bool HasApiKey { get; init; }

    public required string Model { get; init; }

    public required int Dimensions { get; init; }

    public required int? MaxTokensPerRequest { get; init; }

    /// <summary>Whether pages without text are read by OCR, where the policy of a file does not say otherwise.</summary>
    public required bool OcrEnabled { get; init; }

    public required bool IsDefault { get; init; }

    /// <summary>Its place among those that stand in for a failing provider of the same model; null: it never does.</summary>
    public required int? FallbackOrder { get; init; }

    public required decimal? CostPerMillionTokens { get; init; }

    /// <summary>The queue rule of the jobs that wait for it: a limit set there spreads the requests.</summary>
    public required string QueueRule { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required ProviderHealthItem Health { get; init; }

    internal static ProviderAnswer From(ProviderRow row, ProviderHealthReport health) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Type = row.Type,
        Endpoint = row.Endpoint,
        HasApiKey = row.ProtectedApiKey is not null,
        Model = row.Model,
        Dimensions = row.Dimensions,
        MaxTokensPerRequest = row.MaxTokensPerRequest,
        OcrEnabled = row.Ocr,
        IsDefault = row.IsDefault,
        FallbackOrder = row.FallbackOrder,
        CostPerMillionTokens = row.CostPerMillionTokens,
        QueueRule = ProviderLanes.RuleKeyOf(row.TenantId, row.Id),
        UpdatedAt = row.UpdatedAt,
        Health = ProviderHealthItem.From(health),
    };
}

/// <summary>A provider after a change, and what the change set going.</summary>
internal sealed record ChangedProviderAnswer : Answer
{
    public required ProviderAnswer Provider { get; init; }

    /// <summary>What came of a short text right after the change; null when nothing changed that could make a difference.</summary>
    public required ProviderTestItem? Test { get; init; }

    /// <summary>The job that lets files go through again that had ended with <c>ocr_disabled</c>; null when none was needed.</summary>
    public required long? JobId { get; init; }

    /// <summary>Files of the tenant with pages that OCR has not read because it was off, as they were counted right after the change.</summary>
    public required long OcrDisabledFiles { get; init; }
}
