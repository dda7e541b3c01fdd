using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync.Planning;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>The phase that makes the source follow the share: what is new, changed, moved or deleted below the target path is written there.</summary>
/// <remarks>
/// <para>A row tells the last that was seen at the source. So whatever the share has otherwise is to be sent, and what was sent and noted is sent no
/// more: an attempt that begins again passes it over. What was sent and not noted is met at its place, and taken for what it is when its bytes are right.</para>
/// <para>Nothing is compared while the change log of the share has nothing below the target that is not our own.</para>
/// </remarks>
internal sealed class Push(SyncPass pass, IWritableSource source, ConnectorStore connectors, ConflictStore conflicts, ContentStore contents)
{
    private const int ChangesPerRead = 2_000;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await TargetFolders.CheckAsync(pass, cancellationToken);
        await new ConflictsWithoutSource(pass, source, conflicts).CloseAsync(cancellationToken);
        var (known, _) = await connectors.ReadSendingAsync(pass.Connector, cancellationToken);
        // Taken before the first look at the share: what changes from here on is for the next pass.
        pass.DriveNumber ??= await pass.Drive.LastChangeNumberAsync(pass.Connector.TenantId, cancellationToken);
        if (known is { } number && !await HasNewsAsync(number, cancellationToken))
        {
            await NoteAsync(cancellationToken);
            return;
        }

        var writer = new SourceWriter(pass, source, conflicts, contents);
        await new PushDeletions(pass, source, conflicts).MarkAsync(cancellationToken);
        await new MassDeleteBrake(pass).CheckAsync(SnapshotSql.CountUnwanted, "the source", cancellationToken);
        await new PushWalk(pass, source, writer, conflicts).RunAsync(cancellationToken);
        await new PushDeletions(pass, source, conflicts).RunAsync(writer, cancellationToken);
        if (!writer.HasLeftovers)
            await NoteAsync(cancellationToken);
    }

    /// <summary>The same, with nothing written but what would be.</summary>
    internal async Task PlanAsync(Database dataSource, CancellationToken cancellationToken)
    {
        if (pass.Target!.FolderId is null && pass.Target.Path.Length > 0)
            return;
        var writer = new SourceWriter(pass, source, conflicts, contents) { Planned = new PlannedFiles(pass, dataSource) };
        var gone = await new PushDeletions(pass, source, conflicts).PlanAsync(writer.Planned, cancellationToken);
        await new MassDeleteBrake(pass).TellAsync(gone, PlanItem.Source, "the source", cancellationToken);
        await new PushWalk(pass, source, writer, conflicts).RunAsync(cancellationToken);
    }

    /// <summary>The source follows the share up to where this phase began.</summary>
    private Task NoteAsync(CancellationToken cancellationToken) => pass.CommitAsync(
        (_, rows) =>
        {
            rows.Note(ConnectorSql.SetDriveNumber, pass.DriveNumber!.Value);
            return Task.CompletedTask;
        },
        cancellationToken);

    private async Task<bool> HasNewsAsync(long after, CancellationToken cancellationToken)
    {
        while (await pass.Drive.ReadChangesAsync(pass.Connector.TenantId, after, ChangesPerRead, cancellationToken) is { Count: > 0 } changes)
        {
            if (changes.Any(IsNews))
                return true;
            after = changes[^1].Number;
        }

        return false;
    }

    private bool IsNews(Change change) =>
        change.ShareId == pass.Connector.TargetShareId
        && change.Origin.ConnectorId != pass.Connector.Id
        && (pass.Target!.Holds(change.NewPath) || (change.OldPath is { } old && pass.Target.Holds(old)));
}
