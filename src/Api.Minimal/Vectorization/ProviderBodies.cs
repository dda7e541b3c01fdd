using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>Settings of a provider. In a change, what is left out stays as it is, and null takes away.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal record ProviderPatch
{
    private ProviderSettings settings = new();

    /// <summary>What you call it; no other provider has it.</summary>
    [StringLength(200, MinimumLength = 1)]
    public virtual string? Name { get => settings.Name; init => settings = settings with { Name = value }; }

    /// <summary>Where it is; null: where its type usually is. Over https, unless the operator lists the host.</summary>
    [StringLength(2000)]
    public string? Endpoint { get => settings.Endpoint; init => settings = settings with { Endpoint = value }; }

    /// <summary>Its key. Stored encrypted, never told.</summary>
    [StringLength(8000, MinimumLength = 1)]
    public string? ApiKey { get => settings.ApiKey; init => settings = settings with { ApiKey = value }; }

    /// <summary>Its model, as the provider names it.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? Model { get => settings.Model; init => settings = settings with { Model = value }; }

    /// <summary>Length of its vectors; left out: as it answers.</summary>
    [Range(1, 16_384)]
    public int? Dimensions { get => settings.Dimensions; init => settings = settings with { Dimensions = value }; }

    /// <summary>At most so many tokens in one request; null: what its type takes.</summary>
    [Range(16, 10_000_000)]
    public int? MaxTokensPerRequest { get => settings.MaxTokensPerRequest; init => settings = settings with { MaxTokensPerRequest = value }; }

    /// <summary>Whether pages without text are read by OCR.</summary>
    public bool? OcrEnabled { get => settings.Ocr; init => settings = settings with { Ocr = value }; }

    /// <summary>Whether policies without a provider use it.</summary>
    public bool? IsDefault { get => settings.IsDefault; init => settings = settings with { IsDefault = value }; }

    /// <summary>Its place among those that stand in for a failing provider of the same model; null: it never does.</summary>
    [Range(0, 1000)]
    public int? FallbackOrder { get => settings.FallbackOrder; init => settings = settings with { FallbackOrder = value }; }

    /// <summary>What a million tokens cost, for estimates.</summary>
    [Range(0, 1_000_000)]
    public decimal? CostPerMillionTokens { get => settings.CostPerMillionTokens; init => settings = settings with { CostPerMillionTokens = value }; }

    internal bool IsEmpty => settings.IsEmpty;

    internal virtual ProviderSettings ToSettings() => settings;
}

/// <summary>Settings of a provider that is not saved yet.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal record ProviderTrial : ProviderPatch
{
    /// <summary>How it is spoken to: <c>local</c>, <c>openai</c>, <c>openai_compatible</c>, <c>azure_openai</c>, <c>cohere</c>, <c>hugging_face</c>,
    /// <c>ollama</c>, <c>bedrock</c> or <c>scaigrid</c>, the default.</summary>
    public string Type { get; init; } = "scaigrid";

    internal override ProviderSettings ToSettings() => base.ToSettings() with { Type = Type };
}

/// <summary>A provider to be saved.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ProviderBody : ProviderTrial
{
    /// <summary>What you call it; no other provider has it.</summary>
    [Required]
    [StringLength(200, MinimumLength = 1)]
    public override string? Name { get => base.Name; init => base.Name = value; }
}
