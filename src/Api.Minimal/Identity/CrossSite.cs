using Microsoft.AspNetCore.Http;
using ScaiDrive.Api.Minimal.Envelope;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Tells what a page of another origin made a browser send, by the browser's own statements (<c>Origin</c>, <c>Sec-Fetch-Site</c>).
/// Programs that are not browsers send neither. A form post needs no permission from CORS, so nothing else would stop it.</summary>
internal static class CrossSite
{
    /// <summary>Null when the request is of this origin, or of no browser.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isBehindProxy">A proxy may have taken off the https that the browser speaks of.</param>
    internal static ApiError? Refusal(HttpRequest request, bool isBehindProxy = false) => IsCrossSite(request, isBehindProxy)
        ? new(StatusCodes.Status403Forbidden, ErrorCodes.CrossSite, "A web page of another origin may not call this API.")
        : null;

    private static bool IsCrossSite(HttpRequest request, bool isBehindProxy)
    {
        if (request.Headers.TryGetValue("Origin", out var origin) && !IsOwnOrigin(request, origin.ToString(), isBehindProxy))
            return true;

        // "same-site" is not enough: every port of localhost is the same site.
        if (!request.Headers.TryGetValue("Sec-Fetch-Site", out var site) || site.ToString() is "same-origin" or "none")
            return false;
        return !IsLinkToAPage(request);
    }

    private static bool IsOwnOrigin(HttpRequest request, string origin, bool isBehindProxy) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
        || (isBehindProxy && string.Equals(origin, $"https://{request.Host.Value}", StringComparison.OrdinalIgnoreCase));

    /// <summary>Following a link to the page itself is fine: nothing changes, and the page cannot be read or framed from outside.</summary>
    private static bool IsLinkToAPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Path == "/"
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"] == "document";
}
