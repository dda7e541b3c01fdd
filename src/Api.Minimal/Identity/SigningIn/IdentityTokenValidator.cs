using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ScaiDrive.Api.Minimal.Identity.Tokens;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Decides whether an identity token answers this very sign-in (OpenID Connect Core, 3.1.3.7): ScaiKey's, for this client, with this nonce, about this user.</summary>
internal sealed class IdentityTokenValidator(SigningKeys keys, IssuerRule issuers, IdentityOptions options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>Null when it is good, else why not, for the log.</summary>
    internal async Task<string?> FaultAsync(string? encoded, string nonce, AccessToken access, CancellationToken cancellationToken)
    {
        if (encoded is null || !_handler.CanReadToken(encoded))
            return "There is no identity token.";
        var token = _handler.ReadJsonWebToken(encoded);
        if (!issuers.Accepts(token.Issuer, access.User.TenantId))
            return "Its issuer is another one.";
        if (!token.TryGetClaim("nonce", out var given) || given.Value != nonce)
            return "It answers another sign-in (nonce).";
        if (token.Subject != access.User.UserId)
            return "It is about another user than the access token.";
        if (string.IsNullOrEmpty(token.Kid) || await keys.FindAsync(token.Kid, cancellationToken) is not { } key)
            return "ScaiKey shows no such key.";
        return await _handler.ValidateTokenAsync(token, Rules(key)) is { IsValid: false } refused ? refused.Exception.GetType().Name : null;
    }

    private TokenValidationParameters Rules(SecurityKey key) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SigningKeys.AlgorithmOf(key)],
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        ValidateIssuer = false, // by the rule above
        ValidAudience = options.ClientId,
        RequireExpirationTime = true,
        LifetimeValidator = (_, expires, _, _) => expires is { } end && end > time.GetUtcNow().UtcDateTime - options.ClockSkew,
        LogValidationExceptions = false,
    };
}
