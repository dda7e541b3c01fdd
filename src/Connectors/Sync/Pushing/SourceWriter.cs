using System.Security.Cryptography;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync.Planning;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>Writes to the source, a batch of files at a time: first what is about to be written is noted, then it is written, then the rows tell it.</summary>
internal sealed class SourceWriter(SyncPass pass, IWritableSource source, ConflictStore conflicts, ContentStore contents)
{
    // Stands for a directory that a dry run does not make.
    private const long NoRow = -1;

    private readonly List<Sending> batch = [];
    private readonly Overwriter overwriter = new(pass, source, contents);
    private long bytes;

    /// <summary>Something could not be sent, so the next pass compares everything again.</summary>
    internal bool HasLeftovers { get; private set; }

    /// <summary>Tells why an item was not sent.</summary>
    internal void Leave(string path, SourceFault fault)
    {
        // What only a change in the share can put right is met again when there is one.
        if (fault.Code is ProblemCodes.FolderNotEmpty)
        {
            pass.AddNote(path, fault);
            return;
        }

        HasLeftovers |= fault.Code is not ProblemCodes.NameNotAllowed;
        if (fault.Code is ProblemCodes.ChangedMeanwhile or ProblemCodes.Vanished)
            pass.AddSkipped(path, fault.Code == ProblemCodes.Vanished ? fault with { Code = ProblemCodes.ChangedMeanwhile } : fault);
        else
            pass.AddError(path, fault);
    }

    /// <summary>Something was decided that the next pass is to see.</summary>
    internal void Remember() => HasLeftovers = true;

    /// <summary>Not null in a dry run: what is told to be done in the share already, so not at the source.</summary>
    internal PlannedFiles? Planned { get; init; }

    internal async Task AddAsync(Sending sending, CancellationToken cancellationToken)
    {
        batch.Add(sending);
        bytes += sending.File.SizeBytes;
        if (batch.Count >= pass.Options.BatchFiles || bytes >= pass.Options.BatchBytes)
            await FlushAsync(cancellationToken);
    }

    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return;
        if (Planned is not null)
        {
            await PlanAsync(cancellationToken);
            return;
        }

        var open = (await conflicts.OpenOfAsync(
            pass.Connector.TenantId, pass.Connector.Id, [.. batch.Select(one => one.Path)], [.. batch.Select(one => one.File.Id)], cancellationToken)).Where(one => one.Kind != ConflictKinds.Case).ToList();
        // A person is asked about these.
        batch.RemoveAll(one => open.Any(conflict => conflict.FileId == one.File.Id || conflict.Path == one.Path));
        await pass.CommitAsync(
            (_, rows) =>
            {
                foreach (var one in batch)
                    rows.AddIntent("write", one.Path, one.TemporaryPath);
                return Task.CompletedTask;
            },
            cancellationToken);
        await Parallel.ForEachAsync(
            batch,
            new ParallelOptions { MaxDegreeOfParallelism = pass.Connector.Rules.ParallelFiles, CancellationToken = cancellationToken },
            async (one, stop) => await WriteAsync(one, stop));
        foreach (var one in batch)
            await overwriter.TryAsync(one, cancellationToken);
        var settled = new List<string>();
        foreach (var one in batch)
        {
            if (one.Fault is null || await TryRemoveTemporaryAsync(one, cancellationToken))
                settled.Add(one.TemporaryPath);
        }

        await pass.CommitAsync(
            (_, rows) =>
            {
                foreach (var one in batch)
                    Note(one, rows);
                rows.ForgetIntents([.. settled]);
                return Task.CompletedTask;
            },
            cancellationToken);
        batch.Clear();
        bytes = 0;
    }

    /// <summary>Makes a directory and its row.</summary>
    /// <returns>Null when the source has no place for it.</returns>
    internal async Task<long?> MakeDirectoryAsync(string folderId, long parentId, string path, CancellationToken cancellationToken)
    {
        if (Planned is not null)
            return NoRow;
        await FlushAsync(cancellationToken);
        try
        {
            var made = await source.MakeDirectoryAsync(path, cancellationToken);
            // It was there, under a name that differs in case.
            if (made.Name != SourcePath.NameOf(path) || await pass.Snapshot.AtPlaceAsync(parentId, made.Name, cancellationToken) is not null)
                throw new SourceEntryException(path, new SourceFault(ProblemCodes.NameConflict, "The source has a directory of this name, which is mirrored elsewhere."));
            long? id = null;
            await pass.CommitAsync(async (_, rows) => id = await rows.InsertDirectoryAsync(parentId, made, folderId, cancellationToken), cancellationToken);
            return id;
        }
        catch (SourceEntryException fault)
        {
            Leave(path, fault.Fault);
            return null;
        }
    }

    /// <summary>Moves an entry to where the share has it.</summary>
    internal async Task<bool> TryMoveAsync(SnapshotRow row, string from, long parentId, string to, bool isTold, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        if (Planned is not null)
        {
            if (isTold && (row.FileId is null || (await Planned.OfAsync([row.FileId], cancellationToken)).Count == 0))
                pass.Plan(new PlannedItem("move", PlanItem.Source, to, from, 0, "", row.Id, row.FileId));
            return true;
        }

        try
        {
            // A name that the share has nothing of tells a later attempt to put the entry back.
            if (!isTold)
                await pass.CommitAsync(
                    (_, rows) =>
                    {
                        rows.AddIntent("park", from, to);
                        return Task.CompletedTask;
                    },
                    cancellationToken);
            var moved = await MoveOrFindAsync(row, from, to, cancellationToken);
            await pass.CommitAsync(
                async (_, rows) =>
                {
                    rows.SetPlace(row, parentId, moved);
                    if (!isTold)
                    {
                        rows.ForgetIntents([to]);
                        return;
                    }

                    pass.Tally.SentMoved += row.IsDirectory ? await rows.CountFilesBelowAsync(row.Id, cancellationToken) : 1;
                    pass.Tell(to, ItemActions.SentMoved, from);
                },
                cancellationToken);
            return true;
        }
        catch (SourceEntryException fault)
        {
            Leave(from, fault.Fault);
            return false;
        }
    }

    private async Task PlanAsync(CancellationToken cancellationToken)
    {
        var told = await Planned!.OfAsync([.. batch.Select(one => one.File.Id)], cancellationToken);
        foreach (var one in batch.Where(one => !told.Contains(one.File.Id)))
        {
            _ = one.Row is null ? pass.Tally.SentAdded++ : pass.Tally.SentUpdated++;
            pass.Plan(new PlannedItem(one.Row is null ? "add" : "update", PlanItem.Source, one.Path, Bytes: one.File.SizeBytes, FileId: one.File.Id));
        }

        batch.Clear();
        bytes = 0;
        await pass.CommitAsync((_, _) => Task.CompletedTask, cancellationToken);
    }

    /// <summary>An attempt that broke off may have moved it already.</summary>
    private async Task<SourceEntry> MoveOrFindAsync(SnapshotRow row, string from, string to, CancellationToken cancellationToken)
    {
        try
        {
            return await source.MoveAsync(row.ToEntry(from), to, cancellationToken);
        }
        catch (SourceEntryException)
        {
            if (from != to && await source.StatAsync(to, cancellationToken) is { } there && there.Identity == row.Identity && await source.StatAsync(from, cancellationToken) is null)
                return there;
            throw;
        }
    }

    private async Task WriteAsync(Sending one, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await pass.Drive.OpenContentByHashAsync(pass.Connector.TenantId, one.File.ChecksumSha256, cancellationToken);
            one.Written = await source.WriteAsync(
                one.Path, content, one.File.ModifiedAt, one.Row?.ToEntry(one.Path), one.TemporaryName, cancellationToken);
        }
        catch (SourceEntryException fault)
        {
            one.Fault = fault.Fault;
            if (fault.Fault.Code == ProblemCodes.ChangedMeanwhile)
                one.Written = await FindWrittenAsync(one, cancellationToken);
        }
        catch (ContentMissingException fault)
        {
            one.Fault = new SourceFault(ProblemCodes.Refused, fault.Message);
        }
    }

    /// <summary>A write that failed may have left its temporary file, or the old file under a temporary name, where nobody finds it.</summary>
    /// <returns>Whether nothing is left; otherwise the next pass tries again.</returns>
    private async Task<bool> TryRemoveTemporaryAsync(Sending one, CancellationToken cancellationToken)
    {
        try
        {
            await source.RemoveTemporaryAsync(one.TemporaryPath, cancellationToken);
            return true;
        }
        catch (Exception fault) when (fault is SourceEntryException or ConnectorException)
        {
            return false;
        }
    }

    /// <summary>What an attempt that broke off has written is known by its bytes. So is what somebody made on both sides.</summary>
    private async Task<SourceEntry?> FindWrittenAsync(Sending one, CancellationToken cancellationToken)
    {
        try
        {
            if (await source.StatAsync(one.Path, cancellationToken) is not { Kind: SourceEntryKind.File } there || there.SizeBytes != one.File.SizeBytes)
                return null;
            await using var opened = await source.OpenAsync(one.Path, cancellationToken);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(opened.Content, cancellationToken));
            var isWhole = (await opened.RevisitAsync(cancellationToken)).SameStateAs(opened.Opened);
            return hash == one.File.ChecksumSha256 && isWhole ? opened.Opened : null;
        }
        catch (SourceEntryException)
        {
            return null;
        }
    }

    private void Note(Sending one, SnapshotWriter rows)
    {
        if (one.IsLeftAlone)
        {
            // Where the share decides no walk tells when it is shown again.
            HasLeftovers |= pass.Follows(SyncDirection.FromScaiDrive);
            pass.AddNote(one.Path, one.Fault!);
            return;
        }

        if (one.Written is not { } written)
        {
            Leave(one.Path, one.Fault!);
            return;
        }

        if (one.Row is { } row)
            rows.UpdateFile(row.Id, row.ParentId, written.Name, written, one.File.Id, one.File.ChecksumSha256);
        else
            rows.InsertFile(one.ParentId, written.Name, written, one.File.Id, one.File.ChecksumSha256);
        if (one.Fault is not null)
            return;
        _ = one.Row is null ? pass.Tally.SentAdded++ : pass.Tally.SentUpdated++;
        pass.Tally.SentBytes += one.File.SizeBytes;
        pass.Tell(one.Path, one.Row is null ? ItemActions.SentAdded : ItemActions.SentUpdated);
    }
}

/// <summary>One file on its way to the source.</summary>
/// <param name="File">As the share has it.</param>
/// <param name="Path">Where at the source.</param>
/// <param name="ParentId">Row of its directory.</param>
/// <param name="Row">What is replaced; null when it is new.</param>
internal sealed record Sending(DriveFile File, string Path, long ParentId, SnapshotRow? Row)
{
    internal string TemporaryName { get; } = SourcePath.TemporaryName();

    internal string TemporaryPath => SourcePath.Combine(SourcePath.DirectoryOf(Path), TemporaryName);

    /// <summary>What the source has of it now.</summary>
    internal SourceEntry? Written { get; set; }

    /// <summary>Its place is taken by what the rules leave out.</summary>
    internal bool IsLeftAlone { get; set; }

    /// <summary>Why it was not written, or was there already.</summary>
    internal SourceFault? Fault { get; set; }
}
