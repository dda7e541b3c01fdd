using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>What a run did item by item, and what a dry run would do.</summary>
internal static class RunLogEndpoints
{
    extension(RouteGroupBuilder connectors)
    {
        internal void MapRunLog(string noun)
        {
            connectors.MapGet("/{connector_id}/jobs/{run_id}/items", ItemsAsync).WithName($"List{noun}RunItems")
                .WithSummary("What a run did item by item, also while it goes on").WithDescription("Pages by number: pass next_after as after. Unchanged files are only counted.");
            connectors.MapGet("/{connector_id}/jobs/{run_id}/plan", PlanAsync).WithName($"List{noun}RunPlan")
                .WithSummary("What a dry run found that a run would do").WithDescription("Pages by number: pass next_after as after.");
        }
    }

    internal static Task<Results<Ok<ItemsAnswer>, ErrorResult>> ItemsAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromRoute(Name = "run_id")] string runId,
        ConnectorDesk desk, ConnectorStore connectors, RunLog log, CancellationToken cancellationToken,
        [Range(0, long.MaxValue)] long after = 0,
        [Range(1, 1000)] int limit = 100) =>
        OfRunAsync<ItemsAnswer>(
            desk, connectors, connectorId, runId,
            async run =>
            {
                var items = await log.ListItemsAsync(run.TenantId, runId, after, limit, cancellationToken);
                return TypedResults.Ok(new ItemsAnswer { Items = items, NextAfter = items.Count == limit ? items[^1].Number : null });
            },
            cancellationToken);

    internal static Task<Results<Ok<PlanAnswer>, ErrorResult>> PlanAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromRoute(Name = "run_id")] string runId,
        ConnectorDesk desk, ConnectorStore connectors, RunLog log, CancellationToken cancellationToken,
        [Range(0, long.MaxValue)] long after = 0,
        [Range(1, 1000)] int limit = 100) =>
        OfRunAsync<PlanAnswer>(
            desk, connectors, connectorId, runId,
            async run =>
            {
                if (!run.IsDryRun)
                    return (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"Run {runId} was no dry run. Its items are at /items; a plan comes from sync with dry_run.");
                var items = await log.ListPlanAsync(run.TenantId, runId, after, limit, cancellationToken);
                return TypedResults.Ok(new PlanAnswer { IsComplete = run.Status == "completed", Items = items, NextAfter = items.Count == limit ? items[^1].Number : null });
            },
            cancellationToken);

    private static async Task<Results<Ok<T>, ErrorResult>> OfRunAsync<T>(
        ConnectorDesk desk, ConnectorStore connectors, string connectorId, string runId, Func<Run, Task<Results<Ok<T>, ErrorResult>>> answer,
        CancellationToken cancellationToken) =>
        await RunEndpoints.FindAsync(desk, connectors, connectorId, runId, cancellationToken) is { } run
            ? await answer(run)
            : (ErrorResult)RunEndpoints.NoSuchRun(runId);
}

/// <summary>A page of what a run did.</summary>
internal sealed record ItemsAnswer : Answer
{
    /// <summary>In the order in which they were dealt with.</summary>
    public required IReadOnlyList<RunItem> Items { get; init; }

    /// <summary>For <c>after</c> of the next page; null on the last one so far.</summary>
    public required long? NextAfter { get; init; }
}

/// <summary>A page of what a run would do.</summary>
internal sealed record PlanAnswer : Answer
{
    /// <summary>Whether the dry run is done; otherwise more may follow.</summary>
    public required bool IsComplete { get; init; }

    public required IReadOnlyList<PlanItem> Items { get; init; }

    /// <summary>For <c>after</c> of the next page; null on the last one so far.</summary>
    public required long? NextAfter { get; init; }
}
