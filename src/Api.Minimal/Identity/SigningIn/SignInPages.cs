using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Dashboard;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>The pages people see on their way in: text and a link, no script.</summary>
internal static class SignInPages
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Nobody is signed in.</summary>
    internal static RazorComponentResult<SignInPage> Offer(HttpContext context, DashboardAssets assets) => Page(
        context, assets, StatusCodes.Status401Unauthorized, "Sign in", "This page shows what the fleet does and searches your files.", "Sign in",
        context.Request.QueryString.HasValue ? $"/{context.Request.QueryString.Value}" : "/");

    /// <summary>It did not work, and why.</summary>
    internal static RazorComponentResult<SignInPage> Failed(HttpContext context, int status, string reason, string returnTo = "/") => Page(
        context, context.RequestServices.GetRequiredService<DashboardAssets>(), status, "You are not signed in", reason, "Try again", returnTo);

    private static RazorComponentResult<SignInPage> Page(
        HttpContext context, DashboardAssets assets, int status, string heading, string message, string action, string returnTo)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<SignInPage>(new
        {
            Heading = heading,
            Message = message,
            Action = action,
            Link = returnTo == "/" ? "/signin" : $"/signin?return={Uri.EscapeDataString(returnTo)}",
            RequestId = context.TraceIdentifier,
            Files = assets,
        })
        {
            StatusCode = status,
        };
    }
}
