using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using ScaiDrive.Api.Minimal.Connectors.Answers;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Whom a source means by its accounts and groups: the table that a person gives, what was found besides, and who is left.</summary>
internal static class MappingEndpoints
{
    private const string Csv = "text/csv";

    // A row has some 60 bytes: room for 150,000 of them.
    private const int MaxTableBytes = 10 * 1024 * 1024;

    extension(RouteGroupBuilder connectors)
    {
        internal void MapIdentityMapping(string noun)
        {
            const string path = "/{connector_id}/identity-mapping";
            connectors.MapGet(path, GetAsync).WithName($"Get{noun}IdentityMapping").WithSummary("Whom the accounts of the source are here")
                .WithDescription("With Accept: text/csv the table as it was uploaded; otherwise JSON with what was found by email and name, too, page by page.")
                .Produces<MappingsAnswer>(StatusCodes.Status200OK, "application/json", Csv);
            connectors.MapPut(path, PutAsync).WithName($"Put{noun}IdentityMapping").WithSummary("Replace the table, as text/csv")
                .WithDescription("Columns smb-sid,scaidrive-user: a user by id or email, a group by id, everyone, or nobody. Nothing is changed when a row is wrong. "
                    + "It counts with the next search; no file is read again.")
                .Accepts<string>(Csv);
            connectors.MapPost(path, PutAsync).WithName($"Upload{noun}IdentityMapping").WithSummary("The same as PUT").Accepts<string>(Csv);
            connectors.MapGet("/{connector_id}/unmapped-principals", UnmappedAsync).WithName($"List{noun}UnmappedPrincipals")
                .WithSummary("Accounts and groups that permissions name and that nobody here is").WithDescription("Pages by key: pass next_after as after.");
        }
    }

    internal static async Task<Results<Ok<MappingsAnswer>, ContentHttpResult, ErrorResult>> GetAsync(
        [FromRoute(Name = "connector_id")] string connectorId, HttpRequest request, ConnectorDesk desk, IdentityMappings mappings, CancellationToken cancellationToken,
        string after = "", [Range(1, 1000)] int limit = 100)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        if (WantsCsv(request))
            return TypedResults.Text(await mappings.DownloadAsync(connector.TenantId, connectorId, cancellationToken), Csv, Encoding.UTF8);
        var page = await mappings.ListAsync(connector.TenantId, connectorId, after, limit, cancellationToken);
        return TypedResults.Ok(new MappingsAnswer
        {
            Mappings = [.. page.Select(MappingItem.From)],
            NextAfter = page.Count == limit ? page[^1].Sid : null,
        });
    }

    internal static async Task<Results<Ok<UploadedMappingAnswer>, ErrorResult>> PutAsync(
        [FromRoute(Name = "connector_id")] string connectorId, HttpRequest request, ConnectorDesk desk, ConnectorAdmin admin, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != Csv)
            return (ErrorResult)new ApiError(415, ErrorCodes.UnsupportedMediaType, "The table is sent as text/csv (Content-Type: text/csv), in UTF-8.");
        var upload = await admin.MapIdentitiesAsync(desk.Caller, connector, await ReadAsync(request, cancellationToken), cancellationToken);
        return upload.Faults.Count == 0
            ? TypedResults.Ok(new UploadedMappingAnswer { Rows = upload.Rows })
            : (ErrorResult)ApiError.Invalid([.. upload.Faults.Select(fault => new FieldFault(["body", $"line {fault.Line}"], $"Line {fault.Line}: {fault.Message}", "value_error"))]);
    }

    internal static async Task<Results<Ok<UnmappedAnswer>, ErrorResult>> UnmappedAsync(
        [FromRoute(Name = "connector_id")] string connectorId, ConnectorDesk desk, IdentityMappings mappings, CancellationToken cancellationToken,
        string after = "", [Range(1, 1000)] int limit = 100)
    {
        if (await desk.FindAsync(connectorId, cancellationToken) is not { } connector)
            return (ErrorResult)ConnectorEndpoints.NoSuchConnector(connectorId);
        var page = await mappings.ListUnmappedAsync(connector.TenantId, connectorId, after, limit, cancellationToken);
        return TypedResults.Ok(new UnmappedAnswer { Principals = page, NextAfter = page.Count == limit ? page[^1].Sid : null });
    }

    private static bool WantsCsv(HttpRequest request) =>
        request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).FirstOrDefault() is { } first && first.MediaType == Csv;

    private static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            body.MaxRequestBodySize = MaxTableBytes;
        // Takes away the byte order mark that a spreadsheet puts in front.
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
