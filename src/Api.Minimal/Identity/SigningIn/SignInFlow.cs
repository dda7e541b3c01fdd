using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive.Sessions;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>The second half of signing in: a code becomes tokens, tokens become a user who is let in, and that a session.</summary>
internal sealed partial class SignInFlow(
    TokenExchange exchange, TokenValidator tokens, IdentityTokenValidator identityTokens, SignIn users, SessionStore sessions,
    IdentityOptions identity, SignInOptions options, TimeProvider time, ILogger<SignInFlow> log)
{
    internal async Task<SignInResult> FinishAsync(SignInAttempt attempt, string code, string redirectUri, string requestId, CancellationToken cancellationToken)
    {
        switch (await exchange.RedeemAsync(new(identity.ClientId, options.ClientSecret), code, redirectUri, attempt.Verifier, cancellationToken))
        {
            case ExchangeOutcome.Granted { Grant: var grant }:
                return await AdmitAsync(attempt, grant, requestId, cancellationToken);
            case ExchangeOutcome.Refused { Error: var error }:
                LogFailed(requestId, error);
                return SignInResult.No(401, $"ScaiKey did not accept the answer of your browser ({error}).");
            default:
                return SignInResult.No(502, "ScaiKey does not answer now. Try again in a moment.");
        }
    }

    private async Task<SignInResult> AdmitAsync(SignInAttempt attempt, TokenGrant grant, string requestId, CancellationToken cancellationToken)
    {
        var verdict = await tokens.ValidateAsync(grant.AccessToken, cancellationToken);
        if (verdict.Token is not { } access)
            return Untrusted(requestId, $"access token {verdict.Fault}: {verdict.Cause}");
        if (await identityTokens.FaultAsync(grant.IdToken, attempt.Nonce, access, cancellationToken) is { } fault)
            return Untrusted(requestId, $"identity token: {fault}");

        switch ((await users.AdmitAsync(access.User, cancellationToken)).Admission)
        {
            case Admission.Suspended:
                return SignInResult.No(403, "Your account is suspended or deactivated. An administrator of your organisation can activate it again.");
            case Admission.OtherTenant:
                return Untrusted(requestId, "the user belongs to another tenant");
            default:
                return SignInResult.Yes(await sessions.CreateAsync(access.User.TenantId, access.User.UserId, grant.ToSessionTokens(time), cancellationToken));
        }
    }

    private SignInResult Untrusted(string requestId, string cause)
    {
        LogFailed(requestId, cause);
        return SignInResult.No(401, "ScaiKey's answer was not accepted. Tell your administrator the request id below; the server's log says why.");
    }

    [LoggerMessage(LogLevel.Warning, "Request {RequestId}: a browser could not be signed in: {Cause}")]
    private partial void LogFailed(string requestId, string cause);
}

/// <summary>What came of signing in.</summary>
/// <param name="Secret">What the browser shows from now on; null: it did not work.</param>
/// <param name="Status">HTTP status when it did not.</param>
/// <param name="Reason">For the person, when it did not.</param>
internal readonly record struct SignInResult(string? Secret, int Status, string Reason)
{
    internal static SignInResult Yes(string secret) => new(secret, 200, "");

    internal static SignInResult No(int status, string reason) => new(null, status, reason);
}
