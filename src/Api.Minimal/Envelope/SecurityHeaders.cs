using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>Headers that keep browsers from using an answer in another way than it was meant.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // Answers of the API are data: nothing in them may run, load or be framed.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    public Task InvokeAsync(HttpContext context)
    {
        Apply(context.Response);
        return next(context);
    }

    internal static void Apply(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = DataPolicy;
    }
}
