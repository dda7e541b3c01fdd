using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>The one place that writes the error body.</summary>
internal static class ErrorWriter
{
    private static readonly Dictionary<string, object?> NoDetails = [];

    internal static async Task WriteAsync(HttpContext context, ApiError error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        response.Headers[RequestId.HeaderName] = context.TraceIdentifier;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = default;
        response.Headers.ETag = default;
        response.Headers.LastModified = default;
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = Seconds(wait).ToString(CultureInfo.InvariantCulture);

        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ErrorBody
            {
                Error = new ErrorFacts
                {
                    Code = error.Code,
                    Message = error.Message,
                    Details = error.Details ?? NoDetails,
                    RetryAfter = error.RetryAfter is { } after ? Seconds(after) : null,
                },
                Detail = error.Faults ?? (object)error.Message,
                Meta = new AnswerMeta(context.TraceIdentifier),
            },
            ApiJson.Options);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
}

/// <summary>An endpoint's way to fail.</summary>
internal sealed class ErrorResult(ApiError error) : IResult, IStatusCodeHttpResult
{
    internal ApiError Error { get; } = error;

    /// <inheritdoc />
    public int? StatusCode => Error.Status;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext) => ErrorWriter.WriteAsync(httpContext, Error);

    public static implicit operator ErrorResult(ApiError error) => new(error);
}
