using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Drive;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>Searches for the page. Trouble becomes a sentence on the page, not an error.</summary>
internal sealed class PageSearch(SearchService search, HitHydrator hydrator, ILogger<PageSearch> log)
{
    internal const int MaxOffset = SearchLimits.MaxOffset;

    internal async Task<SearchResults> FindAsync(Caller caller, string query, string mode, int offset, CancellationToken cancellationToken)
    {
        var results = new SearchResults { Query = query, Mode = mode, Offset = offset };
        if (query.Length > SearchLimits.QueryLength)
            return results with { Problem = $"A search holds at most {SearchLimits.QueryLength} characters." };

        var request = SearchEndpoints.Request(caller, query, shareId: null, fileTypes: null, pathPrefix: null, SearchResults.PageSize, offset);
        try
        {
            request = await hydrator.ConfineAsync(caller, request, cancellationToken);
            var answer = mode switch
            {
                SearchModes.Keyword => await search.KeywordAsync(request, cancellationToken),
                SearchModes.Semantic => await search.SemanticAsync(request, cancellationToken),
                _ => await search.HybridAsync(request, cancellationToken),
            };
            var (hits, total) = await hydrator.HydrateAsync(caller, answer, cancellationToken);
            return results with
            {
                Hits = [.. hits.Select(Hit)],
                Total = total,
                HasMore = answer.HasMore,
                Degraded = answer.Degraded is null ? null : "Search by meaning is not available now; these files were found by their words.",
            };
        }
        catch (EmbeddingUnavailableException fault)
        {
            log.LogWarning("The page could not search by meaning: {Reason}", fault.Message);
            return results with { Problem = "Search by meaning is not available now: the embedding service does not answer. Search by words works." };
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested) // the rest of the page must still show
        {
            log.LogWarning(fault, "The page could not search");
            return results with { Problem = "The search index does not answer now. It may still be starting; try again in a moment." };
        }
    }

    private static PageHit Hit(FoundFile found) => new(
        found.File, found.Hit.Score, found.Hit.Page, found.Hit.Section, SnippetPart.Split(found.Hit.Snippet, found.Hit.Highlights));
}
