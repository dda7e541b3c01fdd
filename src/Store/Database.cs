#pragma warning disable RS0030 // This is the one place that talks to the driver's data source, which everybody else is kept from.
using Npgsql;

namespace ScaiDrive.Store;

/// <summary>The rooms' one way to PostgreSQL. Inside of <see cref="TenantWall"/> every statement and every connection it gives out
/// runs in the role and with the tenant of the wall.</summary>
/// <remarks>There are two pools. A connection that served a tenant never serves the fleet, so nothing has to be taken back with
/// certainty before somebody may rely on seeing all rows; and the plans of prepared statements, which are made for a role, stay
/// good. The second pool opens its first connection when the first tenant comes.</remarks>
public sealed class Database : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource fleet;
    private readonly NpgsqlDataSource tenants;

    internal Database(NpgsqlDataSource fleet, NpgsqlDataSource tenants) => (this.fleet, this.tenants) = (fleet, tenants);

    /// <summary>One statement, on a connection of its own.</summary>
    public Statement CreateCommand(string sql)
    {
        var statement = new NpgsqlBatchCommand(sql);
        var batch = CreateBatch();
        batch.BatchCommands.Add(statement);
        return new Statement(batch, statement);
    }

    /// <summary>Several statements in one round trip and one transaction, on a connection of their own.</summary>
    /// <remarks>Add to what is there already: inside of the wall the first command enters it. It has no result.</remarks>
    public NpgsqlBatch CreateBatch()
    {
        if (TenantWall.TenantId is not { } tenantId)
            return fleet.CreateBatch();
        var batch = tenants.CreateBatch();
        batch.BatchCommands.Add(Enter(tenantId));
        return batch;
    }

    /// <summary>An open connection, which stays on the side of the wall on which it was opened. Dispose it to give it back.</summary>
    public async ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        if (TenantWall.TenantId is not { } tenantId)
            return await fleet.OpenConnectionAsync(cancellationToken);
        var connection = await tenants.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var enter = new NpgsqlBatch(connection) { BatchCommands = { Enter(tenantId) } };
            await enter.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes idle connections, and others when they come back: what comes next connects anew.</summary>
    public void Clear()
    {
        tenants.Clear();
        fleet.Clear();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await tenants.DisposeAsync();
        await fleet.DisposeAsync();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        tenants.Dispose();
        fleet.Dispose();
    }

    private static NpgsqlBatchCommand Enter(string tenantId) => new(TenantWallSql.Enter) { Parameters = { new() { Value = tenantId } } };
}
