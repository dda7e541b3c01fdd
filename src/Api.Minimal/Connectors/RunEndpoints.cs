using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Connectors.Answers;
using ScaiDrive.Api.Minimal.Connectors.Bodies;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Runs of a connector: asked for, and what they did.</summary>
internal static class RunEndpoints
{
    extension(RouteGroupBuilder connectors)
    {
        internal void MapRuns(string noun)
        {
            connectors.MapPost("/{connector_id}/sync", SyncAsync).WithName($"Sync{noun}").WithSummary("Run a connector now")
                .WithDescription("409 while a run goes on. One that only waits, to try again or for the end of quiet hours, makes way. With dry_run nothing is changed.");
            connectors.MapGet("/{connector_id}/jobs", ListAsync).WithName($"List{noun}Runs").WithSummary("Runs of a connector, newest first")
                .WithDescription("Pages by key: pass next_before_id as before_id. The newest 100 are kept.");
            connectors.MapGet("/{connector_id}/jobs/{run_id}", GetAsync).WithName($"Get{noun}Run").WithSummary("One run; while it goes on, how far it is");
            connectors.MapGet("/{connector_id}/jobs/{run_id}/problems", ProblemsAsync).WithName($"List{noun}RunProblems")
                .WithSummary("Items a run could not bring in step, or left out, each with a hint");
        }
    }

    internal static async Task<Results<Accepted<StartedAnswer>, ErrorResult>> SyncAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] SyncBody? body,
        ConnectorDesk desk, ConnectorStore connectors, ConnectorRuns runs, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        if (connector.Status == ConnectorStatus.Paused)
            return (ErrorResult)Conflict($"The connector is paused. Resume it first: POST {desk.Surface.Path}/{connectorId}/resume.", null);
        var wish = new RunWish { IsDryRun = body?.DryRun ?? false, OnlyHints = body is { Full: false }, AllowedDeletes = body?.AllowedDeletes };
        // A run that was cut off is gone on with as it was asked for: it would not be dry.
        if (wish.IsDryRun && await connectors.ListRunsAsync(connector.TenantId, connectorId, null, 1, cancellationToken) is [{ FinishedAt: null, IsDryRun: false } cutOff])
            return (ErrorResult)Conflict($"Run {cutOff.Id} was cut off and has to be brought to its end before a dry run. Start it without dry_run.", null);
        return await runs.StartAsync(desk.Caller, connector, wish, cancellationToken) is { } job
            ? TypedResults.Accepted(
                $"/api/v1/admin/jobs/{job}", new StartedAnswer { ConnectorId = connectorId, JobId = job, DryRun = wish.IsDryRun })
            : (ErrorResult)Conflict("A run of this connector goes on. Wait for it, or pause the connector.", (await runs.FindUnfinishedAsync(connector, cancellationToken))?.Id);
    }

    internal static async Task<Results<Ok<RunsAnswer>, ErrorResult>> ListAsync(
        [FromRoute(Name = "connector_id")] string connectorId,
        [FromQuery(Name = "before_id")] string? beforeId,
        ConnectorDesk desk, ConnectorStore connectors, ConnectorOverview overview, CancellationToken cancellationToken,
        [Range(1, 200)] int limit = 50)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        var runs = await connectors.ListRunsAsync(connector.TenantId, connectorId, beforeId, limit, cancellationToken);
        List<RunAnswer> answers = [];
        foreach (var run in runs)
            answers.Add(await AnswerAsync(run, overview, cancellationToken));
        return TypedResults.Ok(new RunsAnswer { Jobs = answers, NextBeforeId = runs.Count == limit ? runs[^1].Id : null });
    }

    internal static async Task<Results<Ok<RunAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromRoute(Name = "run_id")] string runId,
        ConnectorDesk desk, ConnectorStore connectors, ConnectorOverview overview, CancellationToken cancellationToken) =>
        await FindAsync(desk, connectors, connectorId, runId, cancellationToken) is { } run
            ? TypedResults.Ok(await AnswerAsync(run, overview, cancellationToken))
            : (ErrorResult)NoSuchRun(runId);

    internal static async Task<Results<Ok<ProblemsAnswer>, ErrorResult>> ProblemsAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromRoute(Name = "run_id")] string runId,
        ConnectorDesk desk, ConnectorStore connectors, CancellationToken cancellationToken,
        [Range(0, long.MaxValue)] long after = 0,
        [Range(1, 1000)] int limit = 100)
    {
        if (await FindAsync(desk, connectors, connectorId, runId, cancellationToken) is not { } run)
            return (ErrorResult)NoSuchRun(runId);
        var problems = await connectors.ListProblemsAsync(run.TenantId, runId, after, limit, cancellationToken);
        return TypedResults.Ok(new ProblemsAnswer
        {
            Problems = [.. problems.Select(ProblemItem.From)],
            NextAfter = problems.Count == limit ? problems[^1].Number : null,
            Total = run.ProblemCount,
        });
    }

    /// <summary>A run of a connector that the request may see.</summary>
    internal static async Task<Run?> FindAsync(ConnectorDesk desk, ConnectorStore connectors, string connectorId, string runId, CancellationToken cancellationToken) =>
        await desk.FindAsync(connectorId, cancellationToken) is { } connector
        && await connectors.FindRunAsync(connector.TenantId, runId, cancellationToken) is { } run && run.ConnectorId == connectorId ? run : null;

    internal static ApiError NoSuchRun(string runId) => ApiError.NotFound("run", runId);

    private static async Task<RunAnswer> AnswerAsync(Run run, ConnectorOverview overview, CancellationToken cancellationToken) =>
        RunAnswer.From(run, await RunErrors.ReadAsync(run, overview, cancellationToken));

    private static ApiError Conflict(string message, long? jobId) =>
        new(409, ErrorCodes.Conflict, message, jobId is null ? null : new Dictionary<string, object?> { ["job_id"] = jobId });
}
