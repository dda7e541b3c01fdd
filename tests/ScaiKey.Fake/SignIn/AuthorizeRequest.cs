using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ScaiDrive.Tests.ScaiKey.SignIn;

/// <summary>The parameters of RFC 6749, 4.1.1, of RFC 7636, 4.3, and the nonce of OpenID Connect Core, 3.1.2.1.</summary>
internal sealed record AuthorizeRequest(
    string ResponseType, string ClientId, string RedirectUri, string Scope, string? State, string? Nonce, string Challenge, string ChallengeMethod)
{
    internal static readonly string[] Names = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"];

    internal static AuthorizeRequest From(Func<string, string?> value) => new(
        value("response_type") ?? "", value("client_id") ?? "", value("redirect_uri") ?? "", value("scope") ?? "", value("state"), value("nonce"),
        value("code_challenge") ?? "", value("code_challenge_method") ?? "");

    /// <summary>What must not be answered by a redirect: nobody knows where it would lead.</summary>
    internal string? Fatal(ClientRegistry clients)
    {
        if (!clients.IsKnown(ClientId))
            return $"The client '{ClientId}' is not registered.";
        return clients.MayRedirectTo(RedirectUri) ? null : $"The redirect URI '{RedirectUri}' is not registered.";
    }

    /// <summary>What the client is told by a redirect.</summary>
    internal (string Error, string Description)? Refusal()
    {
        if (ResponseType != "code")
            return ("unsupported_response_type", "Only the code flow is supported.");
        if (ChallengeMethod != "S256" || Challenge.Length != 43)
            return ("invalid_request", "PKCE with S256 is required.");
        return Scope.Split(' ').Contains("openid") ? null : ("invalid_scope", "The scope openid is required.");
    }

    internal IResult Back(params (string Name, string? Value)[] answer)
    {
        var target = RedirectUri;
        foreach (var (name, value) in answer.Append(("state", State)))
        {
            if (value is not null)
                target = QueryHelpers.AddQueryString(target, name, value);
        }

        return Results.Redirect(target);
    }
}
