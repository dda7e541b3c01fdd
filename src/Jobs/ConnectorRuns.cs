using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs;

/// <summary>Starts runs of connectors.</summary>
public sealed class ConnectorRuns(NpgsqlDataSource dataSource, JobQueue queue)
{
    // A source that is away is tried again by the schedule, so the job itself need not wait for hours.
    private const int Attempts = 4;

    /// <summary>Enqueues a run unless one of this connector is unfinished.</summary>
    /// <param name="connector">Which.</param>
    /// <param name="trigger">Who asked: <c>schedule</c>, <c>manual</c> or <c>up</c>.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The number of the job, or null when a run is unfinished already.</returns>
    public async Task<long?> StartAsync(Connector connector, string trigger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var job = await queue.EnqueueAsync(transaction, new SyncConnector(connector.Id, trigger), Options(connector), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return job;
    }

    /// <summary>How every run of a connector is enqueued, whoever asks for it. One unique key for all of them, so that no two are unfinished.</summary>
    internal static JobOptions Options(Connector connector) => new()
    {
        TenantId = connector.TenantId,
        Queue = QueueNames.Low,
        Connector = connector.Id,
        SubjectId = connector.Id,
        UniqueKey = $"{SyncConnector.Kind}:{connector.Id}",
        MaxAttempts = Attempts,
    };
}
