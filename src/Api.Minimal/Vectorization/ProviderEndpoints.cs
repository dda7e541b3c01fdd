using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>An admin's view of the vectorization providers, and the switch of OCR.</summary>
internal static class ProviderEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapVectorization()
        {
            var providers = routes.MapGroup("/vectorization/providers").WithTags("Vectorization");
            providers.MapGet("", ListAsync).WithName("ListVectorizationProviders").WithSummary("The vectorization providers of the tenant, the default one first");
            providers.MapGet("/{provider_id}", GetAsync).WithName("GetVectorizationProvider").WithSummary("One vectorization provider");
            providers.MapPatch("/{provider_id}", ChangeAsync).WithName("ChangeVectorizationProvider").WithSummary("Switch OCR on or off")
                .WithDescription("On lets exactly the files go through again that ended with ocr_disabled: the job of job_id enqueues them in low. "
                    + "Off ends what is queued as ocr_disabled when its turn comes. May be repeated.");
        }
    }

    internal static async Task<Results<Ok<ProvidersAnswer>, ErrorResult>> ListAsync(
        Caller caller, EmbeddingProviders providers, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var rows = await providers.ListAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new ProvidersAnswer { Providers = [.. rows.Select(ProviderAnswer.From)], Total = rows.Count });
    }

    internal static async Task<Results<Ok<ProviderAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "provider_id")] string providerId, Caller caller, EmbeddingProviders providers, CancellationToken cancellationToken) =>
        !caller.IsAdmin ? (ErrorResult)AdminsOnly()
        : await FindAsync(providerId, caller, providers, cancellationToken) is { } row ? TypedResults.Ok(ProviderAnswer.From(row))
        : (ErrorResult)ApiError.NotFound("provider", providerId);

    internal static async Task<Results<Ok<ChangedProviderAnswer>, ErrorResult>> ChangeAsync(
        [FromRoute(Name = "provider_id")] string providerId, [FromBody] ProviderPatch body,
        Caller caller, OcrSwitch ocr, EmbeddingProviders providers, FileLedger ledger, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        if (await ocr.SetAsync(caller.TenantId, providerId, body.OcrEnabled!.Value, cancellationToken) is not { } started
            || await FindAsync(providerId, caller, providers, cancellationToken) is not { } row)
            return (ErrorResult)ApiError.NotFound("provider", providerId);
        return TypedResults.Ok(new ChangedProviderAnswer
        {
            Provider = ProviderAnswer.From(row),
            JobId = started.JobId,
            OcrDisabledFiles = await ledger.CountOcrDisabledAsync(caller.TenantId, cancellationToken),
        });
    }

    private static async Task<ProviderRow?> FindAsync(string providerId, Caller caller, EmbeddingProviders providers, CancellationToken cancellationToken) =>
        (await providers.ListAsync(caller.TenantId, cancellationToken)).FirstOrDefault(row => row.Id == providerId);

    private static ApiError AdminsOnly() => ApiError.Denied("Only an admin may see and change vectorization providers.");
}
