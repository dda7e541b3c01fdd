using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Embed;

/// <summary>
/// Text chunks embedded per second, against the published implementation of the same model in Node. Both use all cores:
/// ours with threads, the peer, which is single-threaded, with one process per core. Rounds of ours, peer and a plain
/// multiply-add loop take turns, so that whatever else the machine does falls on all of them; medians are reported.
/// </summary>
internal static class EmbedBench
{
    private const int TokensPerChunk = 200;

    // Batches of 8 are the peer's fastest: 5.8 chunks/s a process, 5.3 one by one, 4.7 in batches of 32.
    private const int PeerBatch = 8;

    private static readonly string Peers = Path.Combine(RepositoryPaths.Root, "eng", "npm-peers");

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        if (Settings.Parse(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync("usage: bench embed [--isa avx512|avx2|vector128|scalar] [--rounds N] [--chunks N] [--peer-chunks N]");
            return 2;
        }

        if (!Directory.Exists(Path.Combine(Peers, "node_modules")) && !await InstallPeersAsync(ct))
            return 1;

        var cores = Environment.ProcessorCount;
        using var generator = LocalEmbeddingGenerator.Load(
            RepositoryPaths.Weights, new LocalEmbeddingOptions { MaxThreads = cores, InstructionSet = settings.InstructionSet });
        var chunks = BenchTexts.Chunks(generator, TokensPerChunk, settings.Chunks);
        var peerChunks = chunks.Take(settings.PeerChunks * cores).Chunk(settings.PeerChunks).ToArray();
        var peak = PeakLoop.For(generator.InstructionSet);

        var peers = new List<PeerProcess>();
        try
        {
            for (var i = 0; i < cores; i++)
                peers.Add(PeerProcess.Start(Peers, RepositoryPaths.Weights));

            // Warm-up: code gets compiled, processors clock up, the peer loads its model.
            await Task.WhenAll(peers.Select(peer => peer.EmbedAsync([.. chunks.Take(PeerBatch)], PeerBatch, ct)));
            for (var i = 0; i < 3; i++)
                await generator.GenerateAsync(chunks.Take(chunks.Length / 4), cancellationToken: ct);
            peak.Run(cores);

            var (allocated, tokenizing) = (new List<double>(), AllocatedByTokenizing(generator, chunks));
            var (ours, theirs, peaks, products, shares, ratios) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
            var minCosine = 1.0;
            for (var round = 1; round <= settings.Rounds; round++)
            {
                var peakBefore = peak.Run(cores);
                var before = generator.Statistics;
                var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
                var began = Stopwatch.GetTimestamp();
                var vectors = await generator.GenerateAsync(chunks, cancellationToken: ct);
                ours.Add(chunks.Length / Stopwatch.GetElapsedTime(began).TotalSeconds);
                allocated.Add((GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore) / (double)chunks.Length);
                var after = generator.Statistics;
                peaks.Add((peakBefore + peak.Run(cores)) / 2);
                products.Add(
                    (after.MatrixOperations - before.MatrixOperations) / (after.MatrixTime - before.MatrixTime).TotalSeconds / 1e9);
                shares.Add(products[^1] / peaks[^1]);

                var answers = await Task.WhenAll(peers.Zip(peerChunks, (peer, texts) => peer.EmbedAsync(texts, PeerBatch, ct)));
                theirs.Add(answers.Sum(answer => answer.Vectors.Length / answer.Seconds));
                ratios.Add(ours[^1] / theirs[^1]);
                for (var i = 0; i < answers.Length * settings.PeerChunks; i++)
                {
                    var theirVector = answers[i / settings.PeerChunks].Vectors[i % settings.PeerChunks];
                    minCosine = Math.Min(minCosine, Cosine(vectors[i].Vector.Span, theirVector));
                }

                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}: {ours[^1]:F1} chunks/s, peer {theirs[^1]:F1} on {cores} processes, products {products[^1]:F1} of {peaks[^1]:F1} GFLOP/s a thread"));
            }

            // Once more with half the register width, in a process whose runtime knows no other.
            var narrower = generator.InstructionSet == InstructionSet.Avx512 && !settings.IsIsaGiven ? await NarrowerRun.MeasureAsync(settings.Rounds, ct) : null;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "embed",
                ratio_to_node = Math.Round(Median(ratios), 2),
                min_cosine = Math.Round(minCosine, 7),
                peak_share = generator.InstructionSet == InstructionSet.Scalar ? (double?)null : Math.Round(Median(shares), 3),
                ratio_to_node_avx2 = narrower?.RatioToNode,
                peak_share_avx2 = narrower?.PeakShare,
                min_cosine_avx2 = narrower?.MinCosine,
                isa = generator.InstructionSet.ToString().ToLowerInvariant(),
                chunks_per_s = Math.Round(Median(ours), 1),
                node_chunks_per_s = Math.Round(Median(theirs), 1),
                cores,
                load = Load(),
                tokens_per_chunk = Math.Round(chunks.Average(chunk => generator.Count(chunk)), 1),
                tokens_read_per_chunk = Math.Round(chunks.Average(chunk => Math.Min(generator.Count(chunk), generator.MaxTokens)), 1),
                product_gflops_per_thread = generator.InstructionSet == InstructionSet.Scalar ? (double?)null : Math.Round(Median(products), 1),
                peak_gflops_per_thread = Math.Round(Median(peaks), 1),
                // A vector of 512 values is 2,048 of them.
                allocated_bytes_per_chunk = Math.Round(Median(allocated)),
                allocated_bytes_per_chunk_tokenizing = tokenizing,
                avx2 = narrower,
                chunks = chunks.Length,
                node_chunks = settings.PeerChunks * cores,
                node_processes = cores,
                rounds = settings.Rounds,
            }));
            return 0;
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            await Console.Error.WriteLineAsync($"the peer cannot be started, is Node installed? {fault.Message}");
            return 1;
        }
        finally
        {
            foreach (var peer in peers)
                peer.Dispose();
        }
    }

    private static async Task<bool> InstallPeersAsync(CancellationToken ct)
    {
        await Console.Error.WriteLineAsync("installing the peer: npm ci --prefix eng/npm-peers");
        var start = new ProcessStartInfo("npm") { WorkingDirectory = Peers, RedirectStandardOutput = true };
        start.ArgumentList.Add("ci");
        using var npm = Process.Start(start)!;
        await npm.StandardOutput.ReadToEndAsync(ct);
        await npm.WaitForExitAsync(ct);
        return npm.ExitCode == 0;
    }

    private static double AllocatedByTokenizing(LocalEmbeddingGenerator generator, string[] chunks)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var chunk in chunks)
            generator.Count(chunk);
        return Math.Round((GC.GetAllocatedBytesForCurrentThread() - before) / (double)chunks.Length, 2);
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double? Load() =>
        File.Exists("/proc/loadavg")
            ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
            : null;

    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double product = 0, leftSquares = 0, rightSquares = 0;
        for (var i = 0; i < left.Length; i++)
        {
            product += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }

        return product / Math.Sqrt(leftSquares * rightSquares);
    }

    private sealed record Settings(InstructionSet InstructionSet, int Rounds, int Chunks, int PeerChunks)
    {
        internal bool IsIsaGiven => InstructionSet != InstructionSet.Widest;

        internal static Settings? Parse(IReadOnlyList<string> args)
        {
            var settings = new Settings(InstructionSet.Widest, Rounds: 5, Chunks: 600, PeerChunks: 32);
            for (var i = 0; i < args.Count; i += 2)
            {
                if (i + 1 == args.Count)
                    return null;
                var isNumber = int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
                switch (args[i])
                {
                    case "--isa" when !isNumber && Enum.TryParse<InstructionSet>(args[i + 1], ignoreCase: true, out var instructions):
                        settings = settings with { InstructionSet = instructions };
                        break;
                    case "--rounds" when isNumber:
                        settings = settings with { Rounds = number };
                        break;
                    case "--chunks" when isNumber:
                        settings = settings with { Chunks = number };
                        break;
                    case "--peer-chunks" when isNumber:
                        settings = settings with { PeerChunks = number };
                        break;
                    default:
                        return null;
                }
            }

            // The plain loops run at a thousandth of the speed.
            if (settings.InstructionSet == InstructionSet.Scalar)
                settings = settings with { Rounds = Math.Min(settings.Rounds, 2), Chunks = Math.Min(settings.Chunks, 16), PeerChunks = Math.Min(settings.PeerChunks, 8) };
            return settings with { Chunks = Math.Max(settings.Chunks, settings.PeerChunks * Environment.ProcessorCount) };
        }
    }
}
