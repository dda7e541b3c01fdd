using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs;

/// <summary>Asks for one pass of a connector. An attempt that was cut off is taken up where its last commit was.</summary>
/// <param name="ConnectorId">Which (<c>cnn_…</c>).</param>
/// <param name="Trigger">Who asked: <c>schedule</c>, <c>manual</c>, <c>change</c> or <c>up</c>.</param>
public sealed record SyncConnector(string ConnectorId, string Trigger) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "sync-connector";

    /// <summary>It shows what a pass would do, and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Only where the source told of changes since the last pass; otherwise all of it.</summary>
    public bool OnlyHints { get; init; }

    /// <summary>Deletions that a person allowed; null leaves it to the rules of the connector.</summary>
    public long? AllowedDeletes { get; init; }

    /// <summary>Whether a person waits for it: it is made in quiet hours, too.</summary>
    internal bool IsAskedFor => Trigger is not (ConnectorRuns.Scheduled or ConnectorRuns.Change);
}

internal sealed class SyncConnectorHandler(ConnectorSync sync, ConnectorStore connectors, Schedules schedules, TimeProvider time) : IJobHandler<SyncConnector>
{
    private static readonly HashSet<string> NeedsPerson =
        [.. SourceRefusals.Codes, ConnectorCodes.MassDelete, ConnectorCodes.TargetMissing, ConnectorCodes.SourceReadOnly, ConnectorCodes.RunUnfinished];

    public async Task<JobOutcome> RunAsync(SyncConnector args, JobContext job, CancellationToken cancellationToken)
    {
        try
        {
            var connector = await connectors.FindAsync(job.TenantId, args.ConnectorId, cancellationToken);
            if (connector is not null)
                RefuseInQuietHours(args, connector);
            await EndUnfinishedAsync(args, connector, job, cancellationToken);
            await SyncAsync(args, connector, job, cancellationToken);
            return new JobOutcome.Completed();
        }
        catch (QuietHoursException rest)
        {
            return new JobOutcome.Snoozed(rest.Until - time.GetUtcNow(), rest.Message);
        }
        catch (ConnectorException fault) when (fault.Code is ConnectorCodes.Paused or ConnectorCodes.NotFound)
        {
            if (fault.Code == ConnectorCodes.NotFound)
                await ForgetScheduleAsync(args, job, cancellationToken);
            return new JobOutcome.Cancelled(fault.Code, fault.Message);
        }
        catch (ConnectorException fault) when (NeedsPerson.Contains(fault.Code))
        {
            // Trying again at once comes to the same, and a few wrong passwords in a row lock the account. The schedule tries again.
            return new JobOutcome.Cancelled(fault.Code, fault.Message);
        }
        catch (ConnectorException fault)
        {
            throw new JobFailedException(fault.Code, fault.Message);
        }
    }

    /// <summary>A run that an earlier job left unfinished goes on as it was asked for then. When that is not what is asked for now, it is brought to its
    /// end first, so that the one after it is.</summary>
    private async Task EndUnfinishedAsync(SyncConnector args, Connector? connector, JobContext job, CancellationToken cancellationToken)
    {
        // A dry run and one that writes never go on with each other; see ConnectorSync.
        if (await connectors.ListRunsAsync(job.TenantId, args.ConnectorId, null, 1, cancellationToken) is not [{ Status: "running" } unfinished]
            || unfinished.IsDryRun != args.DryRun
            || Covers(unfinished, args))
        {
            return;
        }

        try
        {
            await SyncAsync(args, connector, job, cancellationToken);
        }
        catch (ConnectorException fault) when (fault.Code == ConnectorCodes.MassDelete && args.AllowedDeletes is not null)
        {
            // It did not know yet what was allowed meanwhile.
            await job.LogAsync(LogLevel.Warning, $"{unfinished.Id}: {fault.Message}", cancellationToken);
        }
    }

    private static bool Covers(Run run, SyncConnector args) =>
        args.DryRun || ((args.OnlyHints || run.Scope is null) && (args.AllowedDeletes is null || run.AllowedDeletes >= args.AllowedDeletes));

    private async Task SyncAsync(SyncConnector args, Connector? connector, JobContext job, CancellationToken cancellationToken)
    {
        var run = await sync.RunAsync(
            job.TenantId,
            args.ConnectorId,
            new RunRequest(args.Trigger)
            {
                IsDryRun = args.DryRun,
                AllowedDeletes = args.AllowedDeletes,
                // What was noted is added to it when the run begins.
                Scope = args.OnlyHints ? [] : null,
            },
            async token => new FencedSyncTransaction(await job.BeginAsync(token)),
            async (progress, token) =>
            {
                await job.ProgressAsync(progress.Report.Listed, null, $"{progress.Phase} {progress.Path}".TrimEnd(), token);
                // After a commit: the run stays unfinished, and is gone on with from here.
                if (connector is not null)
                    RefuseInQuietHours(args, connector);
            },
            cancellationToken);
        await job.LogAsync(run.Report.Errors > 0 ? LogLevel.Warning : LogLevel.Information, Summary(run), cancellationToken);
    }

    private static string Summary(Run run)
    {
        var report = run.Report;
        return $"{run.Id}: {report.Listed} listed, {report.Added} added, {report.Updated} updated, {report.Moved} moved, {report.Deleted} deleted, "
            + $"{report.Unchanged} unchanged, {report.Skipped} skipped, {report.Errors} errors; to the source {report.SentAdded} added, {report.SentUpdated} updated, "
            + $"{report.SentMoved} moved, {report.SentDeleted} deleted; {report.Conflicts} conflicts";
    }

    private void RefuseInQuietHours(SyncConnector args, Connector connector)
    {
        if (!args.IsAskedFor && QuietTimes.EndOfRest(connector.Rules.QuietHours, time.GetUtcNow()) is { } until)
            throw new QuietHoursException(until);
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

    /// <summary>Not a <see cref="ConnectorException"/>, which would fail the run.</summary>
    private sealed class QuietHoursException(DateTimeOffset until)
        : Exception($"{ConnectorCodes.QuietHours}: the source is left alone until {until:yyyy-MM-dd HH:mm} UTC. A run that is asked for by hand is made at once.")
    {
        internal DateTimeOffset Until => until;
    }

    private sealed class FencedSyncTransaction(FencedTransaction fenced) : ISyncTransaction
    {
        public NpgsqlTransaction Transaction => fenced.Transaction;

        public Task CommitAsync(CancellationToken cancellationToken) => fenced.CommitAsync(cancellationToken);

        public ValueTask DisposeAsync() => fenced.DisposeAsync();
    }
}
