using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using ScaiDrive.Connectors;

namespace ScaiDrive.Bench.Smb;

/// <summary>Lists a source and reads every file of it, several at a time; hashes the bytes and forgets them.</summary>
internal static class ReadOnlyPass
{
    private const int Ahead = 1_000, BufferBytes = 1 << 20;

    internal static async Task<(long Files, long Bytes, double Seconds)> RunAsync(IConnectorSource source, int parallel, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        long files = 0, bytes = 0;
        var found = Channel.CreateBounded<SourceEntry>(Ahead);
        var reading = Parallel.ForEachAsync(
            found.Reader.ReadAllAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (entry, stop) =>
            {
                Interlocked.Add(ref bytes, await ReadAsync(source, entry, stop));
                Interlocked.Increment(ref files);
            });
        await ListAsync(source, "", found.Writer, cancellationToken);
        found.Writer.Complete();
        await reading;
        return (files, bytes, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task ListAsync(IConnectorSource source, string directory, ChannelWriter<SourceEntry> found, CancellationToken cancellationToken)
    {
        await foreach (var entry in source.ListAsync(directory, null, cancellationToken))
        {
            if (entry.Kind == SourceEntryKind.Directory)
                await ListAsync(source, entry.Path, found, cancellationToken);
            else
                await found.WriteAsync(entry, cancellationToken);
        }
    }

    private static async Task<long> ReadAsync(IConnectorSource source, SourceEntry entry, CancellationToken cancellationToken)
    {
        await using var opened = await source.OpenAsync(entry.Path, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long total = 0;
            while (await opened.Content.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                hash.AppendData(buffer, 0, count);
                total += count;
            }

            return total;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
