using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Connectors and what their runs did.</summary>
internal static class ConnectorEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapConnectors()
        {
            var connectors = routes.MapGroup("/connectors").WithTags("Connectors");
            connectors.MapGet("", ListAsync).WithName("ListConnectors").WithSummary("The connectors of the tenant, oldest first");
            connectors.MapGet("/{connector_id}", GetAsync).WithName("GetConnector").WithSummary("One connector");
            connectors.MapGet("/{connector_id}/jobs", RunsAsync).WithName("ListConnectorRuns").WithSummary("Runs of a connector, newest first")
                .WithDescription("Pages by key: pass the id of the last run as before_id.");
            connectors.MapGet("/{connector_id}/jobs/{run_id}/problems", ProblemsAsync).WithName("ListRunProblems")
                .WithSummary("Items a run could not mirror, or left out, each with a hint");
        }
    }

    internal static async Task<Ok<ConnectorsAnswer>> ListAsync(Caller caller, ConnectorStore connectors, CancellationToken cancellationToken)
    {
        var all = await connectors.ListAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new ConnectorsAnswer { Connectors = [.. all.Select(ConnectorAnswer.From)], Total = all.Count });
    }

    internal static async Task<Results<Ok<ConnectorAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "connector_id")] string connectorId, Caller caller, ConnectorStore connectors, CancellationToken cancellationToken) =>
        await connectors.FindAsync(caller.TenantId, connectorId, cancellationToken) is { } connector
            ? TypedResults.Ok(ConnectorAnswer.From(connector))
            : (ErrorResult)ApiError.NotFound("connector", connectorId);

    internal static async Task<Results<Ok<RunsAnswer>, ErrorResult>> RunsAsync(
        [FromRoute(Name = "connector_id")] string connectorId,
        [FromQuery(Name = "before_id")] string? beforeId,
        Caller caller, ConnectorStore connectors, CancellationToken cancellationToken,
        [Range(1, 200)] int limit = 50)
    {
        if (await connectors.FindAsync(caller.TenantId, connectorId, cancellationToken) is null)
            return (ErrorResult)ApiError.NotFound("connector", connectorId);
        var runs = await connectors.ListRunsAsync(caller.TenantId, connectorId, beforeId, limit, cancellationToken);
        List<RunItem> items = [];
        foreach (var run in runs)
            items.Add(RunItem.From(run, await FirstProblemsAsync(connectors, run, cancellationToken)));
        return TypedResults.Ok(new RunsAnswer { Jobs = items });
    }

    internal static async Task<Results<Ok<ProblemsAnswer>, ErrorResult>> ProblemsAsync(
        [FromRoute(Name = "connector_id")] string connectorId,
        [FromRoute(Name = "run_id")] string runId,
        Caller caller, ConnectorStore connectors, CancellationToken cancellationToken,
        [Range(0, long.MaxValue)] long after = 0,
        [Range(1, 1000)] int limit = 100)
    {
        if (await connectors.FindRunAsync(caller.TenantId, runId, cancellationToken) is not { } run || run.ConnectorId != connectorId)
            return (ErrorResult)ApiError.NotFound("run", runId);
        var problems = await connectors.ListProblemsAsync(caller.TenantId, runId, after, limit, cancellationToken);
        return TypedResults.Ok(new ProblemsAnswer { Problems = [.. problems.Select(ProblemItem.From)], Total = run.ProblemCount });
    }

    /// <summary>The text of the contract's <c>stderr</c>: the first problems, one line each.</summary>
    private static async Task<string> FirstProblemsAsync(ConnectorStore connectors, Run run, CancellationToken cancellationToken) =>
        run.ProblemCount == 0
            ? ""
            : string.Join('\n', await connectors.ListProblemsAsync(run.TenantId, run.Id, 0, RunItem.ProblemsInText, cancellationToken));
}

/// <summary>The connectors of a tenant.</summary>
internal sealed record ConnectorsAnswer : Answer
{
    public required IReadOnlyList<ConnectorAnswer> Connectors { get; init; }

    public required long Total { get; init; }
}

/// <summary>A connector.</summary>
internal sealed record ConnectorAnswer : Answer
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required JsonElement Settings { get; init; }

    public required string TargetShareId { get; init; }

    public required string TargetPath { get; init; }

    public required PatternList IncludePatterns { get; init; }

    public required PatternList ExcludePatterns { get; init; }

    public required int SyncIntervalMinutes { get; init; }

    /// <summary><c>idle</c>, <c>syncing</c>, <c>paused</c> or <c>error</c>.</summary>
    public required string Status { get; init; }

    public required string? StatusMessage { get; init; }

    public required long ErrorCount { get; init; }

    public required DateTimeOffset? LastSyncAt { get; init; }

    public required long TotalFilesSynced { get; init; }

    public required long TotalBytesSynced { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal static ConnectorAnswer From(Connector connector) => new()
    {
        Id = connector.Id,
        Type = connector.Type,
        Name = connector.Name,
        Description = connector.Description,
        Settings = connector.Settings,
        TargetShareId = connector.TargetShareId,
        TargetPath = connector.TargetPath,
        IncludePatterns = new PatternList(connector.IncludePatterns),
        ExcludePatterns = new PatternList(connector.ExcludePatterns),
        SyncIntervalMinutes = connector.SyncIntervalMinutes,
        Status = connector.Status,
        StatusMessage = connector.StatusMessage,
        ErrorCount = connector.ErrorCount,
        LastSyncAt = connector.LastSyncAt,
        TotalFilesSynced = connector.TotalFilesSynced,
        TotalBytesSynced = connector.TotalBytesSynced,
        CreatedAt = connector.CreatedAt,
    };
}

/// <summary>Patterns, as the contract nests them.</summary>
internal sealed record PatternList(IReadOnlyList<string> Patterns);

/// <summary>Runs of a connector.</summary>
internal sealed record RunsAnswer : Answer
{
    public required IReadOnlyList<RunItem> Jobs { get; init; }
}

/// <summary>One run.</summary>
internal sealed record RunItem
{
    internal const int ProblemsInText = 20;

    public required string Id { get; init; }

    public required string ConnectorId { get; init; }

    public required string Trigger { get; init; }

    /// <summary><c>running</c>, <c>completed</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    public required string Phase { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Items that should have been mirrored and could not be.</summary>
    public required long ErrorCount { get; init; }

    /// <summary>The first problems, one line each, items by name.</summary>
    public required string Stderr { get; init; }

    public required string? ErrorCode { get; init; }

    public required string? ErrorMessage { get; init; }

    public required SyncReport Report { get; init; }

    internal static RunItem From(Run run, string problems) => new()
    {
        Id = run.Id,
        ConnectorId = run.ConnectorId,
        Trigger = run.Trigger,
        Status = run.Status,
        Phase = run.Phase,
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
        ErrorCount = run.Report.Errors,
        Stderr = problems,
        ErrorCode = run.ErrorCode,
        ErrorMessage = run.ErrorMessage,
        Report = run.Report,
    };
}

/// <summary>Problems of a run.</summary>
internal sealed record ProblemsAnswer : Answer
{
    public required IReadOnlyList<ProblemItem> Problems { get; init; }

    /// <summary>All problems of the run; only the first are kept by name.</summary>
    public required long Total { get; init; }
}

/// <summary>One item that was not mirrored.</summary>
internal sealed record ProblemItem(long Number, string Path, string Code, string Detail, string Hint, bool IsError, DateTimeOffset At)
{
    internal static ProblemItem From(Problem problem) =>
        new(problem.Number, problem.Path, problem.Code, problem.Detail, problem.Hint, problem.IsError, problem.At);
}
