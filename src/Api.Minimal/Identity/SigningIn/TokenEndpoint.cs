using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using ScaiDrive.Api.Minimal.Envelope;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Exchanges codes and refresh tokens for the desktop program, which proves itself by PKCE.</summary>
internal static class TokenEndpoint
{
    internal static ApiError Unreachable { get; } = new(
        StatusCodes.Status502BadGateway, ErrorCodes.UpstreamUnavailable, "ScaiKey does not answer now.",
        new Dictionary<string, object?> { ["dependency"] = "scaikey" }, RetryAfter: TimeSpan.FromSeconds(5));

    internal static async Task<Results<Ok<TokenAnswer>, ErrorResult>> AnswerAsync(
        HttpContext context, TokenExchange exchange, SignInOptions options, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            return new ErrorResult(new(StatusCodes.Status415UnsupportedMediaType, ErrorCodes.UnsupportedMediaType, "The body must be a form (application/x-www-form-urlencoded)."));
        var form = new TokenForm(await context.Request.ReadFormAsync(cancellationToken));
        if (form.Faults(options.DesktopClientId) is { Count: > 0 } faults)
            return new ErrorResult(ApiError.Invalid(faults));

        var client = new OAuthClient(options.DesktopClientId, Secret: null);
        var outcome = form.GrantType == TokenForm.CodeGrant
            ? await exchange.RedeemAsync(client, form.Code!, form.RedirectUri!, form.CodeVerifier!, cancellationToken)
            : await exchange.RefreshAsync(client, form.RefreshToken!, cancellationToken);
        return outcome switch
        {
            ExchangeOutcome.Granted { Grant: var grant } => TypedResults.Ok(new TokenAnswer
            {
                AccessToken = grant.AccessToken,
                ExpiresIn = grant.ExpiresIn,
                RefreshToken = grant.RefreshToken,
                IdToken = grant.IdToken,
            }),
            ExchangeOutcome.Refused { Error: var error } => new ErrorResult(Refused(error)),
            _ => new ErrorResult(Unreachable),
        };
    }

    private static ApiError Refused(string error) => new(
        StatusCodes.Status401Unauthorized, ErrorCodes.TokenInvalid, "ScaiKey did not accept this. Sign in again.", new Dictionary<string, object?> { ["oauth_error"] = error });
}

/// <summary>The form of RFC 6749, 4.1.3 and 6.</summary>
internal sealed record TokenForm(string? GrantType, string? Code, string? RedirectUri, string? CodeVerifier, string? RefreshToken, string? ClientId)
{
    internal const string CodeGrant = "authorization_code";
    private const string RefreshGrant = "refresh_token";
    private const int MaxLength = 8192;

    internal TokenForm(IFormCollection form)
        : this(Single(form, "grant_type"), Single(form, "code"), Single(form, "redirect_uri"), Single(form, "code_verifier"), Single(form, "refresh_token"), Single(form, "client_id"))
    {
    }

    internal List<FieldFault> Faults(string clientId)
    {
        List<FieldFault> faults = [];
        if (GrantType is not (CodeGrant or RefreshGrant))
            faults.Add(Fault("grant_type", $"grant_type must be {CodeGrant} or {RefreshGrant}."));
        foreach (var (name, value) in GrantType switch
        {
            CodeGrant => [("code", Code), ("redirect_uri", RedirectUri), ("code_verifier", CodeVerifier)],
            RefreshGrant => [("refresh_token", RefreshToken)],
            _ => Array.Empty<(string, string?)>(),
        })
        {
            if (value is null)
                faults.Add(new FieldFault(["body", name], $"{name} is required.", "missing"));
        }

        if (ClientId is { } other && other != clientId)
            faults.Add(Fault("client_id", "client_id must be the one that /api/v1/auth/config names, or be left out."));
        return faults;
    }

    private static FieldFault Fault(string name, string message) => new(["body", name], message, "value_error");

    private static string? Single(IFormCollection form, string name) => form[name] is [{ Length: > 0 and <= MaxLength } value] ? value : null;
}

/// <summary>Tokens, as RFC 6749, 5.1 writes them.</summary>
internal sealed record TokenAnswer : Answer
{
    /// <summary>For the header Authorization.</summary>
    public required string AccessToken { get; init; }

    /// <summary>Always <c>Bearer</c>.</summary>
    public string TokenType { get; init; } = "Bearer";

    /// <summary>Seconds the access token is good for.</summary>
    public required int ExpiresIn { get; init; }

    /// <summary>For new tokens later, once; null when ScaiKey gives none.</summary>
    public required string? RefreshToken { get; init; }

    /// <summary>Who signed in (OpenID Connect).</summary>
    public required string? IdToken { get; init; }
}
