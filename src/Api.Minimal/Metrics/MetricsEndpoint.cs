using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>What Prometheus scrapes.</summary>
internal static class MetricsEndpoint
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapMetrics() => routes.MapGet("/metrics", ExportAsync).OpenToAll().ExcludeFromDescription();
    }

    internal static async Task<ContentHttpResult> ExportAsync(PrometheusExporter exporter, HttpContext context, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        using var fleet = TenantWall.Outside(); // figures of the process and the fleet, not of whoever scrapes
        return TypedResults.Text(await exporter.ExportAsync(cancellationToken), PrometheusExporter.ContentType);
    }
}
