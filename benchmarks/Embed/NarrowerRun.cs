using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Bench.Embed;

/// <summary>The same bench in a process without AVX-512, so that one run gives the figures of both instruction sets.</summary>
internal static class NarrowerRun
{
    internal static async Task<NarrowerFigures> MeasureAsync(int rounds, CancellationToken ct)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started by the dotnet host, or by the program's own.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(NarrowerRun).Assembly.Location);
        foreach (var argument in new[] { "embed", "--isa", "avx2", "--rounds", rounds.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_EnableAVX512"] = "0";
        using var child = Process.Start(start)!;
        await using var stopped = ct.Register(() => child.Kill());
        string? last = null;
        while (await child.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (last is not null)
                Console.WriteLine($"avx2 {last}");
            last = line;
        }

        await child.WaitForExitAsync(ct);
        return JsonSerializer.Deserialize<NarrowerFigures>(last ?? throw new InvalidOperationException("The run with AVX2 printed nothing."))!;
    }
}

/// <summary>What the run without AVX-512 found.</summary>
internal sealed record NarrowerFigures(
    [property: JsonPropertyName("ratio_to_node")] double RatioToNode,
    [property: JsonPropertyName("min_cosine")] double MinCosine,
    [property: JsonPropertyName("peak_share")] double PeakShare,
    [property: JsonPropertyName("isa")] string Isa,
    [property: JsonPropertyName("chunks_per_s")] double ChunksPerSecond,
    [property: JsonPropertyName("node_chunks_per_s")] double NodeChunksPerSecond,
    [property: JsonPropertyName("product_gflops_per_thread")] double ProductGflops,
    [property: JsonPropertyName("peak_gflops_per_thread")] double PeakGflops);
