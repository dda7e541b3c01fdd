using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>Gives every request an id, ours or the caller's, and answers with it.</summary>
internal sealed class RequestId(RequestDelegate next)
{
    internal const string HeaderName = "X-Request-Id";
    private const int MaxLength = 128;

    public Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[HeaderName];
        context.TraceIdentifier = IsWellFormed(given) ? given.ToString() : PrefixedId.New("req");
        context.Response.Headers[HeaderName] = context.TraceIdentifier;
        return next(context);
    }

    /// <summary>One value of 1 to 128 letters, digits, dots, dashes, underscores or colons: nothing that could
    /// break a log line, a header or a page.</summary>
    internal static bool IsWellFormed(StringValues given) =>
        given is [{ Length: > 0 and <= MaxLength } value] && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
}
