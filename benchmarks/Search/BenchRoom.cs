using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ScaiDrive.Search;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Search;

/// <summary>The index, the search service, and a writer beside them.</summary>
internal sealed class BenchRoom : IDisposable
{
    private const string Model = "use-lite-en";
    private const int FilesPerWrite = 5;
    private static readonly TimeSpan WriteInterval = TimeSpan.FromMilliseconds(250);

    private readonly SearchMetrics _metrics = new();
    private readonly IndexWriter _writer;

    internal BenchRoom(Database database, IEmbeddingGenerator<string, Embedding<float>> generator, string folder)
    {
        Database = database;
        _writer = new(database, _metrics);
        Index = new(database, new SearchOptions { DataDirectory = folder, ReadyTimeout = TimeSpan.FromHours(1) }, TimeProvider.System, NullLogger<LocalIndex>.Instance);
        var watch = new ProviderWatch(database, _metrics, [], TimeProvider.System, NullLogger<ProviderWatch>.Instance);
        var providers = new EmbeddingProviders(database, [new LocalProviderFactory(() => generator)], watch, TimeProvider.System);
        Search = new(Index, providers, new QueryFeedback(Index, database), _metrics);
    }

    internal Database Database { get; }

    internal LocalIndex Index { get; }

    internal SearchService Search { get; }

    /// <summary>Replaces files, twenty a second at most, and lets the index follow, until stopped.</summary>
    /// <returns>Files a second.</returns>
    internal async Task<double> KeepWritingAsync(SyntheticLibrary library, CancellationToken cancellationToken)
    {
        var random = new Random(5);
        var (written, began) = (0, Stopwatch.GetTimestamp());
        using var timer = new PeriodicTimer(WriteInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var files = Enumerable.Range(0, FilesPerWrite).Select(_ => library.Make(random.Next(library.Files), version: 2 + written)).DistinctBy(file => file.File.FileId);
                await WriteAsync(library.TenantId, [.. files], cancellationToken);
                await Index.CatchUpAsync(library.TenantId, cancellationToken);
                written += FilesPerWrite;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        return written / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose()
    {
        Index.Dispose();
        _metrics.Dispose();
    }

    private async Task WriteAsync(string tenantId, IReadOnlyList<SyntheticFile> files, CancellationToken cancellationToken)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await _writer.UpsertFilesAsync(transaction, tenantId, [.. files.Select(file => file.File)], cancellationToken);
        foreach (var (file, chunks, vectors) in files)
        {
            await _writer.ReplaceChunksAsync(transaction, tenantId, file.FileId, file.ContentHash, file.ContentHash, "en", chunks, cancellationToken);
            await _writer.SaveVectorsAsync(transaction, tenantId, Model, vectors, cancellationToken);
            await _writer.MarkEmbeddedAsync(transaction, tenantId, file.FileId, file.ContentHash, Model, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
