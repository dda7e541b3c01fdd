using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>What browsers call this server: as configured, or as the request says.</summary>
internal sealed class PublicAddress(SignInOptions options)
{
    private readonly string? _configured = options.PublicUrl?.GetLeftPart(UriPartial.Authority);

    /// <summary>Scheme, host and port, without a slash at the end: also the origin of its pages.</summary>
    internal string Of(HttpRequest request) => _configured ?? $"{request.Scheme}://{request.Host.Value}";

    internal bool IsSecure(HttpRequest request) => Of(request).StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
