using Npgsql;

namespace ScaiDrive.Connectors;

/// <summary>Told of connectors that are set up, changed, paused, resumed or deleted, in the transaction that does so: what it writes
/// there commits with the connector, and what it throws undoes the change.</summary>
public interface IConnectorListener
{
    /// <summary>The connector is new, or not as it was.</summary>
    /// <param name="transaction">Holds the connector's row.</param>
    /// <param name="connector">As it will be.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    Task SavedAsync(NpgsqlTransaction transaction, Connector connector, CancellationToken cancellationToken);

    /// <summary>The connector goes.</summary>
    Task DeletedAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken);
}
