using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Embed;

/// <summary>One Node process with the published implementation, see <c>peer.mjs</c>.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process process;

    private PeerProcess(Process process) => this.process = process;

    internal static PeerProcess Start(string peers, string model)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(RepositoryPaths.Root, "benchmarks", "Embed", "peer.mjs"));
        start.ArgumentList.Add(peers);
        start.ArgumentList.Add(model);
        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Embeds texts; the seconds are the peer's own, without the transport.</summary>
    internal async Task<PeerAnswer> EmbedAsync(string[] texts, int batch, CancellationToken ct)
    {
        var question = JsonSerializer.Serialize(new { texts, batch });
        await process.StandardInput.WriteLineAsync(question.AsMemory(), ct);
        await process.StandardInput.FlushAsync(ct);
        var answer = await process.StandardOutput.ReadLineAsync(ct)
            ?? throw new InvalidOperationException("The Node process ended early; its error output says why.");
        return JsonSerializer.Deserialize<PeerAnswer>(answer, JsonSerializerOptions.Web)!;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}

/// <summary>Vectors in the order of the texts, and how long they took.</summary>
internal sealed record PeerAnswer(double Seconds, float[][] Vectors);
