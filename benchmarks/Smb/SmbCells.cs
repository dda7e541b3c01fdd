using System.Globalization;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Connectors;

namespace ScaiDrive.Bench.Smb;

/// <summary>One measurement each: seconds for all files of a share. Everyone writes to a place of its own, which stays until the run ends: a file system
/// that has just deleted many files makes new ones slowly for a while.</summary>
internal sealed class SmbCells(MeasuredShare share, BenchServer server, string root)
{
    private int places;

    internal async Task<double> SyncAsync(string name, int files, bool listeners, CancellationToken cancellationToken)
    {
        await using var room = await RoomAsync(name, listeners, new SyncRules(), cancellationToken);
        var (run, seconds) = await room.SyncAsync(cancellationToken);
        return run.Report.Added == files ? seconds : throw new InvalidOperationException($"{run.Report.Added} of {files} files were added.");
    }

    internal async Task<double> ReadAsync(string name, int files, CancellationToken cancellationToken)
    {
        await using var room = await RoomAsync(name, listeners: false, new SyncRules(), cancellationToken);
        await using var source = await room.Get<ConnectorSources>().OpenAsync(room.Connector, cancellationToken);
        var (read, _, seconds) = await ReadOnlyPass.RunAsync(source, room.Connector.Rules.ParallelFiles, cancellationToken);
        return read == files ? seconds : throw new InvalidOperationException($"{read} of {files} files were read.");
    }

    internal Task<double> SmbClientAsync(string name, int files) => CopyAsync(files, target => SmbPeers.SmbClientAsync(share.Server, name, target));

    internal Task<double> RcloneAsync(string name, int files, CancellationToken cancellationToken) =>
        CopyAsync(files, target => SmbPeers.RcloneAsync(share.Server, name, target, cancellationToken));

    internal Task<double> WireAsync(string name) =>
        SmbPeers.ReadAsync(share.Server, name, Directory.EnumerateFiles(Path.Combine(root, name)).Select(file => Path.GetFileName(file)));

    internal Task<SyncRoom> RoomAsync(string name, bool listeners, SyncRules rules, CancellationToken cancellationToken) =>
        SyncRoom.CreateAsync(server, Place(), share.Connector(name, rules), listeners, cancellationToken);

    private static async Task<double> CopyAsync(int files, string target, Func<string, Task<double>> copy)
    {
        var seconds = await copy(target);
        var copied = Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Count();
        return copied == files ? seconds : throw new InvalidOperationException($"{copied} of {files} files were copied.");
    }

    private Task<double> CopyAsync(int files, Func<string, Task<double>> copy) => CopyAsync(files, Place(), copy);

    private string Place() => Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"to-{++places}"));
}
