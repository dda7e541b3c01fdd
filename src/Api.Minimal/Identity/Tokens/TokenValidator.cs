using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ScaiDrive.Api.Minimal.Identity.Tokens;

/// <summary>Decides whether a token is ScaiKey's, unchanged, of now, and complete.</summary>
/// <remarks>What needs no key is asked first, so that a token of another environment shows as such in the log and makes nobody fetch keys.
/// The algorithm is bound to the key, never chosen by the token. RFC 8725 is the list of what could go wrong.</remarks>
internal sealed class TokenValidator(SigningKeys keys, IssuerRule issuers, IdentityOptions options, TimeProvider time)
{
    private const int MaxTokenLength = 16 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenLength, MapInboundClaims = false };

    internal async Task<TokenVerdict> ValidateAsync(string encoded, CancellationToken cancellationToken)
    {
        if (Read(encoded) is not { } token)
            return TokenVerdict.Refused(TokenFault.Malformed, "It is no signed JWT.");
        if (HeaderFault(token) is { } header)
            return header;
        if (TokenClaims.Read(token, options.UnscopedTokens, Fingerprint(encoded), out var lack) is not { } claims)
            return TokenVerdict.Refused(TokenFault.Claims, lack);
        if (!issuers.Accepts(token.Issuer, claims.User.TenantId))
            return TokenVerdict.Refused(TokenFault.Issuer, $"Its issuer is '{LogText.Of(token.Issuer)}', expected is {issuers.Expected}.");

        SecurityKey? key;
        try
        {
            key = await keys.FindAsync(token.Kid, cancellationToken);
        }
        catch (ScaiKeyUnreachableException fault)
        {
            return TokenVerdict.Refused(TokenFault.ScaikeyUnreachable, fault.Message);
        }

        if (key is null)
            return TokenVerdict.Refused(TokenFault.UnknownKey, $"ScaiKey shows no key '{LogText.Of(token.Kid)}'.");
        return await _handler.ValidateTokenAsync(token, Rules(key)) is { IsValid: false } refused
            ? Refused(refused.Exception)
            : TokenVerdict.Good(claims);
    }

    private JsonWebToken? Read(string encoded)
    {
        if (encoded.Length > MaxTokenLength || !_handler.CanReadToken(encoded))
            return null;
        try
        {
            return _handler.ReadJsonWebToken(encoded) is { IsEncrypted: false } token ? token : null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static TokenVerdict? HeaderFault(JsonWebToken token)
    {
        if (token.Alg is not (SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.EcdsaSha256))
            return TokenVerdict.Refused(TokenFault.Algorithm, $"It is signed with '{LogText.Of(token.Alg)}', expected is RS256 or ES256.");
        if (string.IsNullOrEmpty(token.Kid))
            return TokenVerdict.Refused(TokenFault.UnknownKey, "It names no key (kid).");
        // RFC 7515, 4.1.11: whoever does not understand what is listed there must refuse. Nothing is understood here.
        return token.TryGetHeaderValue<object>("crit", out _)
            ? TokenVerdict.Refused(TokenFault.Malformed, "It demands an extension (crit).")
            : null;
    }

    private TokenValidationParameters Rules(SecurityKey key) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SigningKeys.AlgorithmOf(key)],
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        ValidateIssuerSigningKey = true,
        // The rule about issuers was asked before; tokens for every client of ScaiKey are taken.
        ValidateIssuer = false,
        ValidateAudience = false,
        ValidateLifetime = true,
        RequireExpirationTime = true,
        LifetimeValidator = IsOfNow,
        LogValidationExceptions = false,
    };

    private bool IsOfNow(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (expires is not { } end)
            throw new SecurityTokenNoExpirationException();
        if (notBefore is { } start && start > now + options.ClockSkew)
            throw new SecurityTokenNotYetValidException();
        return end > now - options.ClockSkew ? true : throw new SecurityTokenExpiredException();
    }

    private static TokenVerdict Refused(Exception fault) => fault switch
    {
        SecurityTokenNoExpirationException => TokenVerdict.Refused(TokenFault.Claims, "The claim exp is missing."),
        SecurityTokenExpiredException => TokenVerdict.Refused(TokenFault.Expired, "It has expired."),
        SecurityTokenNotYetValidException => TokenVerdict.Refused(TokenFault.NotYetValid, "It is not yet valid."),
        SecurityTokenInvalidAlgorithmException => TokenVerdict.Refused(TokenFault.Algorithm, "Its algorithm does not go with its key."),
        _ => TokenVerdict.Refused(TokenFault.Signature, "Its signature does not match."),
    };

    private static string Fingerprint(string encoded) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(encoded)).AsSpan(0, 16));
}

/// <summary>What a caller wrote, as it may stand in a log: short, and without anything that could begin a line of its own.</summary>
internal static class LogText
{
    private const int MaxLength = 200;

    internal static string Of(string? text) =>
        string.Concat((text ?? "").Take(MaxLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? '?' : c));
}
