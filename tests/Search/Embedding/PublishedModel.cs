using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

/// <summary>The published JavaScript implementation of the model, run in Node by <c>oracle.mjs</c>.</summary>
internal static class PublishedModel
{
    /// <summary>Whether <c>npm ci --prefix eng/npm-peers</c> was done, as <c>./test</c> does.</summary>
    internal static bool IsInstalled => Directory.Exists(Path.Combine(LocalModel.Peers, "node_modules"));

    /// <summary>Token ids alone, of any number of texts.</summary>
    internal static async Task<int[][]> TokenizeAsync(IReadOnlyList<string> texts) => (await RunAsync(texts, "ids")).Ids;

    /// <summary>Token ids and vectors; about ten texts a second.</summary>
    internal static async Task<(int[][] Ids, float[][] Vectors)> EncodeAsync(IReadOnlyList<string> texts)
    {
        var (ids, vectors) = await RunAsync(texts, "vectors");
        return (ids, vectors);
    }

    private static async Task<Answer> RunAsync(IReadOnlyList<string> texts, string wanted)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(RepositoryPaths.Root, "tests/Search/Embedding/oracle.mjs"));
        start.ArgumentList.Add(LocalModel.Peers);
        start.ArgumentList.Add(RepositoryPaths.Weights);
        start.ArgumentList.Add(wanted);
        using var node = Process.Start(start)!;
        var answer = JsonSerializer.DeserializeAsync<Answer>(node.StandardOutput.BaseStream, JsonSerializerOptions.Web);
        await JsonSerializer.SerializeAsync(
            node.StandardInput.BaseStream, texts.Select(text => text.Select(character => (int)character)));
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return (await answer)!;
    }

    private sealed record Answer(int[][] Ids, float[][] Vectors);
}
