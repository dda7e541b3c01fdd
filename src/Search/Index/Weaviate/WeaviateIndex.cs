using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Keeps the index in Weaviate in step with the log of each tenant. One process writes for a tenant at a time.</summary>
/// <remarks>
/// The position stands on both sides. PostgreSQL's is moved last; Weaviate's tells a server that was emptied, restored from a backup
/// or filled by another database, and then everything is built anew from the tables. While the server is away nothing moves: the
/// log waits, and when it has been cut off meanwhile the index is built anew.
/// </remarks>
internal sealed partial class WeaviateIndex(
    IndexFeed feed, TextAnalysis analysis, WeaviateState state, WeaviateServer server, WeaviateOptions options, TimeProvider time,
    ILogger<WeaviateIndex> log) : IFollowingIndex
{
    private const int RowsPerBatch = 200;
    private const int ChunksPerPart = 1_000;

    // Looking at the server without a reason costs a request per tenant and poll.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _checkedAt = new(StringComparer.Ordinal);
    private readonly PartWriter _parts = new(feed, analysis, state, server, log);

    /// <summary>For tests: called between the steps of a part; may throw to play a crash.</summary>
    internal Action<string>? Step
    {
        set => _parts.Step = value;
    }

    public Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken) => feed.TenantsAsync(cancellationToken);

    /// <inheritdoc />
    /// <exception cref="WeaviateException">The server did not take what it was sent; what it did take does no harm.</exception>
    public async Task CatchUpAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (!await HasWorkAsync(tenantId, cancellationToken))
            return;
        await using var claim = await WriterClaim.TakeAsync(state, tenantId, options, time, cancellationToken);
        if (claim is null)
            return;
        _checkedAt.TryRemove(tenantId, out _);
        await PrepareAsync(tenantId, claim, cancellationToken);
        var position = await ReadPositionAsync(tenantId, cancellationToken);
        while (true)
        {
            var rows = position is null ? [] : await feed.ReadLogAsync(tenantId, position.Cursor, RowsPerBatch, cancellationToken);
            // Read after the rows: whatever is cut off in between, this tells.
            var end = await feed.PositionAsync(tenantId, cancellationToken);
            if (position is null || MustStartAnew(position, end))
                position = await StartAnewAsync(tenantId, end, claim, cancellationToken);
            else if (position.BuiltThrough is { } after)
                position = await BuildNextAsync(tenantId, position, after, claim, cancellationToken);
            else if (rows.Count > 0)
                position = await FollowAsync(tenantId, position, rows, claim, cancellationToken);
            else
                break;
        }

        _checkedAt[tenantId] = time.GetTimestamp();
    }

    private static bool MustStartAnew(WeaviatePosition index, FeedPosition end) =>
        index.DatabaseId != end.DatabaseId || index.Cursor < end.PrunedThrough || index.Cursor > end.LastNumber;

    private async Task<bool> HasWorkAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (!_checkedAt.TryGetValue(tenantId, out var checkedAt) || time.GetElapsedTime(checkedAt) > CheckInterval)
            return true;
        var position = await state.ReadAsync(tenantId, cancellationToken);
        return position is not { BuiltThrough: null } || (await feed.ReadLogAsync(tenantId, position.Cursor, 1, cancellationToken)).Count > 0;
    }

    // Collections of an older version are removed, of every tenant: each is then found without a position and built anew.
    private async Task PrepareAsync(string tenantId, WriterClaim claim, CancellationToken cancellationToken)
    {
        var tenant = Collections.TenantOf(tenantId);
        var present = (await server.CollectionsAsync(cancellationToken)).ToDictionary(found => found.Name, found => found.Description, StringComparer.Ordinal);
        foreach (var (name, description) in present.Where(found => IsOurs(found.Key)))
        {
            switch (Collections.VersionIn(description))
            {
                case null:
                    throw new WeaviateException($"The collection {name} in Weaviate was not made by ScaiDrive. Remove it, or use another server.");
                case > Collections.SchemaVersion:
                    throw new WeaviateException($"The collection {name} in Weaviate was made by a newer ScaiDrive. Update this process.");
                case < Collections.SchemaVersion:
                    await claim.RenewAsync(cancellationToken);
                    await server.DeleteCollectionAsync(name, cancellationToken);
                    present[name] = null;
                    break;
            }
        }

        foreach (var collection in (string[])[Collections.State, Collections.Files])
        {
            await claim.RenewAsync(cancellationToken);
            if (present.GetValueOrDefault(collection) is null)
            {
                server.Forget();
                await server.CreateCollectionAsync(collection, cancellationToken);
            }

            if (!await server.HasTenantAsync(collection, tenant, cancellationToken))
                await server.AddTenantAsync(collection, tenant, cancellationToken);
        }
    }

    // Null: build anew. The lower of the two cursors counts; a server that lost its last writes gets them again.
    private async Task<WeaviatePosition?> ReadPositionAsync(string tenantId, CancellationToken cancellationToken)
    {
        var here = await state.ReadAsync(tenantId, cancellationToken);
        var there = await server.FindAsync(Collections.State, Collections.TenantOf(tenantId), ObjectId.OfIndex(tenantId), cancellationToken);
        if (here is null || there is null || here.SchemaVersion != Collections.SchemaVersion
            || (string?)there["generation"] != here.Generation.ToString()
            || !long.TryParse((string?)there["cursor"], CultureInfo.InvariantCulture, out var cursor))
        {
            return null;
        }

        // The side that is behind tells how far the building is, too.
        var built = (string?)there["builtThrough"] is { } text && text != Complete ? text[1..] : null;
        return built is not null && (here.BuiltThrough is null || string.CompareOrdinal(built, here.BuiltThrough) < 0)
            ? here with { Cursor = Math.Min(cursor, here.Cursor), BuiltThrough = built }
            : here with { Cursor = Math.Min(cursor, here.Cursor) };
    }

    private async Task<WeaviatePosition> StartAnewAsync(string tenantId, FeedPosition end, WriterClaim claim, CancellationToken cancellationToken)
    {
        LogRebuild(tenantId, end.End);
        var position = new WeaviatePosition(Guid.NewGuid(), end.DatabaseId, Collections.SchemaVersion, end.End, "");
        var wasKnown = await state.ReadAsync(tenantId, cancellationToken) is not null;
        // First: searches then know that the index is not complete.
        await state.StartAsync(tenantId, position, cancellationToken);
        // Those that looked a moment ago do not look again before this time is over, and would find half an index.
        if (wasKnown)
            await Task.Delay(options.CompleteFor, time, cancellationToken);
        await claim.RenewAsync(cancellationToken);
        var tenant = Collections.TenantOf(tenantId);
        foreach (var (collection, _) in (await server.CollectionsAsync(cancellationToken)).Where(found => IsOurs(found.Name)))
        {
            await claim.RenewAsync(cancellationToken);
            if (await server.HasTenantAsync(collection, tenant, cancellationToken))
                await server.DeleteTenantAsync(collection, tenant, cancellationToken);
            if (collection is Collections.State or Collections.Files)
                await server.AddTenantAsync(collection, tenant, cancellationToken);
        }

        await SavePositionAsync(tenantId, position, claim, cancellationToken);
        return position;
    }

    // Every file that changes meanwhile is in the log behind the cursor, so the tables may be read in many small steps.
    private async Task<WeaviatePosition> BuildNextAsync(
        string tenantId, WeaviatePosition position, string after, WriterClaim claim, CancellationToken cancellationToken)
    {
        var ids = await feed.FilesAfterAsync(tenantId, after, RowsPerBatch, cancellationToken);
        await ApplyAsync(tenantId, ids, claim, cancellationToken);
        var next = position with { BuiltThrough = ids.Count < RowsPerBatch ? null : ids[^1] };
        await SavePositionAsync(tenantId, next, claim, cancellationToken);
        return next;
    }

    private async Task<WeaviatePosition> FollowAsync(
        string tenantId, WeaviatePosition position, IReadOnlyList<(long Number, string FileId)> rows, WriterClaim claim, CancellationToken cancellationToken)
    {
        await ApplyAsync(tenantId, [.. rows.Select(row => row.FileId).Distinct(StringComparer.Ordinal)], claim, cancellationToken);
        var next = position with { Cursor = rows[^1].Number };
        await SavePositionAsync(tenantId, next, claim, cancellationToken);
        return next;
    }

    // In parts that fit into memory; the position moves after the last, and a part applied twice does no harm.
    private async Task ApplyAsync(string tenantId, IReadOnlyList<string> ids, WriterClaim claim, CancellationToken cancellationToken)
    {
        var files = (await feed.FilesAsync(tenantId, [.. ids], cancellationToken)).ToDictionary(file => file.File.FileId, StringComparer.Ordinal);
        var part = new List<string>();
        var chunks = 0;
        foreach (var id in ids)
        {
            part.Add(id);
            chunks += files.GetValueOrDefault(id)?.ChunkCount ?? 0;
            if (chunks < ChunksPerPart)
                continue;
            await _parts.ApplyAsync(tenantId, part, files, claim, cancellationToken);
            part.Clear();
            chunks = 0;
        }

        if (part.Count > 0)
            await _parts.ApplyAsync(tenantId, part, files, claim, cancellationToken);
    }

    private async Task SavePositionAsync(string tenantId, WeaviatePosition position, WriterClaim claim, CancellationToken cancellationToken)
    {
        var properties = new JsonObject
        {
            ["generation"] = position.Generation.ToString(),
            ["schemaVersion"] = FileObject.Revision(position.SchemaVersion),
            ["cursor"] = FileObject.Revision(position.Cursor),
            ["builtThrough"] = position.BuiltThrough is { } built ? Building + built : Complete,
        };
        await claim.RenewAsync(cancellationToken);
        var refused = await server.PutAsync(
            [FileObject.Object(Collections.State, tenantId, ObjectId.OfIndex(tenantId), properties)], cancellationToken);
        if (refused.Count > 0)
            throw new WeaviateException($"Weaviate did not keep the position of {tenantId}: {refused[0].Message}");
        await state.MoveAsync(tenantId, position, cancellationToken);
    }

    private const string Complete = "-";
    private const string Building = ">";

    private static bool IsOurs(string collection) =>
        collection is Collections.Files or Collections.State || collection.StartsWith(Collections.ChunksPrefix, StringComparison.Ordinal);

    [LoggerMessage(LogLevel.Information, "Building the index of {TenantId} in Weaviate from the database, up to log number {Number}")]
    private partial void LogRebuild(string tenantId, long number);
}
