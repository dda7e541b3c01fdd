using Npgsql;

namespace ScaiDrive.Connectors;

/// <summary>A transaction that commits only while the caller still has the right to write: fenced by the lease of its job.</summary>
/// <remarks>Disposing without a commit rolls back. The sync opens one per batch and holds none while it reads the source.</remarks>
public interface ISyncTransaction : IAsyncDisposable
{
    /// <summary>Where the statements run.</summary>
    NpgsqlTransaction Transaction { get; }

    /// <summary>Commits, or throws when the right to write is lost.</summary>
    Task CommitAsync(CancellationToken cancellationToken);
}
