using ScaiDrive.Tests.ScaiKey.Keys;

namespace ScaiDrive.Tests.ScaiKey.Tokens;

/// <summary>In what a token differs from the one that signing in would give, good or bad.</summary>
public sealed record TokenShape
{
    /// <summary>One of <see cref="SigningAlgorithms"/>.</summary>
    public string Algorithm { get; init; } = SigningAlgorithms.Rs256;

    /// <summary>The <c>iss</c>; null: the provider's address.</summary>
    public string? Issuer { get; init; }

    /// <summary>From now to <c>exp</c>; below zero: it has run out already.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The <c>kid</c> of the header, whatever key signs; null: the signing key's own.</summary>
    public string? KeyId { get; init; }

    /// <summary>The key that signs; null: the current one of the algorithm.</summary>
    public SigningKey? Key { get; init; }

    /// <summary>The <c>scope</c>; null: the user's.</summary>
    public string? Scope { get; init; }

    /// <summary>The <c>client_id</c> of the service that acts for the user.</summary>
    public string? ActingClient { get; init; }

    /// <summary>Set last: added, or in place of what would stand there; a null leaves the claim out.</summary>
    public IReadOnlyDictionary<string, object?> Claims { get; init; } = new Dictionary<string, object?>();
}
