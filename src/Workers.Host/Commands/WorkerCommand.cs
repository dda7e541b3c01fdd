using System.CommandLine;
using ScaiDrive.Drive;
using ScaiDrive.Store;
using ScaiDrive.Workers.Host.Configuration;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>worker</c>: runs jobs, and shows nothing but <c>/metrics</c>. SIGTERM drains it.</summary>
internal static class WorkerCommand
{
    internal static Command Create()
    {
        var command = new Command("worker", "Runs jobs.");
        command.SetAction((_, cancellationToken) => Failing.InWordsAsync(() => RunAsync(cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var settings = SettingsReader.ReadEnvironment();
        await using var dataSource = PostgresDataSource.Create(Required.DatabaseUrl(settings), "scaidrive-worker");
        await Rooms.RequireCurrentSchemaAsync(dataSource, cancellationToken);
        settings = settings with { Port = settings.WorkerMetricsPort };
        await using var app = Composition.BuildWebHost(settings, dataSource, new HostParts { Worker = true });
        await app.Services.GetRequiredService<DriveStore>().EnsureLocalTenantAsync(cancellationToken);
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
