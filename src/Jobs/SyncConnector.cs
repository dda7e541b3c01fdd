using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs;

/// <summary>Asks for one pass of a connector. An attempt that was cut off is taken up where its last commit was.</summary>
/// <param name="ConnectorId">Which (<c>cnn_…</c>).</param>
/// <param name="Trigger">Who asked: <c>schedule</c>, <c>manual</c> or <c>up</c>.</param>
public sealed record SyncConnector(string ConnectorId, string Trigger) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "sync-connector";
}

internal sealed class SyncConnectorHandler(ConnectorSync sync, ConnectorStore connectors, Schedules schedules) : IJobHandler<SyncConnector>
{
    public async Task<JobOutcome> RunAsync(SyncConnector args, JobContext job, CancellationToken cancellationToken)
    {
        try
        {
            var run = await sync.RunAsync(
                job.TenantId,
                args.ConnectorId,
                new RunRequest(args.Trigger),
                async token => new FencedSyncTransaction(await job.BeginAsync(token)),
                (progress, token) => job.ProgressAsync(progress.Report.Listed, null, $"{progress.Phase} {progress.Path}".TrimEnd(), token),
                cancellationToken);
            var report = run.Report;
            await job.LogAsync(
                report.Errors > 0 ? LogLevel.Warning : LogLevel.Information,
                $"{run.Id}: {report.Listed} listed, {report.Added} added, {report.Updated} updated, {report.Moved} moved, {report.Deleted} deleted, {report.Unchanged} unchanged, {report.Skipped} skipped, {report.Errors} errors",
                cancellationToken);
            return new JobOutcome.Completed();
        }
        catch (ConnectorException fault) when (fault.Code is ConnectorCodes.Paused or ConnectorCodes.NotFound)
        {
            if (fault.Code == ConnectorCodes.NotFound)
                await ForgetScheduleAsync(args, job, cancellationToken);
            return new JobOutcome.Cancelled(fault.Code, fault.Message);
        }
        catch (ConnectorException fault)
        {
            throw new JobFailedException(fault.Code, fault.Message);
        }
    }

    /// <summary>A connector that went without its schedule, as in a database restored in parts, is not asked for again.</summary>
    private async Task ForgetScheduleAsync(SyncConnector args, JobContext job, CancellationToken cancellationToken)
    {
        await using var fenced = await job.BeginAsync(cancellationToken);
        // The code is the same when the connector is there and its share is gone.
        if (!await connectors.AnnounceAsync(fenced.Transaction, job.TenantId, args.ConnectorId, cancellationToken))
            await schedules.DeleteOwnedAsync(fenced.Transaction, job.TenantId, args.ConnectorId, cancellationToken);
        await fenced.CommitAsync(cancellationToken);
    }

    private sealed class FencedSyncTransaction(FencedTransaction fenced) : ISyncTransaction
    {
        public NpgsqlTransaction Transaction => fenced.Transaction;

        public Task CommitAsync(CancellationToken cancellationToken) => fenced.CommitAsync(cancellationToken);

        public ValueTask DisposeAsync() => fenced.DisposeAsync();
    }
}
