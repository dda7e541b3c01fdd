using Microsoft.AspNetCore.Http;
using ScaiDrive.Tests.ScaiKey.Tokens;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Tests.ScaiKey.SignIn;

/// <summary>RFC 6749, 4.1.3 and 6.</summary>
internal sealed class TokenEndpoint(ClientRegistry clients, Grants grants, UserDirectory users, TokenMint mint, Func<TimeSpan> accessLife, Func<TokenShape> identityShape)
{
    internal async Task<IResult> AnswerAsync(HttpRequest request)
    {
        if (!request.HasFormContentType)
            return OAuthError.Of("invalid_request", "The body must be a form.");
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        if (clients.Authenticated(request, form) is not { } client)
            return OAuthError.Of("invalid_client", "The client is unknown, or its secret is wrong.", StatusCodes.Status401Unauthorized);
        return form["grant_type"].ToString() switch
        {
            "authorization_code" => FromCode(form, client),
            "refresh_token" => FromRefreshToken(form, client),
            var other => OAuthError.Of("unsupported_grant_type", $"The grant type '{other}' is not supported."),
        };
    }

    private IResult FromCode(IFormCollection form, string client)
    {
        if (grants.Take(form["code"].ToString()) is not var (authorization, family))
            return OAuthError.Of("invalid_grant", "The code is unknown, used, or has run out.");
        if (authorization.ClientId != client || authorization.RedirectUri != form["redirect_uri"].ToString())
            return OAuthError.Of("invalid_grant", "The code was given to another client or for another redirect URI.");
        return authorization.IsProvenBy(form["code_verifier"])
            ? Answer(authorization, family, authorization.Nonce)
            : OAuthError.Of("invalid_grant", "The code verifier does not fit.");
    }

    private IResult FromRefreshToken(IFormCollection form, string client)
    {
        if (grants.Take(form["refresh_token"].ToString()) is not var (authorization, family) || authorization.ClientId != client)
            return OAuthError.Of("invalid_grant", "The refresh token is unknown, used, or has run out.");
        return Answer(authorization, family, nonce: null);
    }

    private IResult Answer(Authorization authorization, string family, string? nonce)
    {
        var user = users.Find(authorization.UserId)!;
        var lifetime = accessLife();
        return Results.Json(new Dictionary<string, object>
        {
            ["access_token"] = mint.Access(user, new TokenShape { Lifetime = lifetime }),
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)lifetime.TotalSeconds,
            ["refresh_token"] = grants.NewRefreshToken(authorization, family),
            ["id_token"] = mint.Identity(user, authorization.ClientId, nonce, identityShape()),
            ["scope"] = authorization.Scope,
        });
    }
}
