using ScaiDrive.Connectors.Sync;
using Xunit;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Random work on both sides of a folder with faults in between.</summary>
/// <remarks><c>SCAIDRIVE_SOAK_OPERATIONS</c> asks for a longer one, with <c>SCAIDRIVE_SOAK_SEED</c> for another.</remarks>
public sealed class FolderSoakTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>
{
    [Theory]
    [InlineData(ConflictResolution.LastWriterWins, 1)]
    [InlineData(ConflictResolution.KeepBoth, 2)]
    [InlineData(ConflictResolution.ServerWins, 3)]
    [InlineData(ConflictResolution.ClientWins, 4)]
    public async Task Both_sides_are_the_same_in_the_end_and_no_content_is_lost(ConflictResolution resolution, int seed)
    {
        using var tree = new FolderTree();
        var mirror = await fixture.MirrorAsync(
            tree,
            new ConnectorOptions { BatchFiles = 3, BatchBytes = 256, CheckpointEntries = 4, SnapshotPage = 3 },
            connector => connector with { Rules = new SyncRules { Direction = SyncDirection.Bidirectional, ConflictResolution = resolution, MassDeletePercent = 100 } });
        var operations = int.TryParse(Environment.GetEnvironmentVariable("SCAIDRIVE_SOAK_OPERATIONS"), out var wanted) ? wanted : 120;
        var soak = new FaultSoak(tree, mirror, int.TryParse(Environment.GetEnvironmentVariable("SCAIDRIVE_SOAK_SEED"), out var other) ? other : seed);

        await soak.RunAsync(operations);

        Assert.True(soak.Crashes > 0, "No fault ended a pass: the soak has shown nothing.");
    }
}
