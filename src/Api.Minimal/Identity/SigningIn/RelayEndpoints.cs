using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using ScaiDrive.Api.Minimal.Dashboard;
using ScaiDrive.Api.Minimal.Envelope;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>What the desktop program needs to sign its user in: where, the way back to it, and the exchange of the code.</summary>
internal static class RelayEndpoints
{
    private const string CallbackPath = "/api/v1/auth/callback";
    private const string PortMark = "|port=";
    private const int MaxLength = 4096;

    // Programs that wait for an answer listen on a port of their own; the low ones belong to services of the machine.
    private const int LowestPort = 1024;

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapAuthRelay()
        {
            var auth = routes.MapGroup("/auth").WithTags("Auth").OpenToAll();
            auth.MapGet("/config", ConfigAsync).WithName("GetAuthConfig").WithSummary("Where and how a program signs its user in");
            auth.MapGet("/callback", Callback).WithName("RelayCallback").WithSummary("Hands the answer of ScaiKey on to the program that waits on the user's machine")
                .WithDescription("state is the program's own, followed by |port= and the port it listens on. Answers a page that goes on to http://localhost:{port}/callback.");
            auth.MapPost("/token", TokenEndpoint.AnswerAsync).WithName("ExchangeToken").WithSummary("A code or a refresh token for tokens")
                .Accepts<TokenForm>("application/x-www-form-urlencoded");
        }
    }

    internal static async Task<Results<Ok<AuthConfigAnswer>, ErrorResult>> ConfigAsync(
        HttpRequest request, ScaiKeyAddresses scaikey, SignInOptions options, PublicAddress address, CancellationToken cancellationToken)
    {
        if (await scaikey.FindAsync(cancellationToken) is not { } found)
            return new ErrorResult(TokenEndpoint.Unreachable);
        var own = address.Of(request);
        return TypedResults.Ok(new AuthConfigAnswer
        {
            AuthorizeUrl = found.Authorize.AbsoluteUri,
            TokenUrl = own + "/api/v1/auth/token",
            ClientId = options.DesktopClientId,
            DesktopCallbackUrl = own + CallbackPath,
        });
    }

    internal static Results<RazorComponentResult<RelayPage>, ErrorResult> Callback(HttpContext context, DashboardAssets assets)
    {
        var query = context.Request.Query;
        if (Single("state") is not { } mixed || Split(mixed) is not var (state, port))
            return (ErrorResult)Invalid("state", "state must be the program's own value followed by |port= and a port from 1024 to 65535.");
        var (code, error) = (Single("code"), Single("error"));
        if (code is null == error is null)
            return (ErrorResult)Invalid("code", "Exactly one of code and error is required.");

        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        var target = QueryHelpers.AddQueryString(
            string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}/callback"),
            new Dictionary<string, string?> { ["code"] = code, ["error"] = error, ["error_description"] = error is null ? null : Single("error_description"), ["state"] = state });
        return new RazorComponentResult<RelayPage>(new { Target = target, Files = assets });

        string? Single(string name) => query[name] is [{ Length: > 0 and <= MaxLength } value] ? value : null;
    }

    /// <summary>The last mark counts: what stands before it is the program's, whatever it holds.</summary>
    internal static (string State, int Port)? Split(string state)
    {
        var at = state.LastIndexOf(PortMark, StringComparison.Ordinal);
        return at > 0 && int.TryParse(state.AsSpan(at + PortMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= LowestPort and <= 65535
            ? (state[..at], port)
            : null;
    }

    private static ApiError Invalid(string name, string message) => ApiError.Invalid(new FieldFault(["query", name], message, "value_error"));
}

/// <summary>Where and how a program signs its user in.</summary>
internal sealed record AuthConfigAnswer : Answer
{
    /// <summary>Where the user signs in, at ScaiKey.</summary>
    public required string AuthorizeUrl { get; init; }

    /// <summary>Where codes and refresh tokens become tokens, here.</summary>
    public required string TokenUrl { get; init; }

    /// <summary>Whom the program says it is.</summary>
    public required string ClientId { get; init; }

    /// <summary>The redirect URI to ask for.</summary>
    public required string DesktopCallbackUrl { get; init; }
}
