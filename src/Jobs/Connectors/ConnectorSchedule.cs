using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Keeps one schedule for each connector in step with it, in the transaction that changes the connector.</summary>
/// <remarks>The schedule fires every interval; its job has the unique key of all runs of the connector, so a fire while a run is unfinished
/// starts none, and a run that was given up in the middle is gone on with by the next fire.</remarks>
internal sealed class ConnectorSchedule(Schedules schedules) : IConnectorListener
{
    private const string PausedBy = "connector";

    /// <summary>What the queue takes for an interval at most.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(3650);

    public Task SavedAsync(NpgsqlTransaction transaction, Connector connector, CancellationToken cancellationToken)
    {
        var interval = TimeSpan.FromMinutes(connector.SyncIntervalMinutes);
        var run = ConnectorRuns.Options(connector);
        var definition = ScheduleDefinition.Of(
            $"{SyncConnector.Kind} {connector.Id}",
            new SyncConnector(connector.Id, ConnectorRuns.Scheduled),
            new ScheduleTiming { Every = interval < LongestInterval ? interval : LongestInterval }) with
        {
            Queue = run.Queue,
            Connector = run.Connector,
            SubjectId = run.SubjectId,
            LimitKey = run.LimitKey,
            UniqueKey = run.UniqueKey,
            MaxAttempts = run.MaxAttempts,
        };
        var pause = connector.Status == ConnectorStatus.Paused ? new SchedulePause(PausedBy, connector.StatusMessage, null) : null;
        return schedules.UpsertAsync(
            transaction, connector.TenantId, connector.Id, definition, pause, connector.LastSyncAt ?? connector.CreatedAt, cancellationToken);
    }

    public Task DeletedAsync(NpgsqlTransaction transaction, string tenantId, string connectorId, CancellationToken cancellationToken) =>
        schedules.DeleteOwnedAsync(transaction, tenantId, connectorId, cancellationToken);
}

/// <summary>Sees to it once per start that every connector has its schedule: those set up by an earlier version have none, and a restored
/// database may lack some.</summary>
internal sealed class ConnectorScheduleRepair(Database dataSource, ConnectorStore connectors, TimeProvider time, ILogger<ConnectorScheduleRepair> log)
    : BackgroundService
{
    private const int PageSize = 500;

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RepairAsync(stoppingToken);
                return;
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that is away now is asked again; schedules that are there fire meanwhile.
                log.LogWarning(fault, "Bringing the schedules in line with the connectors failed; trying again");
                await Task.Delay(TryAgainAfter, time, stoppingToken);
            }
        }
    }

    internal async Task RepairAsync(CancellationToken cancellationToken)
    {
        (string, string)? after = null;
        while (true)
        {
            var page = await connectors.ListAllAsync(after, PageSize, cancellationToken);
            foreach (var (tenantId, connectorId) in page)
            {
                // One transaction each: it holds the connector's row, and somebody may want to change it.
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connectors.AnnounceAsync(transaction, tenantId, connectorId, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            if (page.Count < PageSize)
                return;
            after = page[^1];
        }
    }
}
