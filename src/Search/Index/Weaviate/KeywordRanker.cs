using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Ranks files by their words. The rules are those of the local index; the scores are Weaviate's own BM25F.</summary>
internal sealed class KeywordRanker(WeaviateServer server)
{
    /// <summary>With so many files that have every word, files that have only some are left out. As in the local index.</summary>
    private const int EnoughComplete = 20;

    /// <summary>From this many words on, very common ones are left out when rarer ones remain. As in the local index.</summary>
    private const int LongQuery = 4;

    /// <summary>Common: in more than one of so many files. As in the local index.</summary>
    private const int CommonShare = 2;

    /// <summary>Below this many files nothing is common. As in the local index.</summary>
    private const int FewFiles = 1_000;

    // So many files are asked for the words that begin as typed, and so many of these are compared.
    private const int FilesForWords = 10;
    private const int MostCompletions = 40;

    // A word in the name says more about a file than a word in its text.
    private const string Properties = "[\"name^3\",\"content\"]";

    private readonly ConcurrentDictionary<(string Tenant, string Word), (int Files, int Having)> _counts = new();

    /// <summary>The query, very common words left out.</summary>
    internal async Task<KeywordQuery> ReadAsync(string tenant, IReadOnlyList<QueryTerm> terms, CancellationToken cancellationToken)
    {
        if (terms.Count < LongQuery)
            return new(terms);
        var files = await server.CountAsync(Collections.Files, tenant, null, cancellationToken);
        if (files < FewFiles)
            return new(terms);
        var having = await Task.WhenAll(terms.Select(term =>
            KeywordQuery.MayBeLeftOut(term) ? HavingAsync(tenant, term, files, cancellationToken) : Task.FromResult(0)));
        var rare = terms.Where((_, i) => having[i] <= files / CommonShare).ToList();
        // Words that no file has do not count as others that remain.
        var without = terms.Where((term, i) => having[i] == 0 && KeywordQuery.MayBeLeftOut(term)).Count();
        return new(rare.Count - without >= 2 ? rare : terms);
    }

    /// <param name="tenant">The tenant's name there.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="filter">What may be found.</param>
    /// <param name="request">Which part of the ranking.</param>
    /// <param name="termsOf">The index terms of words as written.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<Ranking> RankAsync(
        string tenant, KeywordQuery query, SearchFilter filter, EngineRequest request, Func<string, Task<IReadOnlyList<QueryTerm>>> termsOf,
        CancellationToken cancellationToken)
    {
        if (query.TermCount == 0 || filter.IsEmpty)
            return new([], 0);
        var complete = filter.And(query.All);
        var matching = complete;
        var total = await server.CountAsync(Collections.Files, tenant, matching, cancellationToken);
        if (query.TermCount > 1 && total < EnoughComplete)
        {
            matching = filter.And(query.Any);
            total = await server.CountAsync(Collections.Files, tenant, matching, cancellationToken);
        }

        // More than the server gives out cannot be reached, so it is not promised.
        total = Math.Min(total, WeaviateServer.MaximumResults);
        if (request.Offset >= total)
            return new([], total);
        if (query.HasBeginning)
            query = await CompleteAsync(tenant, query, matching, termsOf, cancellationToken);
        var window = await Windows.ReadAsync<RankedFile>(
            request, file => file.FileId, size => FirstAsync(tenant, query, NameKey.Of(request.Search.Query), filter, complete, matching, size, cancellationToken));
        return new([.. window.Items.Skip(request.Offset).Take(request.Limit)], total);
    }

    private async Task<Window<RankedFile>> FirstAsync(
        string tenant, KeywordQuery query, string key, SearchFilter filter, Where complete, Where matching, int size, CancellationToken cancellationToken)
    {
        var ranked = new List<RankedFile>();
        if (query.Ranked is { Length: > 0 } words)
        {
            var bm25 = $"bm25:{{query:{GraphText.Quote(words)},properties:{Properties}}},";
            var found = await server.GetAsync(
                Collections.Files, tenant, $"{bm25}{WeaviateServer.WhereArgument(matching)}limit:{size}", "fileId _additional{score}", cancellationToken);
            ranked.AddRange(found.Select(file => new RankedFile((string)file["fileId"]!, ScoreOf(file), null, null))
                .OrderByDescending(file => file.Score).ThenBy(file => FileOrder.Of(file.FileId)));
        }

        if (query.HasBeginning)
            await AddFoundByBeginningAsync(tenant, query, filter, complete, matching, size, ranked, cancellationToken);
        await PutNamedFirstAsync(tenant, key, matching, size, ranked, cancellationToken);
        return new(ranked, ranked.Count < size);
    }

    // Weaviate does not tell which words it holds, but some of the files found do: with these words BM25 ranks the others too.
    private async Task<KeywordQuery> CompleteAsync(
        string tenant, KeywordQuery query, Where matching, Func<string, Task<IReadOnlyList<QueryTerm>>> termsOf, CancellationToken cancellationToken)
    {
        var arguments = $"{WeaviateServer.WhereArgument(matching)}sort:[{{path:[\"fileId\"],order:asc}}],limit:{FilesForWords}";
        var files = await server.GetAsync(Collections.Files, tenant, arguments, "nameForms contentForms", cancellationToken);
        var words = files.SelectMany(file => $"{(string?)file["nameForms"]} {(string?)file["contentForms"]}".Split(' ').Where(query.IsCompletedBy).Distinct())
            .GroupBy(word => word, StringComparer.Ordinal).OrderByDescending(word => word.Count()).ThenBy(word => word.Key, StringComparer.Ordinal)
            .Take(MostCompletions).Select(word => word.Key);
        var terms = await termsOf(string.Join(' ', words));
        return new(query.Terms, [.. terms.SelectMany(term => term.Alternatives.SelectMany(alternative => alternative)).Distinct(StringComparer.Ordinal)]);
    }

    // Who types the name of a file wants that file. As in the local index.
    private async Task PutNamedFirstAsync(
        string tenant, string key, Where matching, int size, List<RankedFile> ranked, CancellationToken cancellationToken)
    {
        if (key.Length == 0)
            return;
        var named = Where.All(Where.Any(Where.Equal("nameKey", key), Where.Equal("titleKey", key)), matching);
        var arguments = $"{WeaviateServer.WhereArgument(named)}sort:[{{path:[\"fileId\"],order:asc}}],limit:{size}";
        var found = (await server.GetAsync(Collections.Files, tenant, arguments, "fileId nameKey", cancellationToken))
            .ToDictionary(file => (string)file["fileId"]!, file => (string?)file["nameKey"] == key, StringComparer.Ordinal);
        if (found.Count == 0)
            return;
        var best = ranked.Count > 0 ? ranked[0].Score : 0;
        var known = ranked.Where(file => found.ContainsKey(file.FileId)).ToDictionary(file => file.FileId, file => file.Score, StringComparer.Ordinal);
        var raised = found.Select(file => new RankedFile(file.Key, known.GetValueOrDefault(file.Key) + best * (file.Value ? 2 : 1), null, null))
            .OrderByDescending(file => file.Score).ThenBy(file => FileOrder.Of(file.FileId));
        List<RankedFile> order = [.. raised, .. ranked.Where(file => !found.ContainsKey(file.FileId))];
        ranked.Clear();
        ranked.AddRange(order.Take(size));
    }

    // Not every completion is known. Files that have everything asked for come first for that; files found by an unknown
    // one alone come last, those with such a name before the others.
    private async Task AddFoundByBeginningAsync(
        string tenant, KeywordQuery query, SearchFilter filter, Where complete, Where matching, int size, List<RankedFile> ranked,
        CancellationToken cancellationToken)
    {
        if (matching != complete)
            await RaiseAsync(tenant, complete, size, ranked, cancellationToken);
        if (ranked.Count < size)
            await AddUnrankedAsync(tenant, Where.All(filter.And(query.BeginningInName), matching), size, ranked, cancellationToken);
        if (ranked.Count < size)
            await AddUnrankedAsync(tenant, matching, size, ranked, cancellationToken);
    }

    // There are fewer of them than EnoughComplete, or the others were not looked for.
    private async Task RaiseAsync(string tenant, Where complete, int size, List<RankedFile> ranked, CancellationToken cancellationToken)
    {
        var found = new List<RankedFile>();
        await AddUnrankedAsync(tenant, complete, EnoughComplete, found, cancellationToken);
        var top = ranked.Count > 0 ? ranked[0].Score : 0;
        var ids = found.Select(file => file.FileId).ToHashSet(StringComparer.Ordinal);
        var known = ranked.Where(file => ids.Contains(file.FileId)).Select(file => file with { Score = file.Score + top }).ToList();
        var raised = known.Concat(found.ExceptBy(known.Select(file => file.FileId), file => file.FileId))
            .Concat(ranked.Where(file => !ids.Contains(file.FileId))).Take(size).ToList();
        ranked.Clear();
        ranked.AddRange(raised);
    }

    private async Task AddUnrankedAsync(string tenant, Where where, int size, List<RankedFile> ranked, CancellationToken cancellationToken)
    {
        var arguments = $"{WeaviateServer.WhereArgument(where)}sort:[{{path:[\"fileId\"],order:asc}}],limit:{size}";
        var known = ranked.Select(file => file.FileId).ToHashSet(StringComparer.Ordinal);
        foreach (var file in await server.GetAsync(Collections.Files, tenant, arguments, "fileId", cancellationToken))
        {
            var fileId = (string)file["fileId"]!;
            if (ranked.Count < size && known.Add(fileId))
                ranked.Add(new(fileId, 0, null, null));
        }
    }

    private async Task<int> HavingAsync(string tenant, QueryTerm term, int files, CancellationToken cancellationToken)
    {
        // Kept until the index has changed by a tenth.
        if (_counts.TryGetValue((tenant, term.Expression), out var known) && Math.Abs(known.Files - files) <= files / 10)
            return known.Having;
        var having = await server.CountAsync(Collections.Files, tenant, KeywordQuery.Condition(term), cancellationToken);
        if (_counts.Count > 10_000)
            _counts.Clear();
        _counts[(tenant, term.Expression)] = (files, having);
        return having;
    }

    // The score comes as text.
    private static double ScoreOf(JsonObject file) => file["_additional"]?["score"] switch
    {
        JsonValue value when value.TryGetValue<double>(out var number) => number,
        JsonValue value when value.TryGetValue<string>(out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => 0,
    };
}
