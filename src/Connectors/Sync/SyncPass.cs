using ScaiDrive.Connectors.Filtering;
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
    private readonly List<Problem> problems = [];
    private readonly string targetRoot = connector.TargetPath.Trim('/');
    private long problemCount = run.ProblemCount;

    internal Connector Connector => connector;

    internal Run Run => run;

    internal IConnectorSource Source => source;

    internal DriveStore Drive => drive;

    internal Snapshot Snapshot => snapshot;

    internal ConnectorOptions Options => options;

    internal PathFilter Filter { get; } = new(connector.IncludePatterns, connector.ExcludePatterns, connector.PatternsIgnoreCase);

    internal Tally Tally { get; } = new(run.Report);

    internal string Phase { get; set; } = run.Phase;

    internal string? Cursor { get; set; } = run.Cursor;

    /// <summary>Where an entry of the source belongs in the share: with leading slash, parts in the form Drive keeps them.</summary>
    internal string TargetPath(string path) =>
        "/" + string.Join('/', SourcePath.Parts(targetRoot).Concat(SourcePath.Parts(path)).Select(part => part.Normalize()));

    internal void AddError(string path, SourceFault fault)
    {
        Tally.Errors++;
        AddProblem(path, fault, isError: true);
    }

    internal void AddSkipped(string path, SourceFault fault)
    {
        Tally.Skipped++;
        AddProblem(path, fault, isError: false);
    }

    internal void AddNote(string path, SourceFault fault) => AddProblem(path, fault, isError: false);

    /// <summary>Does something in a fenced transaction, together with problems, counters and cursor so far.</summary>
    internal async Task CommitAsync(Func<DriveWriter, SnapshotWriter, Task> apply, CancellationToken cancellationToken)
    {
        bool paused;
        await using (var transaction = await begin(cancellationToken))
        {
            var writer = drive.Write(transaction.Transaction, connector.TenantId, connector.OwnerId, ChangeOrigin.Import(connector.Id));
            await using var rows = snapshot.Write(transaction.Transaction, run.Id);
            await apply(writer, rows);
            await rows.FlushAsync(cancellationToken);
            await ConnectorStore.AddProblemsAsync(transaction.Transaction, run, problems, cancellationToken);
            await ConnectorStore.SaveRunAsync(transaction.Transaction, Snapshotted(), cancellationToken);
            paused = await ConnectorStore.IsPausedAsync(transaction.Transaction, connector, cancellationToken);
            await writer.CompleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        problems.Clear();
        if (progress is not null)
            await progress(new SyncProgress(run.Id, Phase, Cursor, Tally.ToReport()), cancellationToken);
        if (paused)
            throw new ConnectorException(ConnectorCodes.Paused, $"The connector '{connector.Name}' was paused.");
    }

    /// <summary>Ends the run as completed.</summary>
    internal async Task CompleteAsync(string rootIdentity, CancellationToken cancellationToken)
    {
        (Phase, Cursor) = (SyncPhases.Done, null);
        await using var transaction = await begin(cancellationToken);
        await ConnectorStore.AddProblemsAsync(transaction.Transaction, run, problems, cancellationToken);
        await ConnectorStore.SaveRunAsync(transaction.Transaction, Snapshotted(), cancellationToken);
        await ConnectorStore.CompleteRunAsync(transaction.Transaction, Snapshotted(), rootIdentity, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private Run Snapshotted() => run with { Phase = Phase, Cursor = Cursor, Report = Tally.ToReport(), ProblemCount = problemCount };

    private void AddProblem(string path, SourceFault fault, bool isError)
    {
        if (++problemCount <= options.KeptProblems)
            problems.Add(new Problem(problemCount, path, fault.Code, fault.Detail, isError, time.GetUtcNow()));
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
    };
}
