using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Drive;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Search by word, by meaning, and by both.</summary>
internal static class SearchEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapSearch()
        {
            var search = routes.MapGroup("/search").WithTags("Search").RequireScope(Scope.FilesRead);
            search.MapGet("", KeywordGetAsync).Costs(RequestClass.Search).WithName("Search").WithSummary("Files by word: names always, content when indexed");
            search.MapPost("", KeywordPostAsync).Costs(RequestClass.Search).WithName("SearchPost").WithSummary("Files by word, asked with a body");
            search.MapGet("/keyword", KeywordGetAsync).Costs(RequestClass.Search).WithName("SearchKeyword").WithSummary("The same as GET /search");
            search.MapPost("/keyword", KeywordPostAsync).Costs(RequestClass.Search).WithName("SearchKeywordPost").WithSummary("The same as POST /search");
            search.MapGet("/semantic", SemanticGetAsync).Costs(RequestClass.Semantic).WithName("SearchSemantic").WithSummary("Passages by meaning");
            search.MapPost("/semantic", SemanticPostAsync).Costs(RequestClass.Semantic).WithName("SearchSemanticPost").WithSummary("Passages by meaning, asked with a body");
            search.MapGet("/hybrid", HybridGetAsync).Costs(RequestClass.Semantic).WithName("SearchHybrid").WithSummary("Passages by word and meaning together");
            search.MapPost("/hybrid", HybridPostAsync).Costs(RequestClass.Semantic).WithName("SearchHybridPost").WithSummary("Passages by word and meaning together, asked with a body");
            search.MapPost("/context", ContextAsync).Costs(RequestClass.Semantic).WithName("SearchContext").WithSummary("Text that answers a question, for a language model to read")
                .WithDescription("The best passages over all files the caller may read, ranked by word and meaning, as one plain text of numbered sources within a token budget. "
                    + "Neighbouring passages of a file are joined; a text that stands in several files is given once.");
            search.MapIndexState();
            search.MapWhy();
            search.MapReindex();
        }
    }

    internal static Task<Ok<KeywordAnswer>> KeywordGetAsync(
        [Required, StringLength(SearchLimits.QueryLength), Description(SearchTexts.Query)] string? q,
        [FromQuery(Name = "share_id"), Description(SearchTexts.ShareId)] string? shareId,
        [FromQuery(Name = "file_type"), Description(SearchTexts.FileTypes)] string[]? fileType,
        [FromQuery(Name = "path_prefix"), Description(SearchTexts.PathPrefix)] string? pathPrefix,
        [FromQuery(Name = "modified_after"), Description(SearchTexts.ModifiedAfter)] DateTimeOffset? modifiedAfter,
        [FromQuery(Name = "modified_before"), Description(SearchTexts.ModifiedBefore)] DateTimeOffset? modifiedBefore,
        [FromQuery(Name = "folder_id"), Description(SearchTexts.FolderId)] string? folderId,
        Caller caller, DriveStore drive, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken,
        [Description(SearchTexts.Recursive)] bool recursive = true,
        [Range(1, SearchLimits.MaxLimit)] int limit = SearchLimits.DefaultLimit,
        [Range(0, SearchLimits.MaxOffset), Description(SearchTexts.Offset)] int offset = 0) =>
        KeywordInFolderAsync(
            caller,
            Request(caller, q, shareId, fileType, pathPrefix, limit, offset) with
            {
                ModifiedFrom = modifiedAfter,
                ModifiedTo = modifiedBefore,
                FolderId = folderId,
                Recursive = recursive,
            },
            drive, search, hydrator, cancellationToken);

    internal static Task<Ok<KeywordAnswer>> KeywordPostAsync(
        [FromBody] KeywordBody body, Caller caller, DriveStore drive, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken) =>
        KeywordInFolderAsync(
            caller,
            Request(caller, body, body.Limit ?? SearchLimits.DefaultLimit, body.Offset) with
            {
                MimeTypes = Patterns(body.MimeType, body.FileTypes),
                FolderId = body.FolderId,
                Recursive = body.Recursive ?? true,
            },
            drive, search, hydrator, cancellationToken);

    internal static Task<Ok<SemanticAnswer>> SemanticGetAsync(
        [Required, StringLength(SearchLimits.QueryLength), Description(SearchTexts.Query)] string? q,
        [FromQuery(Name = "share_id"), Description(SearchTexts.ShareId)] string? shareId,
        [FromQuery(Name = "file_type"), Description(SearchTexts.FileTypes)] string[]? fileType,
        [FromQuery(Name = "path_prefix"), Description(SearchTexts.PathPrefix)] string? pathPrefix,
        [FromQuery(Name = "modified_after"), Description(SearchTexts.ModifiedAfter)] DateTimeOffset? modifiedAfter,
        [FromQuery(Name = "modified_before"), Description(SearchTexts.ModifiedBefore)] DateTimeOffset? modifiedBefore,
        Caller caller, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken,
        [Range(1, SearchLimits.MaxPassages)] int limit = SearchLimits.DefaultPassages,
        [Range(0, SearchLimits.MaxOffset), Description(SearchTexts.Offset)] int offset = 0) =>
        SemanticAsync(
            caller,
            Request(caller, q, shareId, fileType, pathPrefix, limit, offset) with { ModifiedFrom = modifiedAfter, ModifiedTo = modifiedBefore },
            search, hydrator, cancellationToken);

    internal static Task<Ok<SemanticAnswer>> SemanticPostAsync(
        [FromBody] SemanticBody body, Caller caller, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken) =>
        SemanticAsync(caller, Request(caller, body, body.Limit ?? SearchLimits.DefaultPassages, body.Offset), search, hydrator, cancellationToken);

    internal static Task<Ok<HybridAnswer>> HybridGetAsync(
        [Required, StringLength(SearchLimits.QueryLength), Description(SearchTexts.Query)] string? q,
        [FromQuery(Name = "share_id"), Description(SearchTexts.ShareId)] string? shareId,
        [FromQuery(Name = "file_type"), Description(SearchTexts.FileTypes)] string[]? fileType,
        [FromQuery(Name = "path_prefix"), Description(SearchTexts.PathPrefix)] string? pathPrefix,
        [FromQuery(Name = "modified_after"), Description(SearchTexts.ModifiedAfter)] DateTimeOffset? modifiedAfter,
        [FromQuery(Name = "modified_before"), Description(SearchTexts.ModifiedBefore)] DateTimeOffset? modifiedBefore,
        Caller caller, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken,
        [Range(1, SearchLimits.MaxLimit)] int limit = SearchLimits.DefaultPassages,
        [Range(0, SearchLimits.MaxOffset), Description(SearchTexts.Offset)] int offset = 0,
        [Range(0.0, 1.0), Description(SearchTexts.Alpha)] double alpha = SearchLimits.DefaultAlpha) =>
        HybridAsync(
            caller,
            Request(caller, q, shareId, fileType, pathPrefix, limit, offset) with { ModifiedFrom = modifiedAfter, ModifiedTo = modifiedBefore, Alpha = alpha },
            search, hydrator, cancellationToken);

    internal static Task<Ok<HybridAnswer>> HybridPostAsync(
        [FromBody] HybridBody body, Caller caller, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken) =>
        HybridAsync(
            caller,
            Request(caller, body, body.Limit ?? SearchLimits.DefaultPassages, body.Offset) with { Alpha = body.Alpha ?? SearchLimits.DefaultAlpha },
            search, hydrator, cancellationToken);

    internal static async Task<Ok<ContextAnswerBody>> ContextAsync(
        [FromBody] ContextBody body, Caller caller, ContextService contexts, HitHydrator hydrator, CancellationToken cancellationToken)
    {
        var confined = await hydrator.ConfineAsync(caller, Request(caller, body, limit: 1, offset: 0), cancellationToken);
        var search = confined with { Alpha = body.Alpha ?? SearchLimits.DefaultAlpha };
        var request = new ContextRequest(search, body.MaxTokens ?? SearchLimits.DefaultContextTokens, body.MaxChunks ?? SearchLimits.DefaultContextChunks);
        var answer = await contexts.BuildAsync(request, (ids, stop) => hydrator.ReadableAsync(caller, ids, stop), cancellationToken);
        return TypedResults.Ok(ContextAnswerBody.From(search.Query, answer));
    }

    // Where a folder is, the drive knows; a folder that is not there holds nothing.
    private static async Task<Ok<KeywordAnswer>> KeywordInFolderAsync(
        Caller caller, SearchRequest request, DriveStore drive, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken)
    {
        request = await hydrator.ConfineAsync(caller, request, cancellationToken);
        if (request.FolderId is { } id)
        {
            request = await drive.FindFolderAsync(request.TenantId, id, cancellationToken) is { } folder
                ? request with { FolderShareId = folder.ShareId, FolderPath = folder.Path }
                : request with { AllowedShares = new HashSet<string>() };
        }

        return await KeywordAsync(caller, request, search, hydrator, cancellationToken);
    }

    private static async Task<Ok<KeywordAnswer>> KeywordAsync(
        Caller caller, SearchRequest request, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken)
    {
        var answer = await search.KeywordAsync(request, cancellationToken);
        var (hits, total) = await hydrator.HydrateAsync(caller, answer, cancellationToken);
        return TypedResults.Ok(new KeywordAnswer
        {
            Query = request.Query,
            Results = [.. hits.Select(KeywordItem.From)],
            Total = total,
            HasMore = answer.HasMore,
            Degraded = answer.Degraded,
        });
    }

    private static async Task<Ok<SemanticAnswer>> SemanticAsync(
        Caller caller, SearchRequest request, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken)
    {
        request = await hydrator.ConfineAsync(caller, request, cancellationToken);
        var answer = await search.SemanticAsync(request, cancellationToken);
        var (hits, total) = await hydrator.HydrateAsync(caller, answer, cancellationToken);
        return TypedResults.Ok(new SemanticAnswer
        {
            Query = request.Query,
            SemanticResults = [.. hits.Select(PassageItem.From)],
            Total = total,
            HasMore = answer.HasMore,
            Degraded = answer.Degraded,
        });
    }

    private static async Task<Ok<HybridAnswer>> HybridAsync(
        Caller caller, SearchRequest request, SearchService search, HitHydrator hydrator, CancellationToken cancellationToken)
    {
        request = await hydrator.ConfineAsync(caller, request, cancellationToken);
        var answer = await search.HybridAsync(request, cancellationToken);
        var (hits, total) = await hydrator.HydrateAsync(caller, answer, cancellationToken);
        return TypedResults.Ok(new HybridAnswer
        {
            Query = request.Query,
            HybridResults = [.. hits.Select(PassageItem.From)],
            Total = total,
            HasMore = answer.HasMore,
            Degraded = answer.Degraded,
        });
    }

    private static SearchRequest Request(Caller caller, FilterBody body, int limit, int? offset) =>
        Request(caller, body.Query, body.ShareId, body.FileTypes, body.PathPrefix, limit, offset ?? 0) with
        {
            ModifiedFrom = body.ModifiedAfter,
            ModifiedTo = body.ModifiedBefore,
        };

    internal static SearchRequest Request(
        Caller caller, string? query, string? shareId, IReadOnlyList<string>? fileTypes, string? pathPrefix, int limit, int offset) => new()
        {
            TenantId = caller.TenantId,
            Query = query!,
            ShareId = shareId,
            MimeTypes = fileTypes ?? [],
            PathPrefix = pathPrefix,
            Limit = limit,
            Offset = offset,
            // Nothing, until it is confined to what the caller may read.
            AllowedShares = new HashSet<string>(),
        };

    private static string[] Patterns(string? one, IReadOnlyList<string>? many) => one is null ? [.. many ?? []] : [one, .. many ?? []];
}
