using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Index.Auditing;

namespace ScaiDrive.Api.Minimal.IndexChecking;

/// <summary>What the last check of the index found and mended.</summary>
internal sealed record CheckAnswer : Answer
{
    /// <summary>Null before the first check.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Files compared.</summary>
    public required long Files { get; init; }

    /// <summary>Differences found and mended.</summary>
    public required long Drift { get; init; }

    /// <summary>The same by kind.</summary>
    public required IReadOnlyDictionary<string, long> ByKind { get; init; }
}

/// <summary>The job that checks the index.</summary>
internal sealed record StartedCheckAnswer : Answer
{
    public required long? JobId { get; init; }

    /// <summary>False when a check was under way already.</summary>
    public required bool Started { get; init; }
}

/// <summary>Whether index and drive agree.</summary>
internal static class CheckEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapIndexChecks()
        {
            var checks = routes.MapGroup("/admin/index/check").WithTags("Search").RequireScope(Scope.TenantAdmin);
            checks.MapGet("", GetAsync).WithName("GetIndexCheck").WithSummary("What the last comparison of drive and index found and mended");
            checks.MapPost("", StartAsync).WithName("StartIndexCheck").WithSummary("Compare drive and index now, and mend what differs; done once a day by itself");
        }
    }

    internal static async Task<Results<Ok<CheckAnswer>, ErrorResult>> GetAsync(Caller caller, IndexAudit audit, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var last = await audit.FindAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new CheckAnswer
        {
            StartedAt = last?.StartedAt,
            FinishedAt = last?.FinishedAt,
            Files = last?.Files ?? 0,
            Drift = last?.Drift.Values.Sum() ?? 0,
            ByKind = last?.Drift ?? new Dictionary<string, long>(),
        });
    }

    internal static async Task<Results<Accepted<StartedCheckAnswer>, ErrorResult>> StartAsync(Caller caller, IndexChecks checks, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var started = await checks.StartAsync(caller.TenantId, cancellationToken);
        return TypedResults.Accepted(
            started.JobId is { } job ? $"/api/v1/admin/jobs/{job}" : null, new StartedCheckAnswer { JobId = started.JobId, Started = started.Started });
    }

    private static ApiError AdminsOnly() => ApiError.Denied("Only an admin may see and start checks of the index.");
}
