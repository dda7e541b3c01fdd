using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Lets a request through only when the token allows what the address asks for (<see cref="RequiredScope"/>). An address that forgot to say is closed.</summary>
internal sealed partial class ScopeGate(RequestDelegate next, RefusalAudit refusals, ILogger<ScopeGate> log)
{
    public Task InvokeAsync(HttpContext context)
    {
        // What is no route of ours is routing's own way to say 404, 405 or 415.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);
        if (endpoint.Metadata.GetMetadata<RequiredScope>() is not { } required)
        {
            LogUndeclared(endpoint.RoutePattern.RawText ?? "");
            return RefuseAsync(context, "This address says for no scope that it is open, so it is closed.", null);
        }

        return required.Scope == Scope.Open || context.Features.Get<GrantedScope>()?.Highest >= required.Scope
            ? next(context)
            : RefuseAsync(context, $"The access token does not allow this: it needs the scope {ScopeNames.Of(required.Scope)}.", ScopeNames.Of(required.Scope));
    }

    private async Task RefuseAsync(HttpContext context, string message, string? required)
    {
        AuthenticationMetrics.Refused("scope");
        if (required is not null)
            context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{required}\"";
        if (context.Features.Get<Caller>() is { } caller)
            await refusals.NoteAsync(context, caller.TenantId, caller.UserId, "scope");
        await ErrorWriter.WriteAsync(context, new ApiError(
            StatusCodes.Status403Forbidden,
            ErrorCodes.ScopeInsufficient,
            message,
            new Dictionary<string, object?> { ["required_scope"] = required, ["scopes"] = context.Features.Get<GrantedScope>()?.Names ?? [] }));
    }

    [LoggerMessage(LogLevel.Error, "The address {Route} declares no scope; nobody can use it")]
    private partial void LogUndeclared(string route);
}
