using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Connectors.Answers;
using ScaiDrive.Api.Minimal.Connectors.Bodies;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Connectors: set up, tried, changed, stopped and removed. The same for every type; only setting up has a path of its own for each.</summary>
internal static class ConnectorEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapConnectors()
        {
            routes.MapSurface(ConnectorSurface.All).MapPost("", CreateFolderAsync).WithName("CreateConnector").WithSummary("Set up a connector to a folder")
                .WithDescription("SMB shares are set up at /api/v1/smb-connectors. The first run starts after one interval, or with sync.");
            routes.MapSurface(ConnectorSurface.Smb).MapPost("", CreateSmbAsync).WithName("CreateSmbConnector").WithSummary("Set up a connector to an SMB share")
                .WithDescription("Nothing is asked of the server yet: try it with test. The first run starts after one interval, or with sync.");
        }

        private RouteGroupBuilder MapSurface(ConnectorSurface surface)
        {
            var connectors = routes.MapGroup(surface.Path).WithTags("Connectors").RequireScope(Scope.TenantAdmin).WithMetadata(surface).AddEndpointFilter(AdminsOnlyAsync);
            var noun = surface.Noun;
            connectors.MapGet("", ListAsync).WithName($"List{noun}s").WithSummary("The connectors of the tenant, oldest first");
            connectors.MapGet("/{connector_id}", GetAsync).WithName($"Get{noun}").WithSummary("One connector");
            connectors.MapPatch("/{connector_id}", ChangeAsync).WithName($"Change{noun}").WithSummary("Change some fields of a connector")
                .WithDescription("Takes the fields of setting up but target_share_id. A field that is given replaces the present one, null takes it away, what is left out stays; "
                    + "of settings each member for itself. The next run brings the share in line.");
            connectors.MapDelete("/{connector_id}", DeleteAsync).WithName($"Delete{noun}").WithSummary("Forget a connector with its runs; the files in the share stay");
            connectors.MapPost("/{connector_id}/test", TestAsync).WithName($"Test{noun}").WithSummary("Open the source as a run would and look at its root");
            connectors.MapPost("/{connector_id}/pause", PauseAsync).WithName($"Pause{noun}").WithSummary("Stop a connector; a run that goes on ends at its next batch");
            connectors.MapPost("/{connector_id}/resume", ResumeAsync).WithName($"Resume{noun}").WithSummary("Let a paused connector run again");
            connectors.MapRuns(noun);
            connectors.MapRunLog(noun);
            connectors.MapConflicts(noun);
            connectors.MapIdentityMapping(noun);
            return connectors;
        }
    }

    internal static async Task<Ok<ConnectorsAnswer>> ListAsync(ConnectorDesk desk, CancellationToken cancellationToken)
    {
        var all = await desk.ListAsync(cancellationToken);
        return TypedResults.Ok(new ConnectorsAnswer { Connectors = all, Total = all.Count });
    }

    internal static async Task<Results<Ok<ConnectorAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "connector_id")] string connectorId, ConnectorDesk desk, CancellationToken cancellationToken) =>
        await AnswerAsync(desk, connectorId, await desk.FindAsync(connectorId, cancellationToken), cancellationToken);

    internal static Task<Results<Created<ConnectorAnswer>, ErrorResult>> CreateFolderAsync(
        [FromBody] FolderConnectorBody body, ConnectorDesk desk, ConnectorAdmin admin, DriveStore drive, CancellationToken cancellationToken) =>
        CreateAsync(body, desk, admin, drive, cancellationToken);

    internal static Task<Results<Created<ConnectorAnswer>, ErrorResult>> CreateSmbAsync(
        [FromBody] SmbConnectorBody body, ConnectorDesk desk, ConnectorAdmin admin, DriveStore drive, CancellationToken cancellationToken) =>
        CreateAsync(body, desk, admin, drive, cancellationToken);

    internal static async Task<Results<Ok<ConnectorAnswer>, ErrorResult>> ChangeAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromBody] JsonObject body, ConnectorDesk desk, ConnectorAdmin admin, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } present)
            return (ErrorResult)NoSuchConnector(connectorId);
        var patch = new ConnectorPatch(body);
        if (patch.Faults(present) is { Count: > 0 } faults)
            return (ErrorResult)ApiError.Invalid(faults);
        try
        {
            return await AnswerAsync(desk, connectorId, await admin.ChangeAsync(desk.Caller, connectorId, patch.ApplyTo, cancellationToken), cancellationToken);
        }
        catch (ConnectorException refusal)
        {
            return (ErrorResult)ConnectorRefusals.Of(refusal);
        }
    }

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "connector_id")] string connectorId, ConnectorDesk desk, ConnectorAdmin admin, CancellationToken cancellationToken) =>
        await desk.FindAsync(connectorId, cancellationToken) is not null && await admin.DeleteAsync(desk.Caller, connectorId, cancellationToken)
            ? TypedResults.NoContent()
            : (ErrorResult)NoSuchConnector(connectorId);

    internal static async Task<Results<Ok<TestAnswer>, ErrorResult>> TestAsync(
        [FromRoute(Name = "connector_id")] string connectorId, ConnectorDesk desk, SourceTest test, CancellationToken cancellationToken) =>
        await desk.FindAsync(connectorId, cancellationToken) is { } connector
            ? TypedResults.Ok(await test.RunAsync(connector, cancellationToken))
            : (ErrorResult)NoSuchConnector(connectorId);

    internal static async Task<Results<Ok<ConnectorAnswer>, ErrorResult>> PauseAsync(
        [FromRoute(Name = "connector_id")] string connectorId, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] PauseConnectorBody? body,
        ConnectorDesk desk, ConnectorAdmin admin, CancellationToken cancellationToken) =>
        await desk.FindAsync(connectorId, cancellationToken) is null
            ? (ErrorResult)NoSuchConnector(connectorId)
            : await AnswerAsync(desk, connectorId, await admin.PauseAsync(desk.Caller, connectorId, body?.Reason, cancellationToken), cancellationToken);

    internal static async Task<Results<Ok<ConnectorAnswer>, ErrorResult>> ResumeAsync(
        [FromRoute(Name = "connector_id")] string connectorId, ConnectorDesk desk, ConnectorAdmin admin, CancellationToken cancellationToken) =>
        await desk.FindAsync(connectorId, cancellationToken) is null
            ? (ErrorResult)NoSuchConnector(connectorId)
            : await AnswerAsync(desk, connectorId, await admin.ResumeAsync(desk.Caller, connectorId, cancellationToken), cancellationToken);

    internal static ApiError NoSuchConnector(string connectorId) => ApiError.NotFound("connector", connectorId);

    private static async Task<Results<Created<ConnectorAnswer>, ErrorResult>> CreateAsync(
        ConnectorBody body, ConnectorDesk desk, ConnectorAdmin admin, DriveStore drive, CancellationToken cancellationToken)
    {
        if (body.Faults().ToList() is { Count: > 0 } faults)
            return (ErrorResult)ApiError.Invalid(faults);
        if (await drive.FindShareAsync(desk.Caller.TenantId, body.TargetShareId!, cancellationToken) is not { IsDeleted: false })
            return (ErrorResult)ApiError.NotFound("share", body.TargetShareId!);
        try
        {
            var created = await admin.CreateAsync(desk.Caller, body.ToNew(desk.Caller.UserId), cancellationToken);
            return TypedResults.Created($"/api/v1{desk.Surface.Path}/{created.Id}", await desk.AnswerAsync(created, cancellationToken));
        }
        catch (ConnectorException refusal)
        {
            return (ErrorResult)ConnectorRefusals.Of(refusal);
        }
    }

    private static async Task<Results<Ok<ConnectorAnswer>, ErrorResult>> AnswerAsync(
        ConnectorDesk desk, string connectorId, Connector? connector, CancellationToken cancellationToken) =>
        connector is null ? (ErrorResult)NoSuchConnector(connectorId) : TypedResults.Ok(await desk.AnswerAsync(connector, cancellationToken));

    // Connectors read and write in the name of an account of their own; who may set one up decides what becomes of a whole share.
    private static async ValueTask<object?> AdminsOnlyAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.HttpContext.RequestServices.GetRequiredService<Caller>().IsAdmin
            ? await next(invocation)
            : new ErrorResult(ApiError.Denied("Only an admin may see and change connectors."));
}
