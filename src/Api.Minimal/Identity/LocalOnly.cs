using System.Net;
using Microsoft.AspNetCore.Http;
using ScaiDrive.Api.Minimal.Envelope;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Stands in for sign-in while there is none: only programs of this machine get through, and no web page of another origin.</summary>
/// <remarks>
/// Everybody on this machine is the local admin, so three doors are closed:
/// the network (the peer address, and requests a proxy passed on for somebody else);
/// DNS rebinding, where a page's own name is made to resolve to 127.0.0.1 (the Host header must be a loopback name or address);
/// and cross-site requests, where a page elsewhere makes the browser call us (<see cref="CrossSite"/>).
/// </remarks>
internal sealed class LocalOnly(RequestDelegate next)
{
    // A proxy that names the client it speaks for; a request that came straight from this machine has none of these.
    private static readonly string[] ForwardingHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    public Task InvokeAsync(HttpContext context)
    {
        if (Refusal(context) is { } error)
            return ErrorWriter.WriteAsync(context, error);
        context.Features.Set(LocalCaller.Instance);
        context.Features.Set(GrantedScope.Everything);
        return next(context);
    }

    internal static ApiError? Refusal(HttpContext context)
    {
        var request = context.Request;

        // No address at all means no network: a Unix socket or a server in memory.
        if (context.Connection.RemoteIpAddress is { } peer && !IPAddress.IsLoopback(peer))
            return Refused(ErrorCodes.NotLocal, "Without an identity provider only callers on this machine are served.");
        foreach (var header in ForwardingHeaders)
        {
            if (request.Headers.ContainsKey(header))
                return Refused(ErrorCodes.NotLocal, $"The request was passed on by a proxy ({header}). Without an identity provider only direct callers on this machine are served.");
        }

        if (!IsLoopbackName(request.Host))
            return Refused(ErrorCodes.HostNotAllowed, "The Host header must be localhost or a loopback address.");
        return CrossSite.Refusal(request);
    }

    internal static bool IsLoopbackName(HostString host)
    {
        if (!host.HasValue)
            return false;
        var name = host.Host;
        if (string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        // Browsers resolve short forms such as "127.1" before they send them, so only the plain form is a Host header we know.
        return IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)
            && (name.Contains(':', StringComparison.Ordinal) || address.ToString() == name);
    }

    private static ApiError Refused(string code, string message) => new(StatusCodes.Status403Forbidden, code, message);
}
