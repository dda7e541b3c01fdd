namespace ScaiDrive.Connectors.Tests;

/// <summary>A local directory in both directions.</summary>
public sealed class FolderTwoWayTests(MirrorFixture fixture) : TwoWayContract(fixture)
{
    protected override SourceTree NewTree() => new FolderTree();
}
