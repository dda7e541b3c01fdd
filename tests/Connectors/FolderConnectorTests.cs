using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Connectors.Folder;

namespace ScaiDrive.Connectors.Tests;

/// <summary>A local directory as a source.</summary>
public sealed class FolderConnectorTests(MirrorFixture fixture) : ConnectorContract(fixture)
{
    protected override SourceTree NewTree() => new FolderTree();
}

/// <summary>A temporary directory.</summary>
internal sealed class FolderTree : SourceTree
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("scaidrive-source-");

    public override string Root => directory.FullName;

    public override IConnectorSource Open() =>
        FolderSource.Open(JsonSerializer.SerializeToElement(new { root = Root }), new ConnectorOptions { AllowedRoots = [Root] }, TimeProvider.System);

    public override void Dispose()
    {
        // Not Directory.Delete: some tests make names that .NET cannot address.
        using var remove = Process.Start("rm", ["-rf", Root]);
        remove.WaitForExit();
    }
}
