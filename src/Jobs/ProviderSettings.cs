using System.Collections.Immutable;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>Settings of a provider as an admin gives them. What is not set stays as it is, or has its default.</summary>
public sealed record ProviderSettings
{
    private ImmutableHashSet<string> given = [];

    /// <summary>What the admin calls it.</summary>
    public string? Name { get; init => field = Given(nameof(Name), value); }

    /// <summary>One of <see cref="ProviderTypes.Names"/>; never changed.</summary>
    public string? Type { get; init => field = Given(nameof(Type), value); }

    /// <summary>Where it is; null: where the type usually is.</summary>
    public string? Endpoint { get; init => field = Given(nameof(Endpoint), value); }

    /// <summary>Its key; null: none.</summary>
    public string? ApiKey { get; init => field = Given(nameof(ApiKey), value); }

    /// <summary>Its model.</summary>
    public string? Model { get; init => field = Given(nameof(Model), value); }

    /// <summary>Length of its vectors; null: as it answers.</summary>
    public int? Dimensions { get; init => field = Given(nameof(Dimensions), value); }

    /// <summary>Limit of one request.</summary>
    public int? MaxTokensPerRequest { get; init => field = Given(nameof(MaxTokensPerRequest), value); }

    /// <summary>Whether pages without text are recognized, where the policy does not say.</summary>
    public bool? Ocr { get; init => field = Given(nameof(Ocr), value); }

    /// <summary>Whether policies without a provider use it.</summary>
    public bool? IsDefault { get; init => field = Given(nameof(IsDefault), value); }

    /// <summary>Its place among those that stand in for others; null: it never does.</summary>
    public int? FallbackOrder { get; init => field = Given(nameof(FallbackOrder), value); }

    /// <summary>What a million tokens cost; null: not known.</summary>
    public decimal? CostPerMillionTokens { get; init => field = Given(nameof(CostPerMillionTokens), value); }

    /// <summary>Whether nothing was set.</summary>
    public bool IsEmpty => given.Count == 0;

    /// <summary>Whether a member was set, be it to null.</summary>
    internal bool Has(string member) => given.Contains(member);

    /// <summary>Names of what was set, for the audit; values are not.</summary>
    internal IReadOnlyList<string> Members => [.. given.Order(StringComparer.Ordinal)];

    private T Given<T>(string member, T value)
    {
        given = given.Add(member);
        return value;
    }
}

/// <summary>Settings that cannot be saved.</summary>
public sealed class ProviderRefusedException : Exception
{
    /// <summary>Says which member is at fault; none: the state of things.</summary>
    public ProviderRefusedException(string? member, string message)
        : base(message) => Member = member;

    /// <summary>As in <see cref="ProviderSettings"/>; null when no other value would help.</summary>
    public string? Member { get; }
}
