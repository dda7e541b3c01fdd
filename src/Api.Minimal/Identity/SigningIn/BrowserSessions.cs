using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Dashboard;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Api.Minimal.Metrics;
using ScaiDrive.Drive.Sessions;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Knows a browser by its cookie: behind it stands a session, behind that an access token, which is judged with every request like any other.</summary>
internal sealed partial class BrowserSessions(
    BrowserCookies cookies, SessionStore sessions, SessionRenewal renewal, TokenValidator tokens, DashboardAssets assets, ILogger<BrowserSessions> log)
    : ISessionAuthenticator
{
    public async ValueTask<AccessToken?> FindAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (cookies.SessionSecret(context.Request) is not { } secret || HidesItsOrigin(context.Request))
            return null;
        if (await sessions.FindAsync(secret, cancellationToken) is not { } session
            || await renewal.CurrentTokenAsync(secret, session, cancellationToken) is not { } encoded)
        {
            cookies.ForgetSession(context);
            return null;
        }

        var verdict = await tokens.ValidateAsync(encoded, cancellationToken);
        if (verdict.Fault == TokenFault.ScaikeyUnreachable && verdict.Token is null)
            throw new ScaiKeyUnreachableException();
        if (verdict.Token is not { } token || token.User.UserId != session.UserId || token.User.TenantId != session.TenantId)
        {
            LogTokenRefused(session.Id, context.TraceIdentifier, verdict.Token is null ? verdict.Cause : "It belongs to somebody else.");
            return null;
        }

        // A page left open is not somebody using it.
        if (context.GetEndpoint()?.Metadata.GetMetadata<LongLivedAttribute>() is null)
            await sessions.TouchAsync(session, cancellationToken);
        context.Features.Set(session);
        return token;
    }

    public async ValueTask<bool> OfferSignInAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || context.Request.Path != "/")
            return false;
        await SignInPages.Offer(context, assets).ExecuteAsync(context);
        return true;
    }

    /// <summary>Browsers say where a request that changes something comes from. One that does not is no browser of today, and a cookie does not speak for it.</summary>
    private static bool HidesItsOrigin(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
        && !request.Headers.ContainsKey("Origin") && !request.Headers.ContainsKey("Sec-Fetch-Site");

    [LoggerMessage(LogLevel.Warning, "The access token behind session {SessionId} was refused, request {RequestId}: {Cause}")]
    private partial void LogTokenRefused(string sessionId, string requestId, string cause);
}
