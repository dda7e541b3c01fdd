using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Knows every caller by an access token of ScaiKey or a session, and by the row of the user; refuses all others.</summary>
/// <remarks>What is wrong with a token stands in the log, under the request id, and in a metric: whoever tries tokens out learns nothing from the answer.
/// Addresses that do not exist are refused like all others, so that nobody learns which do.</remarks>
internal sealed partial class Authentication(
    RequestDelegate next, TokenValidator tokens, SignIn signIn, RefusalAudit refusals, ILogger<Authentication> log, ISessionAuthenticator? sessions = null)
{
    private const string Scheme = "Bearer";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is { Scope: Scope.Open })
        {
            await next(context);
            return;
        }

        if (await AuthenticateAsync(context) is { } error)
        {
            if (error.Status == StatusCodes.Status401Unauthorized && await OfferSignInAsync(context))
                return;
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        ActingService.Name = context.Features.Get<AccessToken>()?.ServiceAccount;
        await next(context);
    }

    private async Task<ApiError?> AuthenticateAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
            return await BySessionAsync(context);

        var verdict = header is [{ } value] && value.StartsWith(Scheme + " ", StringComparison.OrdinalIgnoreCase)
            ? await tokens.ValidateAsync(value[Scheme.Length..].Trim(), context.RequestAborted)
            : TokenVerdict.Refused(TokenFault.Malformed, "The Authorization header holds no bearer token.");
        return verdict.Token is { } token ? await AdmitAsync(context, token) : Refused(context, verdict.Fault, verdict.Cause);
    }

    private async Task<ApiError?> BySessionAsync(HttpContext context)
    {
        if (sessions is null || await sessions.FindAsync(context, context.RequestAborted) is not { } token)
            return Refused(context, TokenFault.Missing, "There is no token.");
        return CrossSite.Refusal(context.Request, isBehindProxy: true) ?? await AdmitAsync(context, token);
    }

    private async Task<ApiError?> AdmitAsync(HttpContext context, AccessToken token)
    {
        var admitted = await signIn.AdmitAsync(token.User, context.RequestAborted);
        switch (admitted.Admission)
        {
            case Admission.OtherTenant:
                return Refused(context, TokenFault.OtherTenant, $"{token.User.UserId} is no user of {token.User.TenantId}.");
            case Admission.Suspended:
                AuthenticationMetrics.Refused("suspended");
                await refusals.NoteAsync(context, token.User.TenantId, token.User.UserId, "suspended");
                LogSuspended(token.User.UserId, token.User.TenantId, context.TraceIdentifier);
                return new ApiError(
                    StatusCodes.Status403Forbidden, ErrorCodes.UserSuspended, "This user is suspended or deactivated. An administrator of the tenant can activate them again.");
        }

        context.Features.Set(token);
        context.Features.Set(token.Scope);
        context.Features.Set(CallerOf(token, admitted.AdminRole));
        return null;
    }

    /// <summary>What a token allows is not enough for every right on files: that takes a role that is stored here.</summary>
    internal static Caller CallerOf(AccessToken token, string? adminRole) =>
        new(token.User.TenantId, token.User.UserId, IsAdmin: token.Scope.Highest >= Scope.TenantAdmin || adminRole is not null)
        {
            HasAllRights = adminRole is not null,
            IsOperator = token.Scope.Highest >= Scope.PlatformAdmin,
            AdminRole = adminRole,
            PartnerId = token.User.PartnerId,
            ServiceAccount = token.ServiceAccount,
        };

    private async ValueTask<bool> OfferSignInAsync(HttpContext context) =>
        sessions is not null && context.Request.Headers.Authorization.Count == 0 && await sessions.OfferSignInAsync(context, context.RequestAborted);

    private ApiError Refused(HttpContext context, TokenFault fault, string cause)
    {
        AuthenticationMetrics.Refused(AuthenticationMetrics.Label(fault));
        LogRefused(context.TraceIdentifier, fault, cause);
        context.Response.Headers.WWWAuthenticate = Scheme;
        return new ApiError(StatusCodes.Status401Unauthorized, ErrorCodes.TokenInvalid, "The access token is missing or not valid.");
    }

    [LoggerMessage(LogLevel.Warning, "Request {RequestId}: access token refused, {Fault}: {Cause}")]
    private partial void LogRefused(string requestId, TokenFault fault, string cause);

    [LoggerMessage(LogLevel.Warning, "{UserId} of {TenantId} is suspended: request {RequestId} refused")]
    private partial void LogSuspended(string userId, string tenantId, string requestId);
}
