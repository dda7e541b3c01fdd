using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity.Tokens;

/// <summary>A token that was found good: by whom it was asked for, and what it allows.</summary>
/// <param name="User">As ScaiKey vouches for them.</param>
/// <param name="Scope">What it allows.</param>
/// <param name="ExpiresAt">From then on it is refused, but for the skew of clocks.</param>
/// <param name="Fingerprint">The same for the same token, and telling nothing of it.</param>
public sealed record AccessToken(ClaimedUser User, GrantedScope Scope, DateTimeOffset ExpiresAt, string Fingerprint)
{
    /// <summary>The service that acts for the user; null when they act themselves.</summary>
    public string? ServiceAccount { get; init; }
}

/// <summary>Why a token is refused. For the log and the metric; the caller is not told.</summary>
internal enum TokenFault
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>It is no signed JWT, or too long for one.</summary>
    Malformed,

    /// <summary>It is signed in another way than RS256 or ES256, or not at all.</summary>
    Algorithm,

    /// <summary>Another issuer, such as that of another environment.</summary>
    Issuer,

    /// <summary>ScaiKey shows no such key, or not yet.</summary>
    UnknownKey,

    /// <summary>ScaiKey does not answer, and the last known keys are too old to be trusted.</summary>
    ScaikeyUnreachable,

    /// <summary>Changed after it was signed, or signed by somebody else.</summary>
    Signature,

    /// <summary>Over.</summary>
    Expired,

    /// <summary>Not yet valid.</summary>
    NotYetValid,

    /// <summary>A claim is missing or not of its form.</summary>
    Claims,

    /// <summary>The user belongs to another tenant.</summary>
    OtherTenant,
}

/// <summary>What came out of looking at a token: it, or why not.</summary>
/// <param name="Token">Null when it is refused.</param>
/// <param name="Fault">Why it is.</param>
/// <param name="Cause">In words, for the log.</param>
internal readonly record struct TokenVerdict(AccessToken? Token, TokenFault Fault, string Cause)
{
    internal static TokenVerdict Good(AccessToken token) => new(token, default, "");

    internal static TokenVerdict Refused(TokenFault fault, string cause) => new(null, fault, cause);
}
