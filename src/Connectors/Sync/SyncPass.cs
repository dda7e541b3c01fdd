using Npgsql;
using ScaiDrive.Connectors.Filtering;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>What one attempt at a run carries through its phases: counters, problems, cursor, and how to commit them together with what they stand for.</summary>
/// <remarks>Everything here is lost with the attempt, and that is right: the next one starts from the row as the last commit left it.</remarks>
internal sealed class SyncPass(
    Connector connector,
    Run run,
    IConnectorSource source,
    DriveStore drive,
    Snapshot snapshot,
    ConnectorOptions options,
    TimeProvider time,
    Func<CancellationToken, Task<ISyncTransaction>> begin,
    Func<SyncProgress, CancellationToken, ValueTask>? progress)
{
    private readonly List<RunItem> items = [];
    private readonly List<PlannedItem> plan = [];
    private readonly Stack<(MirroredDirectory Directory, MirroredDirectoryState Before)> touched = new();
    private readonly string targetRoot = connector.TargetPath.Trim('/');
    private long problemCount = run.ProblemCount;
    private long itemCount = run.ItemCount;

    internal Connector Connector => connector;

    internal Run Run => run;

    internal IConnectorSource Source => source;

    internal DriveStore Drive => drive;

    internal Snapshot Snapshot => snapshot;

    internal ConnectorOptions Options => options;

    internal PathFilter Filter { get; } = new(connector.IncludePatterns, connector.ExcludePatterns, connector.PatternsIgnoreCase);

    /// <summary>Stands for a position in the change log that is not known: everything is compared.</summary>
    internal static NpgsqlParameter Unknown => new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint, Value = DBNull.Value };

    /// <summary>The source is written to as well.</summary>
    internal bool IsTwoWay => connector.Rules.Direction != SyncDirection.ToScaiDrive;

    /// <summary>The folder of the share, when the source is written to as well; otherwise null.</summary>
    internal TargetFolder? Target { get; set; }

    internal bool Follows(SyncDirection direction) => connector.Rules.Direction == direction;

    internal Tally Tally { get; private set; } = new(run.Report);

    /// <summary>What the walk found and no part of its writes has taken along yet.</summary>
    internal Findings Found { get; private set; } = new();

    internal string Phase { get; set; } = run.Phase;

    internal string? Cursor { get; set; } = run.Cursor;

    internal long? DriveNumber { get; set; } = run.DriveNumber;

    /// <summary>Who may read new files until their permissions are read; null when those of the source do not count.</summary>
    internal long? AclOfNewFiles { get; set; }

    /// <summary>Where an entry of the source belongs in the share: with leading slash, parts in the form Drive keeps them.</summary>
    internal string TargetPath(string path) =>
        "/" + string.Join('/', SourcePath.Parts(targetRoot).Concat(SourcePath.Parts(path)).Select(part => part.Normalize()));

    /// <summary>Whether the rules let an entry through, whatever its name.</summary>
    internal bool Admits(SourceEntry entry) =>
        (connector.Rules.SyncHiddenFiles || !entry.Attributes.HasFlag(SourceAttributes.Hidden))
        && (connector.Rules.SyncSystemFiles || !entry.Attributes.HasFlag(SourceAttributes.System));

    internal void AddError(string path, SourceFault fault)
    {
        Tally.Errors++;
        AddProblem(path, fault, ItemActions.Error);
    }

    internal void AddSkipped(string path, SourceFault fault)
    {
        Tally.Skipped++;
        AddProblem(path, fault, ItemActions.Skipped);
    }

    internal void AddConflict(string path, SourceFault fault) => AddProblem(path, fault, ItemActions.Conflict);

    internal Findings TakeFound()
    {
        var found = Found;
        Found = new Findings();
        return found;
    }

    /// <summary>The next commit brings this part of the walk.</summary>
    internal void Enter(SyncPart part)
    {
        Cursor = part.Cursor ?? Cursor;
        Tally.Listed += part.Found.Listed;
        Tally.Unchanged += part.Found.Unchanged;
        Tally.Excluded += part.Found.Excluded;
        foreach (var (path, fault, action) in part.Found.Problems)
        {
            if (action == ItemActions.Error)
                AddError(path, fault);
            else
                AddSkipped(path, fault);
        }
    }

    internal PendingFile NewFile(MirroredDirectory parent, SourceEntry entry, SnapshotRow? row, DriveFile? live) =>
        new(parent, entry, row, live) { IsTwoWay = IsTwoWay };

    internal void AddNote(string path, SourceFault fault) => AddProblem(path, fault, ItemActions.Skipped);

    /// <summary>A directory is about to be changed inside a transaction, which may have to be made again.</summary>
    internal void Touch(MirroredDirectory directory) => touched.Push((directory, directory.State));

    /// <summary>Does something in a fenced transaction, together with problems, counters and cursor so far. It may be done more than once, each
    /// time from where it began. A dry run never does it: only what was told is written.</summary>
    internal async Task CommitAsync(Func<DriveWriter, SnapshotWriter, Task> apply, CancellationToken cancellationToken)
    {
        var paused = false;
        var (report, itemsBefore, problemCountBefore, itemCountBefore) = (Tally.ToReport(), items.Count, problemCount, itemCount);
        touched.Clear();
        await FencedWork.RunAsync(
            begin,
            async transaction =>
            {
                RollBack();
                if (run.IsDryRun)
                {
                    await AddItemsAsync(transaction, cancellationToken);
                    await ConnectorStore.SaveRunAsync(transaction, Snapshotted(), cancellationToken);
                    return;
                }

                var writer = drive.Write(
                    transaction, connector.TenantId, connector.OwnerId, run.Scope is null ? ChangeOrigin.Import(connector.Id) : ChangeOrigin.Noticed(connector.Id));
                writer.SourceAclOfNewFiles = AclOfNewFiles;
                await using var rows = snapshot.Write(transaction, run.Id);
                await apply(writer, rows);
                await rows.FlushAsync(cancellationToken);
                await AddItemsAsync(transaction, cancellationToken);
                await ConnectorStore.SaveRunAsync(transaction, Snapshotted(), cancellationToken);
                paused = await ConnectorStore.IsPausedAsync(transaction, connector, cancellationToken);
                await writer.CompleteAsync(cancellationToken);
            },
            cancellationToken);

        items.Clear();
        plan.Clear();
        if (progress is not null)
            await progress(new SyncProgress(run.Id, Phase, Cursor, Tally.ToReport()), cancellationToken);
        if (paused)
            throw new ConnectorException(ConnectorCodes.Paused, $"The connector '{connector.Name}' was paused.");

        void RollBack()
        {
            Tally = new Tally(report);
            items.RemoveRange(itemsBefore, items.Count - itemsBefore);
            (problemCount, itemCount) = (problemCountBefore, itemCountBefore);
            // The first state that was noted of a directory comes last.
            while (touched.TryPop(out var one))
                one.Directory.State = one.Before;
        }
    }

    /// <summary>Ends the run as completed.</summary>
    internal Task CompleteAsync(string rootIdentity, CancellationToken cancellationToken)
    {
        (Phase, Cursor) = (SyncPhases.Done, null);
        return FencedWork.RunAsync(
            begin,
            async transaction =>
            {
                await AddItemsAsync(transaction, cancellationToken);
                await ConnectorStore.SaveRunAsync(transaction, Snapshotted(), cancellationToken);
                await ConnectorStore.CompleteRunAsync(transaction, Snapshotted(), rootIdentity, time.GetUtcNow(), cancellationToken);
            },
            cancellationToken);
    }

    private Run Snapshotted() => run with { Phase = Phase, Cursor = Cursor, Report = Tally.ToReport(), ProblemCount = problemCount, ItemCount = itemCount, DriveNumber = DriveNumber };

    /// <summary>Tells what became of an item, when there is nothing wrong with it.</summary>
    internal void Tell(string path, string action, string? fromPath = null, string detail = "")
    {
        if (++itemCount - problemCount <= options.KeptItems)
            items.Add(new RunItem(itemCount, path, action, fromPath, null, detail, false, time.GetUtcNow()));
    }

    /// <summary>Tells what a dry run would do.</summary>
    internal void Plan(PlannedItem item) => plan.Add(item);

    private void AddProblem(string path, SourceFault fault, string action)
    {
        itemCount++;
        if (++problemCount <= options.KeptProblems)
            items.Add(new RunItem(itemCount, path, action, null, fault.Code, fault.Detail, action == ItemActions.Error, time.GetUtcNow()));
    }

    private async Task AddItemsAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (items.Count + plan.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        if (items.Count > 0)
            batch.BatchCommands.Add(RunLog.Insert(run.TenantId, run.Id, items));
        if (plan.Count > 0)
            batch.BatchCommands.Add(RunLog.Insert(run.TenantId, run.Id, plan));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The counters of <see cref="SyncReport"/>, while they move.</summary>
internal sealed class Tally(SyncReport start)
{
    internal long Listed { get; set; } = start.Listed;

    internal long Added { get; set; } = start.Added;

    internal long Updated { get; set; } = start.Updated;

    internal long Moved { get; set; } = start.Moved;

    internal long Deleted { get; set; } = start.Deleted;

    internal long Unchanged { get; set; } = start.Unchanged;

    internal long Skipped { get; set; } = start.Skipped;

    internal long Excluded { get; set; } = start.Excluded;

    internal long Errors { get; set; } = start.Errors;

    internal long Bytes { get; set; } = start.Bytes;

    internal long SentAdded { get; set; } = start.SentAdded;

    internal long SentUpdated { get; set; } = start.SentUpdated;

    internal long SentMoved { get; set; } = start.SentMoved;

    internal long SentDeleted { get; set; } = start.SentDeleted;

    internal long SentBytes { get; set; } = start.SentBytes;

    internal long Conflicts { get; set; } = start.Conflicts;

    internal SyncReport ToReport() => new()
    {
        Listed = Listed,
        Added = Added,
        Updated = Updated,
        Moved = Moved,
        Deleted = Deleted,
        Unchanged = Unchanged,
        Skipped = Skipped,
        Excluded = Excluded,
        Errors = Errors,
        Bytes = Bytes,
        SentAdded = SentAdded,
        SentUpdated = SentUpdated,
        SentMoved = SentMoved,
        SentDeleted = SentDeleted,
        SentBytes = SentBytes,
        Conflicts = Conflicts,
    };
}
