using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>An admin's view of the vectorization providers: who embeds, with which model, and how they do.</summary>
internal static class ProviderEndpoints
{
    private const string Base = "/vectorization/providers";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapVectorization()
        {
            var providers = routes.MapGroup(Base).WithTags("Vectorization").RequireScope(Scope.TenantAdmin).AddEndpointFilter(AdminsOnlyAsync);
            providers.MapGet("", ListAsync).WithName("ListVectorizationProviders").WithSummary("The vectorization providers of the tenant, the default one first, and how they do");
            providers.MapPost("", CreateAsync).WithName("CreateVectorizationProvider").WithSummary("Add a vectorization provider")
                .WithDescription("It is asked for a vector first. Without dimensions the length of that vector is taken; with them, it is compared.");
            providers.MapPost("/test", TryAsync).WithName("TryVectorizationProvider").WithSummary("Ask for a vector by settings that are not saved");
            providers.MapGet("/{provider_id}", GetAsync).WithName("GetVectorizationProvider").WithSummary("One vectorization provider");
            providers.MapPatch("/{provider_id}", ChangeAsync).WithName("ChangeVectorizationProvider").WithSummary("Change a vectorization provider")
                .WithDescription("What is left out stays, null takes away. Files that waited for it go on at once. OCR on lets exactly the files go through again that "
                    + "ended with ocr_disabled: the job of job_id enqueues them in low; off ends what is queued as ocr_disabled when its turn comes. May be repeated.");
            providers.MapDelete("/{provider_id}", DeleteAsync).WithName("DeleteVectorizationProvider").WithSummary("Remove a vectorization provider that nothing uses");
            providers.MapPost("/{provider_id}/test", TestAsync).WithName("TestVectorizationProvider").WithSummary("Ask a vectorization provider for a vector now");
            providers.MapGet("/{provider_id}/health", HealthAsync).WithName("GetVectorizationProviderHealth").WithSummary("How a vectorization provider does");
        }
    }

    internal static async Task<Ok<ProvidersAnswer>> ListAsync(
        Caller caller, EmbeddingProviders providers, ProviderHealth health, CancellationToken cancellationToken)
    {
        var rows = await providers.ListAsync(caller.TenantId, cancellationToken);
        var reports = await health.ReadAsync(caller.TenantId, rows, cancellationToken);
        return TypedResults.Ok(new ProvidersAnswer { Providers = [.. rows.Select(row => ProviderAnswer.From(row, reports[row.Id]))], Total = rows.Count });
    }

    internal static async Task<Results<Ok<ProviderAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "provider_id")] string providerId, Caller caller, EmbeddingProviders providers, ProviderHealth health, CancellationToken cancellationToken) =>
        await FindAsync(providerId, caller, providers, cancellationToken) is { } row
            ? TypedResults.Ok(await AnswerAsync(row, health, cancellationToken))
            : (ErrorResult)ApiError.NotFound("provider", providerId);

    internal static async Task<Results<Ok<ProviderHealthAnswer>, ErrorResult>> HealthAsync(
        [FromRoute(Name = "provider_id")] string providerId, Caller caller, EmbeddingProviders providers, ProviderHealth health, CancellationToken cancellationToken) =>
        await FindAsync(providerId, caller, providers, cancellationToken) is { } row
            ? TypedResults.Ok(new ProviderHealthAnswer { ProviderId = row.Id, Health = (await AnswerAsync(row, health, cancellationToken)).Health })
            : (ErrorResult)ApiError.NotFound("provider", providerId);

    internal static async Task<Results<Created<ChangedProviderAnswer>, ErrorResult>> CreateAsync(
        [FromBody] ProviderBody body, Caller caller, ProviderAdmin admin, ProviderHealth health, FileLedger ledger, CancellationToken cancellationToken)
    {
        try
        {
            var saved = await admin.CreateAsync(caller, body.ToSettings(), cancellationToken);
            return TypedResults.Created($"/api/v1{Base}/{saved.Provider.Id}", await AnswerAsync(saved, health, ledger, cancellationToken));
        }
        catch (ProviderRefusedException refusal)
        {
            return (ErrorResult)Refused(refusal);
        }
    }

    internal static async Task<Results<Ok<ChangedProviderAnswer>, ErrorResult>> ChangeAsync(
        [FromRoute(Name = "provider_id")] string providerId, [FromBody] ProviderPatch body,
        Caller caller, ProviderAdmin admin, ProviderHealth health, FileLedger ledger, CancellationToken cancellationToken)
    {
        if (body.IsEmpty)
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body"], "Name at least one setting to change.", "missing"));
        try
        {
            return await admin.ChangeAsync(caller, providerId, body.ToSettings(), cancellationToken) is { } saved
                ? TypedResults.Ok(await AnswerAsync(saved, health, ledger, cancellationToken))
                : (ErrorResult)ApiError.NotFound("provider", providerId);
        }
        catch (ProviderRefusedException refusal)
        {
            return (ErrorResult)Refused(refusal);
        }
    }

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "provider_id")] string providerId, Caller caller, ProviderAdmin admin, CancellationToken cancellationToken)
    {
        try
        {
            return await admin.DeleteAsync(caller, providerId, cancellationToken) ? TypedResults.NoContent() : (ErrorResult)ApiError.NotFound("provider", providerId);
        }
        catch (ProviderRefusedException refusal)
        {
            return (ErrorResult)Refused(refusal);
        }
    }

    internal static async Task<Results<Ok<ProviderTestAnswer>, ErrorResult>> TestAsync(
        [FromRoute(Name = "provider_id")] string providerId, Caller caller, EmbeddingProviders providers, ProviderAdmin admin, CancellationToken cancellationToken) =>
        await FindAsync(providerId, caller, providers, cancellationToken) is { } row && await admin.TestAsync(caller.TenantId, providerId, cancellationToken) is { } test
            ? TypedResults.Ok(ProviderTestAnswer.From(row.Model, test))
            : (ErrorResult)ApiError.NotFound("provider", providerId);

    internal static async Task<Results<Ok<ProviderTestAnswer>, ErrorResult>> TryAsync(
        [FromBody] ProviderTrial body, Caller caller, ProviderAdmin admin, CancellationToken cancellationToken)
    {
        try
        {
            var (row, test) = await admin.TestAsync(caller.TenantId, body.ToSettings(), cancellationToken);
            return TypedResults.Ok(ProviderTestAnswer.From(row.Model, test));
        }
        catch (ProviderRefusedException refusal)
        {
            return (ErrorResult)Refused(refusal);
        }
    }

    private static async Task<ChangedProviderAnswer> AnswerAsync(SavedProvider saved, ProviderHealth health, FileLedger ledger, CancellationToken cancellationToken) => new()
    {
        Provider = await AnswerAsync(saved.Provider, health, cancellationToken),
        Test = saved.Test is { } test ? ProviderTestItem.From(saved.Provider.Model, test) : null,
        JobId = saved.OcrJob?.JobId,
        OcrDisabledFiles = await ledger.CountOcrDisabledAsync(saved.Provider.TenantId, cancellationToken),
    };

    private static async Task<ProviderAnswer> AnswerAsync(ProviderRow row, ProviderHealth health, CancellationToken cancellationToken) =>
        ProviderAnswer.From(row, (await health.ReadAsync(row.TenantId, [row], cancellationToken))[row.Id]);

    private static async Task<ProviderRow?> FindAsync(string providerId, Caller caller, EmbeddingProviders providers, CancellationToken cancellationToken) =>
        (await providers.ListAsync(caller.TenantId, cancellationToken)).FirstOrDefault(row => row.Id == providerId);

    private static ApiError Refused(ProviderRefusedException refusal) => refusal.Member is { } member
        ? ApiError.Invalid(new FieldFault(["body", JsonNamingPolicy.SnakeCaseLower.ConvertName(member)], refusal.Message, "value_error"))
        : new(409, ErrorCodes.Conflict, refusal.Message);

    internal static async ValueTask<object?> AdminsOnlyAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.Arguments.OfType<Caller>().Single().IsAdmin
            ? await next(invocation)
            : new ErrorResult(ApiError.Denied("Only an admin may see and change vectorization providers."));
}
