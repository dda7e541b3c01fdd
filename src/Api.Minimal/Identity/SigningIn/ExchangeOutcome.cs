using ScaiDrive.Drive.Sessions;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>What came of asking ScaiKey for tokens.</summary>
internal abstract record ExchangeOutcome
{
    /// <summary>Tokens.</summary>
    internal sealed record Granted(TokenGrant Grant) : ExchangeOutcome;

    /// <summary>ScaiKey said no.</summary>
    /// <param name="Error">The code of RFC 6749, 5.2, such as <c>invalid_grant</c>; <c>invalid_request</c> when it gave none.</param>
    internal sealed record Refused(string Error) : ExchangeOutcome;

    /// <summary>It did not answer, or not as an identity provider does.</summary>
    /// <param name="Reason">For the log.</param>
    internal sealed record Unreachable(string Reason) : ExchangeOutcome;
}

/// <summary>Tokens as ScaiKey gave them.</summary>
internal sealed record TokenGrant(string AccessToken, int ExpiresIn, string? RefreshToken, string? IdToken)
{
    internal SessionTokens ToSessionTokens(TimeProvider time) => new(AccessToken, RefreshToken, time.GetUtcNow() + TimeSpan.FromSeconds(ExpiresIn));

    /// <summary>Tells nothing about the tokens.</summary>
    public override string ToString() => nameof(TokenGrant);
}

/// <summary>Which program asks, and what it proves that with.</summary>
/// <param name="Id">The client id.</param>
/// <param name="Secret">Null: a public client.</param>
internal sealed record OAuthClient(string Id, string? Secret);
