using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>The tables of this room, in schema <c>public</c>.</summary>
public static class DriveSchema
{
    /// <summary>What <see cref="Migrator"/> applies.</summary>
    public static MigrationSet Migrations { get; } = new("drive", typeof(DriveSchema).Assembly);
}
