using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Search.Embedding.Providers;

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

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static ProviderAnswer From(ProviderRow row) => new()
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
        UpdatedAt = row.UpdatedAt,
    };
}

/// <summary>A provider after a change, and what the change set going.</summary>
internal sealed record ChangedProviderAnswer : Answer
{
    public required ProviderAnswer Provider { get; init; }

    /// <summary>The job that lets files go through again that had ended with <c>ocr_disabled</c>; null when none was needed.</summary>
    public required long? JobId { get; init; }

    /// <summary>Files of the tenant with pages that OCR has not read because it was off, as they were counted right after the change.</summary>
    public required long OcrDisabledFiles { get; init; }
}

/// <summary>What to change of a provider.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ProviderPatch
{
    /// <summary>Whether pages without text are read by OCR.</summary>
    [Required]
    public bool? OcrEnabled { get; init; }
}
