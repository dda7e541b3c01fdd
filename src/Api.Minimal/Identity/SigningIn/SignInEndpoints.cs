using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using ScaiDrive.Api.Minimal.Dashboard;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive.Sessions;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>A browser leaves for ScaiKey, comes back, and some day signs out.</summary>
internal static class SignInEndpoints
{
    private const string CallbackPath = "/signin/callback";
    private const int MaxCodeLength = 4096;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapSignIn()
        {
            var browser = routes.MapGroup("").OpenToAll().ExcludeFromDescription();
            browser.MapGet("/signin", BeginAsync);
            browser.MapGet(CallbackPath, FinishAsync);
            browser.MapPost("/signout", SignOutAsync);
        }
    }

    internal static async Task<IResult> BeginAsync(
        HttpContext context, ScaiKeyAddresses scaikey, IdentityOptions identity, PublicAddress address, BrowserCookies cookies, SecretProtector secrets,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var attempt = SignInAttempt.New(context.Request.Query["return"], time);
        if (await scaikey.FindAsync(cancellationToken) is not { } found)
            return SignInPages.Failed(context, StatusCodes.Status502BadGateway, "ScaiKey does not answer now. Try again in a moment.", attempt.ReturnTo);
        cookies.SetAttempt(context, attempt.Sealed(secrets), SignInAttempt.Life);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Redirect(QueryHelpers.AddQueryString(found.Authorize.AbsoluteUri, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = identity.ClientId,
            ["redirect_uri"] = address.Of(context.Request) + CallbackPath,
            ["scope"] = "openid profile email offline_access",
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = attempt.Challenge,
            ["code_challenge_method"] = "S256",
        }));
    }

    internal static async Task<IResult> FinishAsync(
        HttpContext context, SignInFlow flow, PublicAddress address, BrowserCookies cookies, SessionStore sessions, SignInOptions options, SecretProtector secrets,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var attempt = SignInAttempt.Open(cookies.Attempt(context.Request), secrets, time);
        if (attempt is null || !attempt.IsAnsweredBy(query["state"]))
            return SignInPages.Failed(context, StatusCodes.Status400BadRequest, "This sign-in was not begun in this browser, or it took more than ten minutes.");
        cookies.ForgetAttempt(context);
        if (query["code"].ToString() is not { Length: > 0 and <= MaxCodeLength } code)
            return SignInPages.Failed(context, StatusCodes.Status401Unauthorized, WhyNoCode(query["error"]), attempt.ReturnTo);

        var result = await flow.FinishAsync(attempt, code, address.Of(context.Request) + CallbackPath, context.TraceIdentifier, cancellationToken);
        if (result.Secret is not { } secret)
            return SignInPages.Failed(context, result.Status, result.Reason, attempt.ReturnTo);
        await EndPresentAsync(context, cookies, sessions, cancellationToken);
        cookies.SetSession(context, secret, options.SessionWhole);
        return new SeeOther(attempt.ReturnTo);
    }

    /// <summary>Works whatever became of the user and of ScaiKey.</summary>
    internal static async Task<IResult> SignOutAsync(HttpContext context, BrowserCookies cookies, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (CrossSite.Refusal(context.Request, isBehindProxy: true) is { } refusal)
            return new ErrorResult(refusal);
        await EndPresentAsync(context, cookies, sessions, cancellationToken);
        cookies.ForgetSession(context);
        return new SeeOther("/");
    }

    private static async Task EndPresentAsync(HttpContext context, BrowserCookies cookies, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (cookies.SessionSecret(context.Request) is { } secret && await sessions.FindAsync(secret, cancellationToken) is { } session)
            await sessions.EndAsync(session, cancellationToken);
    }

    /// <summary>Only words of the standard are repeated (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6); what else a link says is not shown as ours.</summary>
    private static string WhyNoCode(string? error) => error switch
    {
        "access_denied" => "Nobody signed in, or ScaiKey does not let you use this product.",
        "login_required" or "interaction_required" or "consent_required" or "account_selection_required" => $"ScaiKey wants to ask you something first ({error}).",
        "temporarily_unavailable" or "server_error" => $"ScaiKey cannot sign anybody in now ({error}). Try again in a moment.",
        "invalid_request" or "unauthorized_client" or "unsupported_response_type" or "invalid_scope" =>
            $"ScaiKey refuses to sign people in for this server ({error}). An administrator has to compare the client registered there with the configuration here.",
        _ => "ScaiKey gave no reason.",
    };
}
