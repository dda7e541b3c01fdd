using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Metrics;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>One line per request, in UTC, so that a request id finds its request; and the request metrics.</summary>
internal sealed partial class AccessLog(RequestDelegate next, TimeProvider time, ILoggerFactory logs)
{
    private const int MaxPathLength = 512;
    private readonly ILogger _log = logs.CreateLogger("ScaiDrive.Access");

    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var elapsed = time.GetElapsedTime(started);
            RequestMetrics.Record(context, elapsed);
            // The path stays percent-encoded (no line feeds in the log); the query is left out, it may hold what people look for.
            var path = context.Request.Path.ToUriComponent();
            LogRequest(
                UtcText.Of(time.GetUtcNow()),
                context.Request.Method,
                path.Length <= MaxPathLength ? path : path[..MaxPathLength],
                context.Response.StatusCode,
                context.TraceIdentifier,
                Math.Round(elapsed.TotalMilliseconds, 1));
        }
    }

    [LoggerMessage(LogLevel.Information, "{At} {Method} {Path} {Status} {RequestId} {DurationMs} ms")]
    private partial void LogRequest(string at, string method, string path, int status, string requestId, double durationMs);
}
