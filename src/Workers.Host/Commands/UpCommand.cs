using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;
using ScaiDrive.Workers.Host.Configuration;
using ScaiDrive.Workers.Host.Upping;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>up FOLDER</c>: everything on this machine, mirroring one folder and making it searchable.</summary>
internal static class UpCommand
{
    internal static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The folder to mirror and index" };
        var data = new Option<string?>("--data") { Description = "Where ScaiDrive keeps its own files (default .scaidrive, or SCAIDRIVE_DATA_DIR)" };
        var port = new Option<int?>("--port") { Description = "Port of the API and the page (default 8000, or SCAIDRIVE_PORT; 0 takes a free one)" };
        var once = new Option<bool>("--once") { Description = "End when everything is indexed, with one summary line of JSON" };
        var command = new Command("up", "Runs everything on this machine and mirrors FOLDER.") { folder, data, port, once };
        command.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
            RunAsync(parsed.GetRequiredValue(folder), parsed.GetValue(data), parsed.GetValue(port), parsed.GetValue(once), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string folder, string? data, int? port, bool once, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            throw new UsageException(File.Exists(folder) ? $"'{folder}' is a file; name the folder to mirror." : $"The folder '{folder}' does not exist.");
        if (port is < 0 or > 65535)
            throw new UsageException($"--port {port} is not allowed. Allowed: 0 to 65535.");
        var root = new DirectoryInfo(Path.GetFullPath(folder)) is var given && given.ResolveLinkTarget(returnFinalTarget: true) is { } target
            ? target.FullName
            : Path.TrimEndingDirectorySeparator(given.FullName);

        var settings = SettingsReader.ReadEnvironment();
        settings = settings with
        {
            DataDirectory = data is null ? settings.DataDirectory : Path.GetFullPath(data),
            IndexDirectory = data is null ? settings.IndexDirectory : Path.Combine(Path.GetFullPath(data), "index"),
            Port = port ?? settings.Port,
            ConnectorRoots = [root, .. settings.ConnectorRoots],
        };
        Composition.RequireWeights(settings);
        RequireFreePort(settings);
        using var lockFile = DataDirectoryLock.Take(settings.DataDirectory);

        await using var server = await StartServerAsync(settings, cancellationToken);
        await using var dataSource = PostgresDataSource.Create(server?.ConnectionString("scaidrive") ?? settings.DatabaseUrl!, "scaidrive-up");
        await new Migrator(dataSource).MigrateAsync(Rooms.Migrations, cancellationToken);

        await using var app = Composition.BuildWebHost(settings, dataSource, new HostParts { Api = true, Worker = true, Drain = TimeSpan.FromSeconds(3) });
        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        await app.Services.GetRequiredService<DriveStore>().EnsureLocalTenantAsync(cancellationToken);
        var mirror = app.Services.GetRequiredService<FolderMirror>();
        var connector = await mirror.EnsureConnectorAsync(root, cancellationToken);

        await app.StartAsync(cancellationToken);
        await Console.Error.WriteLineAsync($"ScaiDrive is ready: {app.Urls.First()}/  mirroring {root}  (Ctrl-C stops it)");
        var serverLost = WatchServerAsync(server, lifetime);
        var outcome = 0;
        try
        {
            outcome = await WatchProgressAsync(app.Services.GetRequiredService<IndexingProgress>(), connector, once, lifetime.ApplicationStopping);
            if (!once)
                await app.WaitForShutdownAsync(CancellationToken.None);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM: what was running is handed back below.
        }
        finally
        {
            // Without its database there is nothing to hand back.
            using var patience = new CancellationTokenSource(server?.Exited.IsCompleted == true ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1));
            await app.StopAsync(patience.Token);
        }

        return await serverLost ? 1 : outcome;
    }

    /// <summary>Asked before a server is started for nothing.</summary>
    private static void RequireFreePort(HostSettings settings)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Parse(settings.BindAddress), settings.Port);
            probe.Start();
        }
        catch (SocketException fault)
        {
            throw new UsageException($"Port {settings.Port} on {settings.BindAddress} cannot be used ({fault.Message}). Choose another one with --port N or SCAIDRIVE_PORT; 0 takes a free one.");
        }
    }

    private static async Task<EmbeddedPostgres?> StartServerAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        if (settings.DatabaseUrl is not null)
            return null;
        var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions(Path.Combine(settings.DataDirectory, "postgres")), TimeProvider.System, cancellationToken);
        await server.EnsureDatabaseAsync("scaidrive", cancellationToken);
        return server;
    }

    /// <summary>Whether the embedded server ended by itself; the host then stops, because nothing can be kept safe.</summary>
    private static async Task<bool> WatchServerAsync(EmbeddedPostgres? server, IHostApplicationLifetime lifetime)
    {
        if (server is null)
            return false;
        var stopping = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStopping.Register(stopping.SetResult);
        if (await Task.WhenAny(server.Exited, stopping.Task) == stopping.Task)
            return false;
        await Console.Error.WriteLineAsync("ScaiDrive: the embedded PostgreSQL ended unexpectedly; stopping. Its log is server.log in the cluster directory.");
        lifetime.StopApplication();
        return true;
    }

    private static async Task<int> WatchProgressAsync(IndexingProgress progress, Connector connector, bool once, CancellationToken cancellationToken)
    {
        var summary = await progress.RunAsync(connector, cancellationToken);
        if (once)
            Console.WriteLine(JsonSerializer.Serialize(summary, IndexingSummary.Json));
        else
            await Console.Error.WriteLineAsync($"Done: {summary.Files} files, {summary.Indexed} indexed, {summary.Skipped} skipped with a reason, {summary.Failed} failed, {summary.Seconds} s. Changes in the folder are followed.");
        if (summary.Problem is not null)
            await Console.Error.WriteLineAsync($"ScaiDrive: {summary.Problem}");
        return summary is { Failed: 0, Problem: null } ? 0 : 1;
    }
}
