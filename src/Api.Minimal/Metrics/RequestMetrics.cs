using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>Counts and times requests. The <c>path</c> label is the route template, so that callers cannot invent series.</summary>
internal static class RequestMetrics
{
    private static readonly Meter Meter = new("ScaiDrive.Api");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "scaidrive_requests_total", description: "Requests answered, by method, route template and status.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "scaidrive_request_duration_seconds", "s", "Time from the first byte of a request to the last of its answer.");

    internal static void Record(HttpContext context, TimeSpan elapsed)
    {
        var method = Method(context.Request.Method);
        var path = Path(context);
        Requests.Add(1, new("method", method), new("path", path), new("status", context.Response.StatusCode));

        // A live stream lasts as long as somebody watches; its duration says nothing about the server.
        if (context.GetEndpoint()?.Metadata.GetMetadata<LongLivedAttribute>() is null)
            Duration.Record(elapsed.TotalSeconds, new("method", method), new("path", path));
    }

    internal static string Path(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } template } ? "/" + template.TrimStart('/') : "unmatched";

    private static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" => method,
        _ => "OTHER",
    };
}

/// <summary>Marks an endpoint whose answer is a stream that ends when the client leaves.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongLivedAttribute : Attribute;
