using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Brings some files of a tenant to the state the tables hold. Doing it twice changes nothing.</summary>
/// <remarks>
/// Chunks are written before their file: the file's object says which revision is complete, so an interrupted part is seen and done again.
/// </remarks>
internal sealed partial class PartWriter(IndexFeed feed, TextAnalysis analysis, WeaviateState state, WeaviateServer server, ILogger log)
{
    private const int ObjectsPerBatch = 100;
    private const int CharactersPerBatch = 4_000_000;
    private const int FilesPerCondition = 50;
    private const int PatchesAtOnce = 8;

    // So often is a file tried before the others stop waiting for it.
    private const int MostAttempts = 5;

    private readonly ConcurrentDictionary<(string Tenant, string FileId), int> _attempts = new();

    internal Action<string>? Step { get; set; }

    internal async Task ApplyAsync(
        string tenantId, IReadOnlyList<string> ids, IReadOnlyDictionary<string, FeedFile> files, WriterClaim claim, CancellationToken cancellationToken)
    {
        var tenant = Collections.TenantOf(tenantId);
        var known = await KnownAsync(tenant, ids, cancellationToken);
        // Also those whose own object is not there: an interrupted part may have left chunks of them.
        await RemoveAsync(tenant, [.. ids.Where(id => !files.ContainsKey(id))], claim, cancellationToken);

        var present = ids.Where(files.ContainsKey).Select(id => files[id]).ToList();
        var changed = present.Where(file => known.GetValueOrDefault(file.File.FileId)?.Revision != FileObject.Revision(file.Revision)).ToList();
        await ReplaceAsync(tenantId, changed, claim, cancellationToken);

        foreach (var file in present.Except(changed).Where(file => !known[file.File.FileId].HasPlaceOf(file.File)))
            await MoveAsync(tenantId, file, known[file.File.FileId], claim, cancellationToken);
    }

    private async Task<Dictionary<string, KnownFile>> KnownAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var arguments = $"{WeaviateServer.WhereArgument(Where.ContainsAny("fileId", ids))}limit:{ids.Count}";
        var found = await server.GetAsync(Collections.Files, tenant, arguments, FileObject.KnownFields, cancellationToken);
        return found.ToDictionary(file => (string)file["fileId"]!, KnownFile.Of, StringComparer.Ordinal);
    }

    private async Task RemoveAsync(string tenant, IReadOnlyList<string> ids, WriterClaim claim, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return;
        // The file last: while it is there, a crash in between is seen and the removal done again.
        foreach (var collection in await ChunkCollectionsAsync(tenant, cancellationToken))
        {
            await server.DeleteAsync(collection, tenant, Where.ContainsAny("fileId", ids), claim.RenewAsync, cancellationToken);
            Step?.Invoke("chunks deleted");
        }

        await server.DeleteAsync(Collections.Files, tenant, Where.ContainsAny("fileId", ids), claim.RenewAsync, cancellationToken);
    }

    private async Task ReplaceAsync(
        string tenantId, List<FeedFile> files, WriterClaim claim, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return;
        var tenant = Collections.TenantOf(tenantId);
        var contents = await feed.ContentsAsync(tenantId, [.. files.Select(file => file.File.FileId)], cancellationToken);
        var stems = await analysis.LearnAsync(files.SelectMany(file => TextsOf(file, contents)), cancellationToken);
        // Those that are gone since their rows were read are missing: their removal is in the log.
        var present = files.Where(file => contents.ContainsKey(file.File.FileId)).Select(file => (File: file, Content: contents[file.File.FileId])).ToList();
        // Before the files can be found: queries must know that language.
        await state.AddLanguagesAsync(tenantId, present.Select(file => file.Content.Language).ToHashSet(), cancellationToken);
        var batch = new Batch(server, claim);
        var collections = new Dictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (file, content) in present)
            collections[file.File.FileId] = await AddChunksAsync(tenantId, file, content, batch, claim, cancellationToken);
        await batch.SendAsync(cancellationToken);
        Step?.Invoke("chunks written");
        // A file whose chunks were refused is not marked as complete; without its object it is tried again.
        var complete = present.Where(file => !batch.Refused.ContainsKey(file.File.File.FileId)).ToList();
        await DropOldChunksAsync(
            tenant, [.. complete.Select(file => (file.File.File.FileId, FileObject.Revision(file.Content.Revision)))], claim, cancellationToken);
        Step?.Invoke("old chunks dropped");
        foreach (var (file, content) in complete)
        {
            var text = content.Chunks.Sum(chunk => chunk.Text.Length);
            await batch.AddAsync(
                file.File.FileId, FileObject.Of(tenantId, file, content, collections[file.File.FileId], stems), text * 4, cancellationToken);
        }

        await batch.SendAsync(cancellationToken);
        Step?.Invoke("files written");
        await AnswerForAsync(tenantId, [.. present.Select(file => file.File.File.FileId)], batch.Refused, cancellationToken);
    }

    private async Task<SortedSet<string>> AddChunksAsync(
        string tenantId, FeedFile file, FeedContent content, Batch batch, WriterClaim claim, CancellationToken cancellationToken)
    {
        var collections = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var chunk in content.Chunks)
        {
            foreach (var (model, vector) in chunk.Vectors.Where(one => one.Vector.Length > 0))
            {
                var collection = Collections.ChunksOf(model, vector.Length);
                if (collections.Add(collection))
                    await EnsureAsync(collection, Collections.TenantOf(tenantId), claim, cancellationToken);
                await batch.AddAsync(
                    file.File.FileId, FileObject.OfChunk(collection, tenantId, file, content.Revision, chunk.Index, vector), vector.Length * 12,
                    cancellationToken);
            }
        }

        return collections;
    }

    private static IEnumerable<(string Text, string? Language)> TextsOf(FeedFile file, Dictionary<string, FeedContent> contents) =>
        contents.TryGetValue(file.File.FileId, out var content)
            ? content.Chunks.Select(chunk => (chunk.Text, content.Language)).Prepend((file.File.Name, content.Language))
            : [];

    // Chunks of an earlier revision, and those of models whose vectors the file no longer has.
    private async Task DropOldChunksAsync(
        string tenant, IReadOnlyList<(string FileId, string Revision)> files, WriterClaim claim, CancellationToken cancellationToken)
    {
        foreach (var collection in await ChunkCollectionsAsync(tenant, cancellationToken))
        {
            foreach (var some in files.Chunk(FilesPerCondition))
            {
                await server.DeleteAsync(
                    collection, tenant,
                    Where.Any(some.Select(file => Where.All(Where.Equal("fileId", file.FileId), Where.NotEqual("revision", file.Revision)))),
                    claim.RenewAsync, cancellationToken);
            }
        }
    }

    // Neither text nor vectors are sent again.
    private async Task MoveAsync(string tenantId, FeedFile file, KnownFile known, WriterClaim claim, CancellationToken cancellationToken)
    {
        var tenant = Collections.TenantOf(tenantId);
        var place = FileObject.FiltersOf(file.File);
        foreach (var collection in known.Collections)
        {
            foreach (var some in Enumerable.Range(0, file.ChunkCount).Chunk(PatchesAtOnce))
            {
                await claim.RenewAsync(cancellationToken);
                await Task.WhenAll(some.Select(index => server.PatchAsync(
                    collection, tenant, ObjectId.OfChunk(tenantId, file.File.FileId, index, collection), (JsonObject)place.DeepClone(), cancellationToken)));
            }
        }

        Step?.Invoke("chunks moved");
        var stems = await analysis.LearnAsync([(file.File.Name, known.Language)], cancellationToken);
        await claim.RenewAsync(cancellationToken);
        await server.PatchAsync(
            Collections.Files, tenant, ObjectId.OfFile(tenantId, file.File.FileId), FileObject.Renamed(file.File, known.Language, stems), cancellationToken);
    }

    private async Task EnsureAsync(string collection, string tenant, WriterClaim claim, CancellationToken cancellationToken)
    {
        if (await server.HasTenantAsync(collection, tenant, cancellationToken))
            return;
        await claim.RenewAsync(cancellationToken);
        if ((await server.CollectionsAsync(cancellationToken)).All(found => found.Name != collection))
            await server.CreateCollectionAsync(collection, cancellationToken);
        if (!await server.HasTenantAsync(collection, tenant, cancellationToken))
            await server.AddTenantAsync(collection, tenant, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ChunkCollectionsAsync(string tenant, CancellationToken cancellationToken)
    {
        var collections = new List<string>();
        foreach (var (name, _) in await server.CollectionsAsync(cancellationToken))
        {
            if (name.StartsWith(Collections.ChunksPrefix, StringComparison.Ordinal) && await server.HasTenantAsync(name, tenant, cancellationToken))
                collections.Add(name);
        }

        return collections;
    }

    private async Task AnswerForAsync(
        string tenantId, string[] written, Dictionary<string, string> refused, CancellationToken cancellationToken)
    {
        var accepted = written.Where(id => !refused.ContainsKey(id)).ToArray();
        foreach (var id in accepted)
            _attempts.TryRemove((tenantId, id), out _);
        await state.AcceptAsync(tenantId, accepted, cancellationToken);
        if (refused.Count == 0)
            return;
        var waiting = refused.Where(file => _attempts.AddOrUpdate((tenantId, file.Key), 1, (_, attempts) => attempts + 1) < MostAttempts).ToList();
        if (waiting.Count > 0)
            throw new WeaviateException($"Weaviate refused {refused.Count} files of {tenantId}, such as {waiting[0].Key}: {waiting[0].Value}");
        foreach (var (id, message) in refused)
        {
            LogRefused(tenantId, id, message);
            await state.RefuseAsync(tenantId, id, message, cancellationToken);
            _attempts.TryRemove((tenantId, id), out _);
        }
    }

    [LoggerMessage(LogLevel.Error, "Weaviate refuses file {FileId} of {TenantId}; it is not found until it changes or the index is built anew: {Reason}")]
    private partial void LogRefused(string tenantId, string fileId, string reason);

    // Sends what it is given as soon as that is enough for a request: the vectors of a long file would not fit into memory as JSON.
    private sealed class Batch(WeaviateServer server, WriterClaim claim)
    {
        private readonly List<(string FileId, JsonObject Object)> _items = [];
        private int _size;

        /// <summary>Why objects of a file were not taken, by file.</summary>
        internal Dictionary<string, string> Refused { get; } = new(StringComparer.Ordinal);

        internal async Task AddAsync(string fileId, JsonObject item, int size, CancellationToken cancellationToken)
        {
            if (_items.Count == ObjectsPerBatch || (_items.Count > 0 && _size + size > CharactersPerBatch))
                await SendAsync(cancellationToken);
            _items.Add((fileId, item));
            _size += size;
        }

        internal async Task SendAsync(CancellationToken cancellationToken)
        {
            if (_items.Count == 0)
                return;
            await claim.RenewAsync(cancellationToken);
            foreach (var (id, message) in await server.PutAsync([.. _items.Select(item => item.Object)], cancellationToken))
                Refused[_items.First(item => (string?)item.Object["id"] == id.ToString()).FileId] = message;
            _items.Clear();
            _size = 0;
        }
    }
}
