using System.CommandLine;
using ScaiDrive.Store;
using ScaiDrive.Workers.Host.Configuration;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>migrate</c>: brings the database of <c>SCAIDRIVE_DATABASE_URL</c> to the schema of this build, then ends.</summary>
internal static class MigrateCommand
{
    internal static Command Create()
    {
        var command = new Command("migrate", "Brings the database to the schema of this build.");
        command.SetAction((_, cancellationToken) => Failing.InWordsAsync(async () =>
        {
            var settings = SettingsReader.ReadEnvironment();
            await using var dataSource = PostgresDataSource.Create(Required.DatabaseUrl(settings), "scaidrive-migrate");
            var applied = await new Migrator(dataSource).MigrateAsync(Rooms.Migrations, cancellationToken);
            foreach (var name in applied)
                Console.WriteLine($"applied {name}");
            Console.WriteLine(applied.Count == 0 ? "The database is current." : $"Applied {applied.Count} migrations.");
            return 0;
        }));
        return command;
    }
}

/// <summary>Settings that one role cannot do without.</summary>
internal static class Required
{
    /// <exception cref="BadSettingsException">It is not set.</exception>
    internal static string DatabaseUrl(HostSettings settings) =>
        settings.DatabaseUrl ?? throw new BadSettingsException(
            ["SCAIDRIVE_DATABASE_URL: This role needs a server. Allowed: postgresql://user:password@host:5432/database. (./run up brings a server of its own.)"]);
}
