using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;

namespace ScaiDrive.Api.Minimal.Health;

/// <summary>Whether the process lives, and whether it can work.</summary>
internal static class HealthEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapHealth()
        {
            routes.MapGet("/health", Health).OpenToAll().WithTags("Health").WithName("GetHealth").WithSummary("Alive: 200 while the process runs");
            routes.MapGet("/ready", ReadyAsync).OpenToAll().WithTags("Health").WithName("GetReadiness")
                .WithSummary("Ready: 200 only if every dependency answers, else 503 with the same body")
                .Produces<ReadyAnswer>().Produces<ReadyAnswer>(StatusCodes.Status503ServiceUnavailable);
        }
    }

    internal static Ok<HealthAnswer> Health(ApiOptions options) =>
        TypedResults.Ok(new HealthAnswer { Status = "healthy", Version = options.Version });

    internal static async Task<JsonHttpResult<ReadyAnswer>> ReadyAsync(ReadinessProbe probe, CancellationToken cancellationToken)
    {
        var checks = await probe.RunAsync(cancellationToken);
        var ready = checks.Values.All(ok => ok);
        return TypedResults.Json(
            new ReadyAnswer { Status = ready ? "ready" : "not_ready", Checks = checks },
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>The process lives.</summary>
internal sealed record HealthAnswer : Answer
{
    /// <summary>Always <c>healthy</c>.</summary>
    public required string Status { get; init; }

    public required string Version { get; init; }
}

/// <summary>Every dependency by name, true when it answered. A dependency that is not configured is left out.</summary>
internal sealed record ReadyAnswer : Answer
{
    /// <summary><c>ready</c> or <c>not_ready</c>.</summary>
    public required string Status { get; init; }

    public required IReadOnlyDictionary<string, bool> Checks { get; init; }
}
