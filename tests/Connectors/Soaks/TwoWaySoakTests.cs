using Xunit.Abstractions;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Both sides of a folder connector at work.</summary>
public sealed class TwoWaySoakTests(MirrorFixture fixture, ITestOutputHelper output) : IClassFixture<MirrorFixture>
{
    [Theory]
    [InlineData(1, ConflictResolution.LastWriterWins)]
    [InlineData(2, ConflictResolution.KeepBoth)]
    [InlineData(3, ConflictResolution.ServerWins)]
    [InlineData(4, ConflictResolution.ClientWins)]
    public async Task Both_sides_end_the_same_and_no_byte_is_lost(int seed, ConflictResolution resolution)
    {
        using var tree = new FolderTree();
        var mirror = await fixture.MirrorAsync(tree, change: wanted => wanted with { Rules = RulesOf(resolution) });
        using var soak = new TwoWaySoak(tree, mirror, seed, new WorkerFaults());

        await soak.RunAsync(400);

        output.WriteLine($"{soak.Done} operations, {soak.Passes} passes of which {soak.BrokenPasses} were broken off, {soak.Conflicts} conflicts");
        Assert.True(soak.Conflicts > 0 && soak.BrokenPasses > 0, "A soak without conflicts and broken passes shows nothing.");
    }

    internal static SyncRules RulesOf(ConflictResolution resolution) =>
        new() { Direction = SyncDirection.Bidirectional, ConflictResolution = resolution, MassDeletePercent = 100, SyncHiddenFiles = true };
}
