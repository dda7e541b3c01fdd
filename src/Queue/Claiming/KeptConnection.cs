using System.Data;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Claiming;

/// <summary>A connection that one loop keeps for as long as it answers, and opens again when it does not. Not thread-safe.</summary>
internal sealed class KeptConnection(Database dataSource) : IAsyncDisposable
{
    private NpgsqlConnection? connection;

    internal async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        connection ??= await dataSource.OpenConnectionAsync(cancellationToken);

    /// <summary>A connection that broke under its user goes.</summary>
    internal ValueTask UsedAsync() => connection is { FullState: ConnectionState.Open } ? ValueTask.CompletedTask : DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        var last = connection;
        connection = null;
        if (last is not null)
            await last.DisposeAsync();
    }
}
