using Microsoft.Extensions.Options;
using Npgsql;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync.Merging;
using ScaiDrive.Connectors.Sync.Planning;
using ScaiDrive.Connectors.Sync.Pushing;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Brings a share in step with a source: one pass over all of it.</summary>
/// <remarks>
/// <para>The one algorithm behind every type of connector. The snapshot of the last pass is the truth about what is in the share; the source is
/// compared with it by identity, size and times, so moves, copies with old dates and replaced files are seen for what they are.</para>
/// <para>Three phases, each safe to repeat: <see cref="SourceWalk"/>, <see cref="Contests"/>, <see cref="Deletions"/>. Content is stored outside of
/// transactions; then each batch commits files, snapshot, counters and cursor together, so another attempt goes on where the last commit was.</para>
/// <para>At most one pass per connector may run at a time; the job's unique key and its fence see to that.</para>
/// </remarks>
public sealed class ConnectorSync(
    Database dataSource,
    ConnectorStore connectors,
    ConnectorSources sources,
    DriveStore drive,
    ContentStore contents,
    ConflictStore conflicts,
    PermissionSweeps permissions,
    IOptions<ConnectorOptions> options,
    TimeProvider time)
{
    /// <summary>Makes a pass, or goes on with the one that an earlier attempt left unfinished.</summary>
    /// <param name="tenantId">Whose connector.</param>
    /// <param name="connectorId">Which connector.</param>
    /// <param name="request">What is asked of a new run; an unfinished one goes on as it was asked for. A dry run that was cut off makes way for one that writes.</param>
    /// <param name="begin">Opens a transaction that only the rightful worker can commit.</param>
    /// <param name="progress">Told after every commit; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches; the run stays unfinished and can be taken up again.</param>
    /// <returns>The completed run, with errors of single items among its counters.</returns>
    /// <exception cref="ConnectorException">The pass cannot be made, or not to its end (a full disk): the run is failed with the same code, and nothing
    /// was deleted for that reason.
    /// With <see cref="ConnectorCodes.Paused"/>, <see cref="ConnectorCodes.NotFound"/> or <see cref="ConnectorCodes.RunUnfinished"/> there is no failed run.</exception>
    public async Task<Run> RunAsync(
        string tenantId,
        string connectorId,
        RunRequest request,
        Func<CancellationToken, Task<ISyncTransaction>> begin,
        Func<SyncProgress, CancellationToken, ValueTask>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(begin);
        var connector = await connectors.FindAsync(tenantId, connectorId, cancellationToken)
            ?? throw new ConnectorException(ConnectorCodes.NotFound, $"There is no connector {connectorId}.");
        if (connector.Status == ConnectorStatus.Paused)
            throw new ConnectorException(ConnectorCodes.Paused, $"The connector '{connector.Name}' is paused.");

        var run = await TakeUpAsync(connector, request, begin, cancellationToken);
        return await RunAsync(connector, run, () => sources.OpenAsync(connector, cancellationToken), begin, progress, cancellationToken);
    }

    /// <summary>The run that an earlier attempt left unfinished, or a new one. Nobody who asks for one kind of run gets the other.</summary>
    internal async Task<Run> TakeUpAsync(
        Connector connector, RunRequest request, Func<CancellationToken, Task<ISyncTransaction>> begin, CancellationToken cancellationToken)
    {
        var unfinished = await connectors.FindRunningAsync(connector.TenantId, connector.Id, cancellationToken);
        if (unfinished is not null && unfinished.IsDryRun == request.IsDryRun)
            return unfinished;
        if (unfinished is { IsDryRun: false })
        {
            throw new ConnectorException(
                ConnectorCodes.RunUnfinished, $"Run {unfinished.Id} of the connector '{connector.Name}' was cut off and has to be brought to its end before a dry run. Sync without dry_run first.");
        }

        if (unfinished is not null)
            await FencedWork.RunAsync(begin, transaction => ConnectorStore.SupersedeRunAsync(transaction, unfinished, time.GetUtcNow(), cancellationToken), cancellationToken);
        return await StartAsync(connector, request, begin, cancellationToken);
    }

    /// <summary>Goes on with a run, and fails it when that cannot be done. Any other exception leaves it to another attempt.</summary>
    internal async Task<Run> RunAsync(
        Connector connector,
        Run run,
        Func<Task<IConnectorSource>> open,
        Func<CancellationToken, Task<ISyncTransaction>> begin,
        Func<SyncProgress, CancellationToken, ValueTask>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var source = await open();
            return await RunAsync(connector, run, source, begin, progress, cancellationToken);
        }
        catch (ConnectorException fault) when (fault.Code is not ConnectorCodes.Paused)
        {
            await FailAsync(run, fault.Code, fault.Message, begin, cancellationToken);
            throw;
        }
        catch (DriveException fault)
        {
            await FailAsync(run, fault.Code, fault.Message, begin, cancellationToken);
            throw new ConnectorException(fault.Code, fault.Message, fault);
        }
    }

    /// <summary>The pass itself, over a source that is already open.</summary>
    private async Task<Run> RunAsync(
        Connector connector,
        Run run,
        IConnectorSource source,
        Func<CancellationToken, Task<ISyncTransaction>> begin,
        Func<SyncProgress, CancellationToken, ValueTask>? progress,
        CancellationToken cancellationToken)
    {
        var snapshot = new Snapshot(dataSource, connector.TenantId, connector.Id);
        var pass = new SyncPass(connector, run, source, drive, snapshot, options.Value, time, begin, progress);
        if (await drive.FindShareAsync(connector.TenantId, connector.TargetShareId, cancellationToken) is not { IsDeleted: false })
            throw new ConnectorException(ConnectorCodes.NotFound, $"The share {connector.TargetShareId} does not exist any more.");

        var writable = WritableOf(connector, source);
        var hasSnapshot = await snapshot.ExistsAsync(cancellationToken);
        var root = await source.ProbeAsync(cancellationToken);
        if (hasSnapshot && connector.RootIdentity is not null && connector.RootIdentity != root)
            await RefuseIfEmptyAsync(source, cancellationToken);

        if (writable is not null)
            pass.Target = await new TargetFolders(pass, connectors).FindAsync(hasSnapshot, cancellationToken);
        // Also where the share only follows: it may have led when the last pass broke off.
        if (!run.IsDryRun && source is IWritableSource written)
            await new IntentSweep(pass, written).RunAsync(cancellationToken);

        var sweep = permissions.Of(pass);
        await sweep.PrepareAsync(cancellationToken);
        var relocations = new Relocations(pass, hasSnapshot);
        var merging = writable is null ? null : new MergePreparation(pass, contents, conflicts);
        var reader = new ContentReader(source, contents, connector.TenantId, options.Value, connector.Rules.ParallelFiles);
        await using var batch = new SyncBatch(pass, reader, relocations, merging, cancellationToken);
        if (run.IsDryRun)
            return await PlanAsync(pass, batch, relocations, writable, root, cancellationToken);
        if (pass.Phase == SyncPhases.Walk)
        {
            await new SourceWalk(pass, batch, relocations).RunAsync(cancellationToken);
            await EnterPhaseAsync(pass, SyncPhases.Resolve, _ => { }, cancellationToken);
        }

        if (pass.Phase == SyncPhases.Resolve)
        {
            await new Contests(pass, batch, relocations).RunAsync(cancellationToken);
            await EnterPhaseAsync(pass, SyncPhases.Delete, rows => MarkBelowMissing(run, rows), cancellationToken);
        }

        // A source that went away while it was read looks as if files had been deleted.
        if (await source.ProbeAsync(cancellationToken) != root)
            throw new ConnectorException(ConnectorCodes.SourceReplaced, "The root of the source became another directory during the pass. Nothing was deleted.");
        await sweep.RunAsync(cancellationToken);
        if (pass.Phase == SyncPhases.Delete)
        {
            await new Deletions(pass, conflicts).RunAsync(cancellationToken);
            if (writable is not null)
                await EnterPhaseAsync(pass, SyncPhases.Push, _ => { }, cancellationToken);
        }

        if (writable is not null)
            await new Push(pass, writable, connectors, conflicts, contents).RunAsync(cancellationToken);
        await pass.CompleteAsync(root, cancellationToken);
        return await connectors.FindRunAsync(connector.TenantId, run.Id, cancellationToken) ?? run;
    }

    /// <summary>The same way round, with nothing written but what would be. An attempt that broke off begins anew.</summary>
    private async Task<Run> PlanAsync(
        SyncPass pass, SyncBatch batch, Relocations relocations, IWritableSource? writable, string root, CancellationToken cancellationToken)
    {
        var run = pass.Run;
        await using (var forget = dataSource.CreateCommand(PlanSql.Forget))
        {
            forget.Parameters.Add(new NpgsqlParameter { Value = run.TenantId });
            forget.Parameters.Add(new NpgsqlParameter { Value = run.Id });
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        (pass.Phase, pass.Cursor) = (SyncPhases.Walk, null);
        await new SourceWalk(pass, batch, relocations).RunAsync(cancellationToken);
        await new PlanEnd(pass, dataSource).RunAsync(cancellationToken);
        if (writable is not null)
            await new Push(pass, writable, connectors, conflicts, contents).PlanAsync(dataSource, cancellationToken);
        await pass.CompleteAsync(root, cancellationToken);
        return await connectors.FindRunAsync(run.TenantId, run.Id, cancellationToken) ?? run;
    }

    /// <summary>The source as one that is written to; null when the share only follows.</summary>
    private static IWritableSource? WritableOf(Connector connector, IConnectorSource source) =>
        connector.Rules.Direction == SyncDirection.ToScaiDrive ? null
        : source as IWritableSource
            ?? throw new ConnectorException(ConnectorCodes.SourceReadOnly, $"A source of type '{connector.Type}' cannot be written to. Set sync_direction so that ScaiDrive follows it.");

    internal async Task<Run> StartAsync(Connector connector, RunRequest request, Func<CancellationToken, Task<ISyncTransaction>> begin, CancellationToken cancellationToken)
    {
        var id = PrefixedId.New("run");
        await FencedWork.RunAsync(
            begin,
            async transaction =>
            {
                await ConnectorStore.StartRunAsync(transaction, connector.TenantId, id, connector.Id, request, time.GetUtcNow(), cancellationToken);
                if (request.IsDryRun)
                    return;
                await using var rows = new Snapshot(dataSource, connector.TenantId, connector.Id).Write(transaction, id);
                rows.ForgetOldContests();
                await rows.FlushAsync(cancellationToken);
            },
            cancellationToken);
        return await connectors.FindRunAsync(connector.TenantId, id, cancellationToken)
            ?? throw new InvalidOperationException($"Run {id} was committed but cannot be read.");
    }

    /// <summary>The counters and the cursor stay as the last commit left them.</summary>
    private async Task FailAsync(Run run, string code, string message, Func<CancellationToken, Task<ISyncTransaction>> begin, CancellationToken cancellationToken)
    {
        var last = await connectors.FindRunAsync(run.TenantId, run.Id, cancellationToken) ?? run;
        await FencedWork.RunAsync(
            begin, transaction => ConnectorStore.FailRunAsync(transaction, last, code, message, time.GetUtcNow(), cancellationToken), cancellationToken);
    }

    /// <summary>An empty folder where a full one was, and not the same one: most likely a mount point without its mount.</summary>
    private static async Task RefuseIfEmptyAsync(IConnectorSource source, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in source.ListAsync("", null, cancellationToken))
                return;
        }
        catch (SourceEntryException fault)
        {
            throw new ConnectorException(ConnectorCodes.SourceOffline, $"The root of the source cannot be listed: {fault.Fault.Detail}", fault);
        }

        throw new ConnectorException(
            ConnectorCodes.SourceReplaced, "The root of the source is empty and not the directory it was: is something not mounted? Nothing was deleted.");
    }

    /// <summary>A directory that a run over parts misses may have moved to where it does not look: the source tells of both places of a move, but perhaps
    /// not in one breath. So the next run looks there again, and at what was told since; what it misses too is gone.</summary>
    private static void MarkBelowMissing(Run run, SnapshotWriter rows)
    {
        rows.ForgetPutOff();
        if (run.Scope is not null)
            rows.PutOffMissingDirectories();
        rows.MarkBelowMissing();
    }

    private static Task EnterPhaseAsync(SyncPass pass, string phase, Action<SnapshotWriter> prepare, CancellationToken cancellationToken)
    {
        (pass.Phase, pass.Cursor) = (phase, null);
        return pass.CommitAsync(
            (_, rows) =>
            {
                prepare(rows);
                return Task.CompletedTask;
            },
            cancellationToken);
    }
}
