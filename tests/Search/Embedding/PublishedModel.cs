using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

/// <summary>The published JavaScript implementation of the model, run in Node by <c>oracle.mjs</c>.</summary>
internal static class PublishedModel
{
    /// <summary>Whether <c>npm ci --prefix eng/npm-peers</c> was done, as <c>./test</c> does.</summary>
    internal static bool IsInstalled => Directory.Exists(Path.Combine(LocalModel.Peers, "node_modules"));

    internal static async Task<(int[][] Ids, float[][] Vectors)> EncodeAsync(IReadOnlyList<string> texts)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(RepositoryPaths.Root, "tests/Search/Embedding/oracle.mjs"));
        start.ArgumentList.Add(LocalModel.Peers);
        start.ArgumentList.Add(RepositoryPaths.Weights);
        using var node = Process.Start(start)!;
        var answer = JsonSerializer.DeserializeAsync<Answer>(node.StandardOutput.BaseStream, JsonSerializerOptions.Web);
        await JsonSerializer.SerializeAsync(
            node.StandardInput.BaseStream, texts.Select(text => text.Select(character => (int)character)));
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        var (ids, vectors) = (await answer)!;
        return (ids, vectors);
    }

    private sealed record Answer(int[][] Ids, float[][] Vectors);
}
