using System.CommandLine;
using ScaiDrive.Drive;
using ScaiDrive.Store;
using ScaiDrive.Workers.Host.Configuration;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>api</c>: HTTP and the pages, with a local index that follows the log. Runs no jobs.</summary>
internal static class ApiCommand
{
    internal static Command Create()
    {
        var command = new Command("api", "Serves the HTTP API and the pages.");
        command.SetAction((_, cancellationToken) => Failing.InWordsAsync(() => RunAsync(cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var settings = SettingsReader.ReadEnvironment();
        await using var dataSource = PostgresDataSource.Create(Required.DatabaseUrl(settings), "scaidrive-api");
        await Rooms.RequireCurrentSchemaAsync(dataSource, cancellationToken);
        using var lockFile = DataDirectoryLock.Take(settings.IndexDirectory);
        await using var app = Composition.BuildWebHost(settings, dataSource, new HostParts { Api = true });
        await app.Services.GetRequiredService<DriveStore>().EnsureLocalTenantAsync(cancellationToken);
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
