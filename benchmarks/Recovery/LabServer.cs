using System.Diagnostics;
using Npgsql;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Bench.Recovery;

/// <summary>The lab's PostgreSQL: private, and found at the same loopback port after each restart.</summary>
internal sealed class LabServer : IAsyncDisposable
{
    private readonly DirectoryInfo directory;
    private readonly EmbeddedPostgresOptions options;
    private EmbeddedPostgres server;

    private LabServer(DirectoryInfo directory, EmbeddedPostgresOptions options, EmbeddedPostgres server) =>
        (this.directory, this.options, this.server) = (directory, options, server);

    internal int Port => server.Port;

    internal static async Task<LabServer> StartAsync(DirectoryInfo directory, bool durable, CancellationToken cancellationToken)
    {
        var options = new EmbeddedPostgresOptions(Path.Combine(directory.FullName, "server")) { Durable = durable, SharedBuffers = "128MB", MaxConnections = 400 };
        // The server runs as another account, which must be able to pass through.
        directory.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(options.Directory, directory.UnixFileMode);
        var server = await EmbeddedPostgres.StartAsync(options, TimeProvider.System, cancellationToken);
        return new LabServer(directory, options with { Port = server.Port }, server);
    }

    /// <summary>How to connect over loopback, by the given port, so that a proxy can stand between.</summary>
    internal string ConnectionString(string database, int port) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString(database)) { Host = "127.0.0.1", Port = port }.ConnectionString;

    internal Task EnsureDatabaseAsync(string database, CancellationToken cancellationToken) => server.EnsureDatabaseAsync(database, cancellationToken);

    /// <summary>What <c>pg_ctl restart -m immediate</c> does: SIGQUIT, which ends every session at once and without a
    /// checkpoint, then a start that recovers from the log. By hand, so that the new server too ends with the lab.</summary>
    internal async Task RestartImmediatelyAsync(CancellationToken cancellationToken)
    {
        using (var postmaster = Process.GetProcessById(server.ProcessId))
            ProcessSignal.Quit.SendTo(postmaster.Id);
        await server.Exited;
        await server.DisposeAsync();
        server = await EmbeddedPostgres.StartAsync(options, TimeProvider.System, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }
}
