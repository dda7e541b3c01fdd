using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index.Local;

/// <summary>The index files of this process, one folder per tenant, and the search engine over them.</summary>
/// <remarks>
/// A copy of what PostgreSQL holds: when a folder is missing, damaged, too old or of another database, it is rebuilt from there.
/// The data directory belongs to one process; a second one is refused.
/// </remarks>
public sealed partial class LocalIndex : ISearchEngine, IFollowingIndex, IFollowsLog, IDisposable
{
    private const int RowsPerBatch = 500;
    private const int ChunksPerBatch = 2_000;

    private readonly SearchOptions _options;
    private readonly ILogger<LocalIndex> _log;
    private readonly TimeProvider _time;
    private readonly IndexFeed _feed;
    private readonly TextAnalysis _analysis;
    private readonly ConcurrentDictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);
    private readonly Lock _directoryLock = new();
    private FileStream? _directoryOwner;
    private volatile bool _isDisposed;

    /// <summary>Names the files; nothing is opened before the first use.</summary>
    public LocalIndex(Database database, SearchOptions options, TimeProvider time, ILogger<LocalIndex> log) =>
        (_feed, _analysis, _options, _time, _log) = (new(database), new(database), options, time, log);

    /// <summary>For tests: see <see cref="TenantIndex.Step"/>.</summary>
    internal Action<string>? Step { get; set; }

    /// <summary>Tenants that have anything indexed.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken) => _feed.TenantsAsync(cancellationToken);

    /// <summary>Applies everything the log of a tenant holds by now; rebuilds the index first when it cannot follow.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    /// <exception cref="IOException">The data directory belongs to another process, or cannot be written.</exception>
    public async Task CatchUpAsync(string tenantId, CancellationToken cancellationToken)
    {
        var tenant = TenantOf(tenantId);
        await tenant.Turn.WaitAsync(cancellationToken);
        try
        {
            OwnDirectory();
            await CatchUpAsync(tenantId, tenant, cancellationToken);
        }
        finally
        {
            tenant.Turn.Release();
        }
    }

    /// <inheritdoc />
    public async Task<long?> BehindAsync(string tenantId, CancellationToken cancellationToken) =>
        TenantOf(tenantId).Index is { Position: { BuiltThrough: null } position }
            ? await _feed.CountAfterAsync(tenantId, position.Cursor, cancellationToken)
            : null;

    /// <inheritdoc />
    public Task<Ranking> KeywordAsync(EngineRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, (index, terms) => index.Keyword(request, terms), cancellationToken);

    /// <inheritdoc />
    public Task<Ranking> SemanticAsync(EngineRequest request, string model, ReadOnlyMemory<float> query, CancellationToken cancellationToken) =>
        AnswerAsync(request.Search.TenantId, index => index.SemanticAsync(request, model, query.Span).WaitAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<RankedChunk>> RankChunksAsync(
        EngineRequest request, string? model, ReadOnlyMemory<float> query, CancellationToken cancellationToken) =>
        model is null
            ? AnswerAsync(request, (index, terms) => index.ChunksByWords(request, terms), cancellationToken)
            : AnswerAsync(request.Search.TenantId, index => index.ChunksByMeaning(request, model, query.Span), cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<SearchHit>> LoadAsync(
        EngineRequest request, IReadOnlyList<RankedFile> files, CancellationToken cancellationToken)
    {
        var (hits, terms) = await AnswerAsync(request, (index, terms) => index.Load(files, terms), cancellationToken);
        var stems = await LearnAsync(hits.Where(hit => hit.Hit.ChunkContent is not null).Select(hit => (hit.Hit.ChunkContent!, hit.Language)), cancellationToken);
        return [.. hits.Select(hit => WithSnippet(hit.Hit, terms, hit.Language, stems))];
    }

    /// <inheritdoc />
    public Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            OwnDirectory();
            foreach (var tenant in _tenants.Values)
            {
                if (tenant.Index is not { } index)
                    continue;
                if (index.IsBroken)
                    return Task.FromResult(false);
                index.Probe();
            }

            return Task.FromResult(true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SqliteException or ObjectDisposedException)
        {
            return Task.FromResult(false);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var tenant in _tenants.Values)
        {
            tenant.Turn.Wait();
            try
            {
                tenant.Index?.Dispose();
                tenant.Index = null;
            }
            finally
            {
                tenant.Turn.Release();
            }
        }

        lock (_directoryLock)
            _directoryOwner?.Dispose();
    }

    /// <summary>The folder of a tenant's files.</summary>
    internal string DirectoryOf(string tenantId)
    {
        // Ids come from us, but a folder name must not depend on that.
        var name = PlainName().IsMatch(tenantId)
            ? tenantId
            : "x" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tenantId)));
        return Path.Combine(_options.DataDirectory, name);
    }

    [GeneratedRegex("^[a-z0-9_]{1,64}$")]
    private static partial Regex PlainName();

    private Tenant TenantOf(string tenantId) => _tenants.GetOrAdd(tenantId, _ => new());

    private async Task<T> AnswerAsync<T>(
        EngineRequest request, Func<TenantIndex, IReadOnlyList<QueryTerm>, T> search, CancellationToken cancellationToken)
    {
        var tenantId = request.Search.TenantId;
        var languages = await AnswerAsync(tenantId, index => index.Languages(), cancellationToken);
        var terms = await TermsAsync(request.Search.Query, languages, cancellationToken);
        return await AnswerAsync(tenantId, index => search(index, terms), cancellationToken);
    }

    private Task<T> AnswerAsync<T>(string tenantId, Func<TenantIndex, T> search, CancellationToken cancellationToken) =>
        AnswerAsync(tenantId, index => Task.FromResult(search(index)), cancellationToken);

    private async Task<T> AnswerAsync<T>(string tenantId, Func<TenantIndex, Task<T>> search, CancellationToken cancellationToken)
    {
        var index = await ReadyAsync(tenantId, cancellationToken);
        try
        {
            return await search(index);
        }
        catch (Exception fault) when (fault is SqliteException or InvalidDataException or IOException or ObjectDisposedException)
        {
            throw new IndexUnavailableException(tenantId, $"The index of {tenantId} cannot be read: {fault.Message}", fault);
        }
    }

    // Without the database's stemmers a word is still found as it is spelled: the index knows the spellings and their terms.
    private async Task<IReadOnlyList<QueryTerm>> TermsAsync(
        string query, IReadOnlyList<string?> languages, CancellationToken cancellationToken)
    {
        try
        {
            return await _analysis.QueryAsync(query, languages, cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            LogNoStems(fault);
            return QueryText.Parse(query);
        }
    }

    private async Task<TextStems> LearnAsync(IEnumerable<(string Text, string? Language)> texts, CancellationToken cancellationToken)
    {
        try
        {
            return await _analysis.LearnAsync(texts, cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            LogNoStems(fault);
            return TextStems.None;
        }
    }

    private static SearchHit WithSnippet(SearchHit hit, IReadOnlyList<QueryTerm> terms, string? language, TextStems stems)
    {
        if (hit.ChunkContent is null)
            return hit;
        var (snippet, highlights) = Snippet.Of(hit.ChunkContent, terms, language, stems);
        return hit with { Snippet = snippet, Highlights = highlights };
    }

    private async Task<TenantIndex> ReadyAsync(string tenantId, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (TenantOf(tenantId).Index is { IsBroken: false, Position.BuiltThrough: null } ready)
            return ready;
        try
        {
            await CatchUpAsync(tenantId, cancellationToken).WaitAsync(_options.ReadyTimeout, _time, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new IndexUnavailableException(tenantId, $"The index of {tenantId} is not ready: {fault.Message}", fault);
        }

        return TenantOf(tenantId).Index ?? throw new IndexUnavailableException(tenantId, $"The index of {tenantId} was closed.");
    }

    // From here on the caller holds the tenant's turn.
    private async Task CatchUpAsync(string tenantId, Tenant tenant, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (true)
        {
            var index = tenant.Index;
            if (index is { IsDamaged: true })
                index = null;
            else if (index is null or { IsBroken: true })
                index = Open(tenantId, tenant);
            // Read before the position: whatever is cut off in between, the position tells.
            var cursor = index?.Position.Cursor ?? 0;
            var log = index is null ? [] : await _feed.ReadLogAsync(tenantId, cursor, RowsPerBatch, cancellationToken);
            var position = await _feed.PositionAsync(tenantId, cancellationToken);
            if (index is null || MustRebuild(index.Position, position))
            {
                Rebuild(tenantId, tenant, position);
                continue;
            }

            if (index.Position.BuiltThrough is not null)
                await BuildAsync(tenantId, index, cancellationToken);
            else if (log.Count == 0)
                return;
            else
                await FollowAsync(tenantId, index, log, cancellationToken);
        }
    }

    private static bool MustRebuild(IndexPosition index, FeedPosition feed) =>
        index.DatabaseId != feed.DatabaseId || index.Cursor < feed.PrunedThrough || index.Cursor > feed.LastNumber;

    private TenantIndex? Open(string tenantId, Tenant tenant)
    {
        tenant.Index?.Dispose();
        tenant.Index = TenantIndex.Open(DirectoryOf(tenantId));
        if (tenant.Index is { } opened)
            opened.Step = Step;
        return tenant.Index;
    }

    private void Rebuild(string tenantId, Tenant tenant, FeedPosition position)
    {
        LogRebuild(tenantId, position.End);
        tenant.Index?.Dispose();
        tenant.Index = null;
        tenant.Index = TenantIndex.Create(DirectoryOf(tenantId), position.DatabaseId, position.End);
        tenant.Index.Step = Step;
    }

    // Every file that changes meanwhile is in the log behind the cursor, so the tables may be read in many small steps.
    private async Task BuildAsync(string tenantId, TenantIndex index, CancellationToken cancellationToken)
    {
        while (index.Position.BuiltThrough is { } after)
        {
            var ids = await _feed.FilesAfterAsync(tenantId, after, RowsPerBatch, cancellationToken);
            var end = index.Position with { BuiltThrough = ids.Count < RowsPerBatch ? null : ids[^1] };
            await ApplyAsync(tenantId, index, ids, end, cancellationToken);
        }
    }

    private Task FollowAsync(
        string tenantId, TenantIndex index, IReadOnlyList<(long Number, string FileId)> log, CancellationToken cancellationToken)
    {
        var ids = log.Select(row => row.FileId).Distinct(StringComparer.Ordinal).ToList();
        return ApplyAsync(tenantId, index, ids, index.Position with { Cursor = log[^1].Number }, cancellationToken);
    }

    // In parts that fit into memory; the position moves with the last part, and a part applied twice does no harm.
    private async Task ApplyAsync(
        string tenantId, TenantIndex index, IReadOnlyList<string> ids, IndexPosition end, CancellationToken cancellationToken)
    {
        var files = (await _feed.FilesAsync(tenantId, [.. ids], cancellationToken)).ToDictionary(file => file.File.FileId, StringComparer.Ordinal);
        var revisions = index.RevisionsOf(ids);
        var part = new List<string>();
        var chunks = 0;
        foreach (var id in ids)
        {
            part.Add(id);
            chunks += files.TryGetValue(id, out var file) && file.Revision != revisions.GetValueOrDefault(id) ? file.ChunkCount : 0;
            if (chunks < ChunksPerBatch)
                continue;
            await ApplyPartAsync(index.Position);
            part.Clear();
            chunks = 0;
        }

        await ApplyPartAsync(end);

        async Task ApplyPartAsync(IndexPosition position)
        {
            var changed = part.Where(id => files.TryGetValue(id, out var file) && file.Revision != revisions.GetValueOrDefault(id)).ToArray();
            var contents = await _feed.ContentsAsync(tenantId, changed, cancellationToken);
            if (!_options.LocalVectors)
                contents = contents.ToDictionary(content => content.Key, content => content.Value.WithoutVectors(), StringComparer.Ordinal);
            var changes = part.Select(id => new FileChange(id, files.GetValueOrDefault(id), contents.GetValueOrDefault(id))).ToList();
            var stems = await _analysis.LearnAsync(changes.SelectMany(index.TextsOf), cancellationToken);
            index.Apply(changes, position, stems);
        }
    }

    private void OwnDirectory()
    {
        lock (_directoryLock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_directoryOwner is not null)
                return;
            Directory.CreateDirectory(_options.DataDirectory);
            try
            {
                _directoryOwner = new(Path.Combine(_options.DataDirectory, "index.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException fault)
            {
                throw new IOException(
                    $"Another process uses the search data directory {_options.DataDirectory}. Give each process its own {nameof(SearchOptions.DataDirectory)}.", fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Building the index of {TenantId} from the database, up to log number {Number}")]
    private partial void LogRebuild(string tenantId, long number);

    [LoggerMessage(LogLevel.Warning, "The stemmers of the database cannot be asked; words are searched as they are spelled")]
    private partial void LogNoStems(Exception fault);

    private sealed class Tenant
    {
        internal SemaphoreSlim Turn { get; } = new(1);

        internal volatile TenantIndex? Index;
    }
}
