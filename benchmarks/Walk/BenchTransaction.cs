using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Walk;

/// <summary>A transaction of a pass that no job runs, so it has no lease to lose.</summary>
internal sealed class BenchTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : ISyncTransaction
{
    public NpgsqlTransaction Transaction => transaction;

    internal static async Task<ISyncTransaction> BeginAsync(Database source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        return new BenchTransaction(connection, await connection.BeginTransactionAsync(cancellationToken));
    }

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
