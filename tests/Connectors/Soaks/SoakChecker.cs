using System.Security.Cryptography;
using Xunit;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Looks after a soak: no content that a pass could see is ever lost by it, and in the end both sides are the same.</summary>
internal sealed class SoakChecker(SourceTree tree, Mirror mirror)
{
    private const int Passes = 8;

    /// <summary>Everything that either side holds now.</summary>
    internal async Task<Dictionary<string, string>> SeenAsync()
    {
        var seen = new Dictionary<string, string>();
        foreach (var (path, content) in tree.Files())
            seen.TryAdd(Hash(content), $"source: {path}");
        foreach (var (path, file) in await mirror.FilesAsync())
            seen.TryAdd(file.ChecksumSha256, $"share: {path}");
        return seen;
    }

    /// <summary>What was there before a pass is at the source, or a version of some file in the share, in the trash or not.</summary>
    internal async Task AssertNothingLostAsync(Dictionary<string, string> before, IEnumerable<string> log)
    {
        var kept = await mirror.EverStoredHashesAsync();
        kept.UnionWith(tree.Files().Values.Select(Hash));
        var lost = before.Where(content => !kept.Contains(content.Key)).Select(content => content.Value).ToList();
        Assert.True(lost.Count == 0, $"Lost: {string.Join("; ", lost)}\n{string.Join('\n', log.TakeLast(60))}");
    }

    /// <summary>Passes until nothing moves any more; then both trees are equal.</summary>
    /// <returns>How many it took.</returns>
    internal async Task<int> ConvergeAsync(IEnumerable<string> log)
    {
        for (var pass = 1; pass <= Passes; pass++)
        {
            var report = (await mirror.RunAsync()).Report;
            if (report is { Added: 0, Updated: 0, Moved: 0, Deleted: 0, SentAdded: 0, SentUpdated: 0, SentMoved: 0, SentDeleted: 0, Errors: 0, Skipped: 0, Conflicts: 0 })
            {
                await AssertEqualAsync(log);
                return pass;
            }
        }

        Assert.Fail($"Not in step after {Passes} passes: {(await mirror.RunsAsync(1))[0].Report}\n{string.Join('\n', await DifferencesAsync())}\n{string.Join('\n', log.TakeLast(60))}");
        return Passes;
    }

    private async Task AssertEqualAsync(IEnumerable<string> log)
    {
        var differences = await DifferencesAsync();
        Assert.True(differences.Count == 0, $"{string.Join('\n', differences)}\n{string.Join('\n', log.TakeLast(60))}");
    }

    private async Task<List<string>> DifferencesAsync()
    {
        var atSource = tree.Files().Select(file => $"{file.Key} {Hash(file.Value)[..8]}").Concat(tree.Directories().Select(path => path + "/")).ToHashSet();
        var inShare = (await mirror.FilesAsync()).Select(file => $"{file.Key} {file.Value.ChecksumSha256[..8]}").Concat((await mirror.FoldersAsync()).Select(path => path + "/")).ToHashSet();
        return [.. atSource.Except(inShare).Select(one => $"only at the source: {one}"), .. inShare.Except(atSource).Select(one => $"only in the share: {one}")];
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
