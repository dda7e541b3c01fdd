using ScaiDrive.Connectors.Conflicts;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>Reads the share depth first below the target path, and sends what the rows do not tell of: new, changed and moved items.</summary>
/// <remarks>A folder is in its place before anything in it is looked at, so a move never goes below itself.</remarks>
internal sealed class PushWalk(SyncPass pass, IWritableSource source, SourceWriter writer, ConflictStore conflicts)
{
    private readonly Stack<PushFrame> frames = new();
    private readonly PlaceFinder places = new(pass, source, writer, conflicts);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        frames.Push(new PushFrame(pass, null, pass.Target!.FolderId, Snapshot.Root, ""));
        while (frames.TryPeek(out var frame))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await frame.NextAsync(cancellationToken) is not { } item)
                frames.Pop();
            else if (item.File is null)
                await TakeFolderAsync(frame, item, cancellationToken);
            else
                await TakeFileAsync(frame, item, cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    private async Task TakeFolderAsync(PushFrame frame, PushItem item, CancellationToken cancellationToken)
    {
        if (!IsAdmitted(frame, item))
            return;
        if (item.Row is { } row)
        {
            if (await MovedAsync(frame, item, row, cancellationToken) is { } placed)
                frames.Push(new PushFrame(pass, frame, item.Id, placed.Id, SourcePath.Combine(frame.Path, placed.Name)));
            return;
        }

        if (await places.FindAsync(frame, item, cancellationToken) is not { } named)
            return;
        var inner = new PushFrame(pass, frame, item.Id, null, SourcePath.Combine(frame.Path, named.Name));
        // With include patterns a directory is made when the first file needs it.
        if (pass.Filter.HasIncludes || await EnsureAsync(inner, cancellationToken) is not null)
            frames.Push(inner);
    }

    private async Task TakeFileAsync(PushFrame frame, PushItem item, CancellationToken cancellationToken)
    {
        if (!IsAdmitted(frame, item))
            return;
        if (item.Row is { } row)
        {
            if (await MovedAsync(frame, item, row, cancellationToken) is { } placed && placed.ContentSha256 != item.File!.ChecksumSha256)
                await writer.AddAsync(new Sending(item.File, SourcePath.Combine(frame.Path, placed.Name), placed.ParentId, placed), cancellationToken);
            return;
        }

        // A file has one source.
        if (item.IsTaken)
        {
            pass.AddNote(SourcePath.Combine(frame.Path, item.Name), new SourceFault(ProblemCodes.Refused, "Another connector mirrors this file; it is not sent here."));
            return;
        }

        if (await EnsureAsync(frame, cancellationToken) is not { } parentId || await places.FindAsync(frame, item, cancellationToken) is not { } named)
            return;
        await writer.AddAsync(new Sending(named.File!, SourcePath.Combine(frame.Path, named.Name), parentId, null), cancellationToken);
    }

    /// <summary>The row of an item once it is where the share has it; null when it cannot be brought there.</summary>
    private async Task<SnapshotRow?> MovedAsync(PushFrame frame, PushItem item, SnapshotRow row, CancellationToken cancellationToken)
    {
        if (row.ParentId == frame.RowId && row.Name.Normalize() == item.Name)
            return row;
        if (await IsAskedAsync(item, cancellationToken)
            || await EnsureAsync(frame, cancellationToken) is not { } parentId
            || await places.FindAsync(frame, item, cancellationToken) is not { } named
            || await pass.Snapshot.PathOfAsync(row.ParentId, cancellationToken) is not { } directory)
        {
            return null;
        }

        // Making room may have moved it already.
        var now = await pass.Snapshot.FindAsync(row.Id, cancellationToken) ?? row;
        directory = await pass.Snapshot.PathOfAsync(now.ParentId, cancellationToken) ?? directory;
        var to = SourcePath.Combine(frame.Path, named.Name);
        if (!await writer.TryMoveAsync(now, SourcePath.Combine(directory, now.Name), parentId, to, isTold: true, cancellationToken))
            return null;
        foreach (var open in frames)
            open.ForgetNames();
        return await pass.Snapshot.FindAsync(row.Id, cancellationToken);
    }

    /// <summary>The row of a directory, which is made at the source with all above it when it is not there yet.</summary>
    private async Task<long?> EnsureAsync(PushFrame frame, CancellationToken cancellationToken)
    {
        if (frame.RowId is { } known)
            return known;
        if (await EnsureAsync(frame.Parent!, cancellationToken) is not { } parentId)
            return null;
        frame.RowId = await writer.MakeDirectoryAsync(frame.FolderId!, parentId, frame.Path, cancellationToken);
        return frame.RowId;
    }

    private bool IsAdmitted(PushFrame frame, PushItem item)
    {
        if (pass.Filter.Admits(SourcePath.Combine(frame.Path, item.Name), item.File is null))
            return true;
        if (item.Row is null)
            pass.Tally.Excluded++;
        return false;
    }

    private async Task<bool> IsAskedAsync(PushItem item, CancellationToken cancellationToken) =>
        item.File is not null
        && (await conflicts.OpenOfAsync(pass.Connector.TenantId, pass.Connector.Id, [], [item.Id], cancellationToken)).Any(open => open.Kind != ConflictKinds.Case);
}
