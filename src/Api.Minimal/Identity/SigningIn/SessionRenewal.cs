using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive.Sessions;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Keeps a session's access token fresh. ScaiKey takes every refresh token once, so across all processes one renews and the others wait.</summary>
/// <remarks>Whoever dies between ScaiKey's answer and the row has lost the new refresh token with it; the session then ends with the old access token.</remarks>
internal sealed partial class SessionRenewal(
    SessionStore sessions, TokenExchange exchange, IdentityOptions identity, SignInOptions options, TimeProvider time, ILogger<SessionRenewal> log)
{
    // While one renews, the others go on with what is still good.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The access token of now; null: the session is over.</summary>
    /// <exception cref="ScaiKeyUnreachableException">It has to be renewed, and ScaiKey does not answer. The session stays.</exception>
    internal async Task<string?> CurrentTokenAsync(string secret, Session session, CancellationToken cancellationToken)
    {
        if (IsFresh(session.Tokens))
            return session.Tokens.Access;
        if (session.Tokens.Refresh is null)
            return IsGood(session.Tokens) ? session.Tokens.Access : await EndAsync(session, "there is no refresh token");
        if (await sessions.BeginRenewalAsync(session, cancellationToken) is { } tokens)
            return await RenewAsync(session, tokens);
        return IsGood(session.Tokens) ? session.Tokens.Access : await AwaitOtherAsync(secret, cancellationToken);
    }

    /// <summary>Not stopped by a browser that leaves: ScaiKey's answer must reach the row.</summary>
    private async Task<string?> RenewAsync(Session session, SessionTokens tokens)
    {
        if (IsFresh(tokens)) // somebody else was done right before
        {
            await sessions.AbandonRenewalAsync(session, CancellationToken.None);
            return tokens.Access;
        }

        switch (await exchange.RefreshAsync(new(identity.ClientId, options.ClientSecret), tokens.Refresh!, CancellationToken.None))
        {
            case ExchangeOutcome.Granted { Grant: var grant }:
                // Without a new refresh token the old one goes on (RFC 6749, 6).
                await sessions.CompleteRenewalAsync(session, grant.ToSessionTokens(time) with { Refresh = grant.RefreshToken ?? tokens.Refresh }, CancellationToken.None);
                return grant.AccessToken;
            case ExchangeOutcome.Refused { Error: var error }:
                return await EndAsync(session, $"ScaiKey refused to renew it ({error})");
            default:
                await sessions.AbandonRenewalAsync(session, CancellationToken.None);
                return IsGood(tokens) ? tokens.Access : throw new ScaiKeyUnreachableException();
        }
    }

    private async Task<string?> AwaitOtherAsync(string secret, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Glance, time, cancellationToken);
            if (await sessions.FindAsync(secret, cancellationToken) is not { } session)
                return null;
            if (IsGood(session.Tokens))
                return session.Tokens.Access;
        }

        throw new ScaiKeyUnreachableException();
    }

    private async Task<string?> EndAsync(Session session, string reason)
    {
        LogEnded(session.Id, session.UserId, reason);
        await sessions.EndAsync(session, CancellationToken.None);
        return null;
    }

    private bool IsFresh(SessionTokens tokens) => tokens.AccessExpiresAt - time.GetUtcNow() > Ahead;

    private bool IsGood(SessionTokens tokens) => tokens.AccessExpiresAt > time.GetUtcNow();

    [LoggerMessage(LogLevel.Information, "Session {SessionId} of {UserId} ends: {Reason}")]
    private partial void LogEnded(string sessionId, string userId, string reason);
}
