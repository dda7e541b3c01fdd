using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Store;

namespace ScaiDrive.Workers.Host;

/// <summary>The rooms that keep rows.</summary>
internal static class Rooms
{
    /// <summary>In the order in which they are migrated; no schema refers to another, so the order is only for the eye.</summary>
    internal static IReadOnlyList<MigrationSet> Migrations { get; } =
        [DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations];

    /// <summary>A role other than <c>migrate</c> and <c>up</c> never changes the schema, and does not run on an old one.</summary>
    /// <exception cref="InvalidDataException">Migrations are due.</exception>
    internal static async Task RequireCurrentSchemaAsync(Database dataSource, CancellationToken cancellationToken)
    {
        var pending = await new Migrator(dataSource).PendingAsync(Migrations, cancellationToken);
        if (pending.Count > 0)
            throw new InvalidDataException($"{pending.Count} migrations are due ({pending[0]} first). Run './run migrate' against this database, then start again.");
    }
}
