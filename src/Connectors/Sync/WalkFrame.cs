using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>One directory of the walk: its listing and its rows, both in byte order of names, read side by side.</summary>
internal sealed class WalkFrame : IAsyncDisposable
{
    private readonly SyncPass pass;
    private readonly Relocations relocations;
    private readonly string start;
    private readonly CancellationToken stop;
    private IAsyncEnumerator<SourceEntry>? entries;
    private readonly bool hasRows;
    private string after;
    private List<SnapshotRow> page = [];
    private Dictionary<string, DriveFile> live = [];
    private int next;
    private bool isLastPage;
    private int version;

    /// <param name="pass">The run.</param>
    /// <param name="relocations">Tells when rows have changed their place.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="after">Names up to this one are done; empty starts at the beginning.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    internal WalkFrame(SyncPass pass, Relocations relocations, MirroredDirectory directory, string after, CancellationToken cancellationToken)
    {
        (this.pass, this.relocations, this.after, start, stop, Directory) = (pass, relocations, after, after, cancellationToken, directory);
        // The rows of a directory that is new in this run are those that this run writes.
        hasRows = directory.RowId is not null;
        version = relocations.Version;
    }

    internal MirroredDirectory Directory { get; }

    /// <summary>Directories that are known are entered too.</summary>
    internal bool IsRecursive { get; init; } = true;

    /// <summary>The next entry of the source; null at the end.</summary>
    internal async Task<SourceEntry?> NextEntryAsync()
    {
        entries ??= pass.Source.ListAsync(Directory.Path, start.Length == 0 ? null : start, stop).GetAsyncEnumerator(stop);
        while (await entries.MoveNextAsync())
        {
            // The listing takes up at the name that is done already.
            if (entries.Current.Name != start)
                return entries.Current;
        }

        return null;
    }

    /// <summary>The next row whose name comes before an entry's, which is to say: is missing; null when there is none. A null name stands for the end.</summary>
    internal async Task<SnapshotRow?> NextMissingAsync(string? beforeName, CancellationToken cancellationToken)
    {
        var row = await PeekAsync(cancellationToken);
        if (row is null || (beforeName is not null && SourcePath.CompareNames(row.Name, beforeName) >= 0))
            return null;
        next++;
        after = row.Name;
        return row;
    }

    /// <summary>The row of an entry, when it has one. Rows before it must have been taken.</summary>
    internal async Task<SnapshotRow?> MatchAsync(string name, CancellationToken cancellationToken)
    {
        var row = await PeekAsync(cancellationToken);
        after = name;
        if (row?.Name != name)
            return null;
        next++;
        return row;
    }

    /// <summary>The file in the share that a row of the present page stands for; null when it is not there any more.</summary>
    internal DriveFile? LiveFileOf(SnapshotRow row) => row.FileId is null ? null : live.GetValueOrDefault(row.FileId);

    public ValueTask DisposeAsync() => entries?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<SnapshotRow?> PeekAsync(CancellationToken cancellationToken)
    {
        if (!hasRows)
            return null;
        var isStale = version != relocations.Version;
        if (next == page.Count && (!isLastPage || isStale) || isStale)
        {
            version = relocations.Version;
            page = await pass.Snapshot.PageAsync(Directory.RowId!.Value, after, pass.Options.SnapshotPage, cancellationToken);
            (next, isLastPage) = (0, page.Count < pass.Options.SnapshotPage);
            live = (await pass.Drive.FindFilesAsync(
                pass.Connector.TenantId, [.. page.Where(row => row.FileId is not null).Select(row => row.FileId!)], cancellationToken)).ToDictionary(file => file.Id);
        }

        return next < page.Count ? page[next] : null;
    }
}
