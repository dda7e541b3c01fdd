using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>The tables of the queue, in schema <c>queue</c>.</summary>
public static class QueueSchema
{
    /// <summary>What <see cref="Migrator"/> applies for this room.</summary>
    public static MigrationSet Migrations { get; } = new("queue", typeof(QueueSchema).Assembly);
}
