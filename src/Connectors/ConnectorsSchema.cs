using ScaiDrive.Store;

namespace ScaiDrive.Connectors;

/// <summary>The tables of this room: schema <c>connectors</c>.</summary>
public static class ConnectorsSchema
{
    /// <summary>The room's migrations, for the migrator.</summary>
    public static MigrationSet Migrations { get; } = new("connectors", typeof(ConnectorsSchema).Assembly);
}
