using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>The two cookies of this server: the session, and the sign-in that is under way.</summary>
/// <remarks>Over https both carry the prefix <c>__Host-</c>, which browsers take only from this very host, over https, for all paths: no sibling
/// domain can plant one. Over plain http, which is for this machine alone, browsers would not take it.</remarks>
internal sealed class BrowserCookies(PublicAddress address)
{
    private const string Session = "scaidrive_session";
    private const string SignIn = "scaidrive_signin";

    internal string? SessionSecret(HttpRequest request) => Read(request, Session);

    internal void SetSession(HttpContext context, string secret, TimeSpan life) => Write(context, Session, secret, life);

    internal void ForgetSession(HttpContext context) => Forget(context, Session);

    internal string? Attempt(HttpRequest request) => Read(request, SignIn);

    internal void SetAttempt(HttpContext context, string attempt, TimeSpan life) => Write(context, SignIn, attempt, life);

    internal void ForgetAttempt(HttpContext context) => Forget(context, SignIn);

    private string? Read(HttpRequest request, string name) =>
        request.Cookies.TryGetValue(Named(request, name), out var value) && value is { Length: > 0 and <= 4096 } ? value : null;

    private void Write(HttpContext context, string name, string value, TimeSpan life) =>
        context.Response.Cookies.Append(Named(context.Request, name), value, Shape(context.Request, life));

    private void Forget(HttpContext context, string name) =>
        context.Response.Cookies.Delete(Named(context.Request, name), Shape(context.Request, null));

    private string Named(HttpRequest request, string name) => address.IsSecure(request) ? $"__Host-{name}" : name;

    // Lax, not Strict: the way back from the identity provider starts on another site.
    private CookieOptions Shape(HttpRequest request, TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = address.IsSecure(request),
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
