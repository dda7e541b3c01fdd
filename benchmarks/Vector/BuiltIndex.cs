using System.Diagnostics;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Bench.Vector;

/// <summary>A real index of one tenant on disk: files with some chunks each, their vectors synthetic, their text one word.</summary>
internal static class BuiltIndex
{
    internal const string Model = "synthetic";

    private const int FilesPerBatch = 1_000;

    /// <summary>Builds an index below a folder.</summary>
    /// <returns>The seconds it took, the making of the vectors included.</returns>
    internal static double Build(string directory, SyntheticChunks synthetic, int files, int chunksPerFile, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var database = Guid.NewGuid();
        using var index = TenantIndex.Create(directory, database, 0);
        for (var first = 0; first < files; first += FilesPerBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(FilesPerBatch, files - first);
            var changes = new FileChange[count];
            Parallel.For(0, count, i => changes[i] = FileAt(synthetic, first + i, chunksPerFile));
            index.Apply(changes, new(database, first + count, first + count == files ? null : ""), TextStems.None);
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    internal static string IdOf(int file) => $"fil_{file:000000}";

    private static FileChange FileAt(SyntheticChunks synthetic, int number, int chunksPerFile)
    {
        var id = IdOf(number);
        var fileVector = synthetic.FileVector(number);
        var chunks = new List<FeedChunk>(chunksPerFile);
        for (var i = 0; i < chunksPerFile; i++)
        {
            var vector = new float[SyntheticChunks.Dimensions];
            SyntheticChunks.Chunk(fileVector, number * chunksPerFile + i, vector);
            chunks.Add(new(i, Page: 1, LastPage: null, Section: null, Text: "text", OverlapLength: 0, [(Model, vector)]));
        }

        var file = new IndexedFile(
            id, SyntheticChunks.ShareOf(number), "fld_1", id + ".txt", $"/{id}.txt", "text/plain", 1_000, DateTimeOffset.UnixEpoch, id, Version: 1);
        return new(id, new(file, Revision: 1, chunksPerFile), new(Revision: 1, Language: null, chunks));
    }
}
