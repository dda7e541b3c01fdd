using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Index;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Search;

/// <summary>Files of invented text with invented vectors, the same for every run.</summary>
internal sealed class SyntheticLibrary(string tenantId, string model, int dimensions, int files, int chunksPerFile, ZipfWords words)
{
    internal const int Shares = 100;

    private const int WordsPerChunk = 120;
    private const int FilesPerCopy = 2_000;

    private static readonly string[] Types = ["application/pdf", "text/plain", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"];

    internal string TenantId => tenantId;

    internal int Files => files;

    internal static string ShareOf(int number) => string.Create(CultureInfo.InvariantCulture, $"shr_{number % Shares:000}");

    /// <summary>Fills the tables as if every file had been read and embedded.</summary>
    internal async Task FillAsync(Database database, CancellationToken cancellationToken)
    {
        for (var first = 0; first < files; first += FilesPerCopy)
        {
            var count = Math.Min(FilesPerCopy, files - first);
            var made = Enumerable.Range(first, count).Select(number => Make(number, version: 1)).ToList();
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await CopyFilesAsync(connection, made, cancellationToken);
            await CopyChunksAsync(connection, made, cancellationToken);
            await CopyVectorsAsync(connection, made, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>A file, its chunks and their vectors.</summary>
    internal SyntheticFile Make(int number, int version)
    {
        var random = new Random(unchecked(number * 31 + version));
        var name = string.Create(CultureInfo.InvariantCulture, $"{words.Draw(random)}-{words.Draw(random)}_{number}.txt");
        var chunks = new List<TextChunk>();
        var vectors = new List<(string, float[])>();
        for (var i = 0; i < chunksPerFile; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, WordsPerChunk).Select(_ => words.Draw(random)));
            var chunk = new TextChunk(i, i + 1, null, null, text, Hash(text)) { Tokens = WordsPerChunk * 2 };
            chunks.Add(chunk);
            vectors.Add((chunk.Hash, Vector(random)));
        }

        var share = ShareOf(number);
        var file = new IndexedFile(
            string.Create(CultureInfo.InvariantCulture, $"fil_{number:0000000}"), share, null, name, $"/{number % 97}/{name}", Types[number % Types.Length],
            1_000, new(2025, 1, 1 + (number % 28), 0, 0, 0, TimeSpan.Zero), Hash(chunks[0].Text), version);
        return new(file, chunks, vectors);
    }

    private async Task CopyFilesAsync(NpgsqlConnection connection, List<SyntheticFile> made, CancellationToken cancellationToken)
    {
        await using (var writer = await connection.BeginBinaryImportAsync(SearchBenchSql.CopyFiles, cancellationToken))
        {
            foreach (var (file, chunks, _) in made)
            {
                await writer.StartRowAsync(cancellationToken);
                foreach (var value in (string[])[tenantId, file.FileId, file.ShareId, file.Name, file.Path, file.MimeType])
                    await writer.WriteAsync(value, cancellationToken);
                await writer.WriteAsync(file.SizeBytes, cancellationToken);
                await writer.WriteAsync(file.ModifiedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
                await writer.WriteAsync(file.ContentHash, cancellationToken);
                await writer.WriteAsync(file.Version, cancellationToken);
                await writer.WriteAsync(file.ContentHash, cancellationToken);
                await writer.WriteAsync(chunks.Count, cancellationToken);
                await writer.WriteAsync("en", cancellationToken);
                await writer.WriteAsync(1L, cancellationToken);
            }

            await writer.CompleteAsync(cancellationToken);
        }

        await using var marks = await connection.BeginBinaryImportAsync(SearchBenchSql.CopyFileVectors, cancellationToken);
        foreach (var (file, _, _) in made)
            await marks.WriteRowAsync(cancellationToken, tenantId, file.FileId, model);
        await marks.CompleteAsync(cancellationToken);
    }

    private async Task CopyChunksAsync(NpgsqlConnection connection, List<SyntheticFile> made, CancellationToken cancellationToken)
    {
        await using var writer = await connection.BeginBinaryImportAsync(SearchBenchSql.CopyChunks, cancellationToken);
        foreach (var (file, chunks, _) in made)
        {
            foreach (var chunk in chunks)
                await writer.WriteRowAsync(cancellationToken, tenantId, file.FileId, chunk.Index, chunk.Page, chunk.Text, 0, chunk.Tokens, chunk.Hash);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private async Task CopyVectorsAsync(NpgsqlConnection connection, List<SyntheticFile> made, CancellationToken cancellationToken)
    {
        await using var writer = await connection.BeginBinaryImportAsync(SearchBenchSql.CopyVectors, cancellationToken);
        foreach (var (hash, vector) in made.SelectMany(each => each.Vectors))
            await writer.WriteRowAsync(cancellationToken, tenantId, model, hash, MemoryMarshal.AsBytes(vector.AsSpan()).ToArray());
        await writer.CompleteAsync(cancellationToken);
    }

    private float[] Vector(Random random)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = random.NextSingle() - 0.5f;
        return vector;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>One invented file.</summary>
internal sealed record SyntheticFile(IndexedFile File, IReadOnlyList<TextChunk> Chunks, IReadOnlyList<(string Hash, float[] Vector)> Vectors);
