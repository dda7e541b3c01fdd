using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Workers.Host.Upping;

/// <summary>Follows the mirroring of a folder until every file is indexed or explained.</summary>
internal sealed class IndexingProgress(
    ConnectorRuns runs, ConnectorStore connectors, QueueReader queues, FileLedger ledger, LocalIndex index, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    /// <summary>Starts a run and waits for it and all that follows from it.</summary>
    internal async Task<IndexingSummary> RunAsync(Connector connector, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var stages = new StageTimes();
        // A run that a dead host left unfinished goes on first: it has passed folders that may have changed since.
        while (await runs.StartAsync(connector, "up", cancellationToken) is null)
            await WaitUntilIdleAsync(connector.TenantId, cancellationToken);
        await WaitUntilIdleAsync(connector.TenantId, cancellationToken);
        await index.CatchUpAsync(connector.TenantId, cancellationToken);

        var totals = await ledger.TotalsAsync(connector.TenantId, cancellationToken);
        var runsOfConnector = await connectors.ListRunsAsync(connector.TenantId, connector.Id, null, 1, cancellationToken);
        var run = runsOfConnector.Count > 0 ? runsOfConnector[0] : null;
        return new IndexingSummary(
            totals.Files,
            totals.Indexed,
            totals.Skipped.Values.Sum(),
            totals.Failed.Values.Sum() + totals.Pending + (run?.Report.Errors ?? 0),
            Math.Round(time.GetElapsedTime(started).TotalSeconds, 2),
            totals.Skipped,
            stages.Seconds,
            run switch
            {
                null => "The folder was never read.",
                { ErrorCode: { } code } => $"{code}: {run.ErrorMessage}",
                _ => null,
            });
    }

    /// <summary>Nothing waits, runs or is to be tried again: what is left undone then has ended with a reason.</summary>
    private async Task WaitUntilIdleAsync(string tenantId, CancellationToken cancellationToken)
    {
        var told = time.GetTimestamp();
        while (true)
        {
            try
            {
                var depths = await queues.DepthsAsync(cancellationToken);
                if (depths.All(depth => depth is { Depth: 0, Running: 0, Scheduled: 0, Retryable: 0 }))
                    return;
                if (time.GetElapsedTime(told) > TellEvery)
                {
                    told = time.GetTimestamp();
                    var totals = await ledger.TotalsAsync(tenantId, cancellationToken);
                    await Console.Error.WriteLineAsync(
                        $"{totals.Files} files: {totals.Indexed} indexed, {totals.Pending} pending, {totals.Skipped.Values.Sum()} skipped; {depths.Sum(depth => depth.Running)} jobs running, {depths.Sum(depth => depth.Depth)} waiting");
                }
            }
            catch (NpgsqlException fault)
            {
                // The workers wait for the database too; nothing is lost by asking later.
                await Console.Error.WriteLineAsync($"The database does not answer: {fault.Message}");
            }

            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }
}
