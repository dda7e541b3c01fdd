using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Connectors.Answers;
using ScaiDrive.Api.Minimal.Connectors.Bodies;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Files that both sides had changed: what became of them, and what a person decides.</summary>
internal static class ConflictEndpoints
{
    private const string States = "open|resolved";

    extension(RouteGroupBuilder connectors)
    {
        internal void MapConflicts(string noun)
        {
            connectors.MapGet("/{connector_id}/conflicts", ListAsync).WithName($"List{noun}Conflicts").WithSummary("Files that both sides had changed, newest first")
                .WithDescription("Pages by key: pass next_before_id as before_id. Open ones wait for a person (conflict_resolution MANUAL).");
            connectors.MapPost("/{connector_id}/conflicts/{conflict_id}/resolve", ResolveAsync).WithName($"Resolve{noun}Conflict")
                .WithSummary("Decide an open conflict; the next run does it").WithDescription("May be changed until that run. No byte is lost: what loses is kept.");
        }
    }

    internal static async Task<Results<Ok<ConflictsAnswer>, ErrorResult>> ListAsync(
        [FromRoute(Name = "connector_id")] string connectorId,
        [RegularExpression(States, ErrorMessage = "state must be one of " + States + ".")] string? state,
        [FromQuery(Name = "before_id")] string? beforeId,
        ConnectorDesk desk, ConflictStore conflicts, CancellationToken cancellationToken,
        [Range(1, 200)] int limit = 50)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        var page = await conflicts.ListAsync(connector.TenantId, connectorId, state, beforeId, limit, cancellationToken);
        return TypedResults.Ok(new ConflictsAnswer
        {
            Conflicts = [.. page.Select(ConflictAnswer.From)],
            NextBeforeId = page.Count == limit ? page[^1].Id : null,
        });
    }

    internal static async Task<Results<Ok<ConflictAnswer>, ErrorResult>> ResolveAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromRoute(Name = "conflict_id")] string conflictId, [FromBody] ResolveBody body,
        ConnectorDesk desk, ConflictStore conflicts, ConnectorAdmin admin, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        if (await conflicts.FindAsync(connector.TenantId, connectorId, conflictId, cancellationToken) is null)
            return (ErrorResult)ApiError.NotFound("conflict", conflictId);
        return await admin.DecideAsync(desk.Caller, connector, conflictId, Decision(body.Keep!), cancellationToken)
            && await conflicts.FindAsync(connector.TenantId, connectorId, conflictId, cancellationToken) is { } decided
            ? TypedResults.Ok(ConflictAnswer.From(decided))
            : (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"Conflict {conflictId} is resolved already.");
    }

    private static ConflictDecision Decision(string keep) => keep switch
    {
        "server" => ConflictDecision.Server,
        "client" => ConflictDecision.Client,
        _ => ConflictDecision.Both,
    };
}
