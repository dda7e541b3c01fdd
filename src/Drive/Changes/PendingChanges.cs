using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>What one writer changed and has not yet numbered, in order. Single changes wait in memory; those of a whole tree,
/// of which there may be a million, in <c>staged_changes</c>.</summary>
internal sealed class PendingChanges(NpgsqlTransaction tx, string tenantId, string actorId, ChangeOrigin origin)
{
    /// <summary>Longest list a listener is handed, and most commands sent at once.</summary>
    private const int BatchSize = 1000;

    private readonly List<Entry> entries = [];

    private abstract record Entry
    {
        internal sealed record Staged(long First, long Last) : Entry;

        internal sealed record Single(
            ResourceType Type, ChangeKind Kind, string ShareId, string Id, string? OldPath, string NewPath, string? FolderId, string Name,
            string OwnerId, string CreatedBy, string ModifiedBy, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt, bool IsDeleted,
            DriveFile? File, string? VersionId) : Entry;
    }

    /// <summary>Names the rows of this writer in <c>staged_changes</c>.</summary>
    internal string WriterId { get; } = PrefixedId.New("wrt");

    /// <summary>The last ordinal given to a staged row.</summary>
    internal long LastOrdinal { get; private set; }

    internal void Add(Share share, ChangeKind kind) => entries.Add(new Entry.Single(
        ResourceType.Share, kind, share.Id, share.Id, null, "/", null, share.Name, share.OwnerId, actorId, actorId,
        share.CreatedAt, share.ModifiedAt, share.IsDeleted, null, null));

    internal void Add(DriveFolder folder, ChangeKind kind) => entries.Add(new Entry.Single(
        ResourceType.Folder, kind, folder.ShareId, folder.Id, null, folder.Path, folder.ParentId, folder.Name, folder.OwnerId,
        folder.CreatedBy, folder.ModifiedBy, folder.CreatedAt, folder.ModifiedAt, folder.IsDeleted, null, null));

    internal void Add(DriveFile file, ChangeKind kind, string? oldPath, string versionId) => entries.Add(new Entry.Single(
        ResourceType.File, kind, file.ShareId, file.Id, oldPath, file.Path, file.FolderId, file.Name, file.OwnerId,
        file.CreatedBy, file.ModifiedBy, file.CreatedAt, file.ModifiedAt, file.IsDeleted, file, versionId));

    internal void AddStaged(int count)
    {
        if (count == 0)
            return;
        entries.Add(new Entry.Staged(LastOrdinal + 1, LastOrdinal + count));
        LastOrdinal += count;
    }

    /// <summary>Numbers and writes everything, then tells the listeners.</summary>
    internal async Task WriteAsync(IReadOnlyList<IChangeListener> listeners, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;

        long floor;
        var batch = tx.Batch().Then(ChangeSql.LockLog, Arg.Of(tenantId)).Then(ChangeSql.Floor);
        await using (batch)
        {
            await using var results = await batch.ExecuteReaderAsync(cancellationToken);
            await results.NextResultAsync(cancellationToken);
            await results.ReadAsync(cancellationToken);
            floor = results.GetInt64(0);
        }

        foreach (var some in entries.Chunk(BatchSize))
        {
            await using var inserts = tx.Batch();
            foreach (var (staged, singles) in Runs(some))
            {
                if (staged is not null)
                    InsertStaged(inserts, staged, now);
                else
                    InsertAll(inserts, singles, now);
            }

            await inserts.ExecuteNonQueryAsync(cancellationToken);
        }

        if (LastOrdinal > 0)
        {
            await using var delete = tx.Command(ChangeSql.DeleteStaged, Arg.Of(tenantId), Arg.Of(WriterId));
            await delete.ExecuteNonQueryAsync(cancellationToken);
        }

        if (listeners.Count > 0)
            await TellAsync(listeners, floor, cancellationToken);
    }

    private async Task TellAsync(IReadOnlyList<IChangeListener> listeners, long floor, CancellationToken cancellationToken)
    {
        List<Change> changes;
        do
        {
            changes = await ChangeLog.ReadAsync(
                tx.Command(ChangeSql.Read, Arg.Of(tenantId), Arg.Of(floor), Arg.Of(BatchSize)), cancellationToken);
            if (changes.Count == 0)
                return;
            // All of them are this writer's, and the log does not keep that they are urgent.
            if (origin.IsUrgent)
                changes = changes.ConvertAll(change => change with { Origin = origin });
            foreach (var listener in listeners)
                await listener.OnChangesAsync(tx, changes, cancellationToken);
            floor = changes[^1].Number;
        }
        while (changes.Count == BatchSize);
    }

    /// <summary>In their order: what is staged alone, single changes that follow each other together.</summary>
    private static IEnumerable<(Entry.Staged? Staged, List<Entry.Single> Singles)> Runs(Entry[] some)
    {
        var singles = new List<Entry.Single>();
        foreach (var entry in some)
        {
            if (entry is Entry.Single single)
            {
                singles.Add(single);
                continue;
            }

            if (singles.Count > 0)
                yield return (null, singles);
            singles = [];
            yield return ((Entry.Staged)entry, singles);
        }

        if (singles.Count > 0)
            yield return (null, singles);
    }

    private void InsertStaged(NpgsqlBatch batch, Entry.Staged staged, DateTimeOffset now) => batch.Then(
        ChangeSql.InsertStaged, Arg.Of(tenantId), Arg.Of(WriterId), Arg.Of(staged.First), Arg.Of(staged.Last), Arg.Of(actorId),
        Arg.Of(now), Arg.Of(origin.IsInteractive), Arg.Of(origin.ConnectorId));

    private void InsertAll(NpgsqlBatch batch, List<Entry.Single> changes, DateTimeOffset now) => batch.Then(
        ChangeSql.Insert, Arg.Of(tenantId), Arg.Of(actorId), Arg.Of(now), Arg.Of(origin.IsInteractive), Arg.Of(origin.ConnectorId),
        Arg.Of([.. changes.Select(change => change.ShareId)]),
        Arg.Of([.. changes.Select(change => ChangeLog.Text(change.Type))]),
        Arg.Of([.. changes.Select(change => change.Id)]),
        Arg.Of([.. changes.Select(change => ChangeLog.Text(change.Kind))]),
        Arg.Of([.. changes.Select(change => change.OldPath)]),
        Arg.Of([.. changes.Select(change => change.NewPath)]),
        Arg.Of([.. changes.Select(change => change.FolderId)]),
        Arg.Of([.. changes.Select(change => change.Name)]),
        Arg.Of([.. changes.Select(change => change.OwnerId)]),
        Arg.Of([.. changes.Select(change => change.CreatedBy)]),
        Arg.Of([.. changes.Select(change => change.ModifiedBy)]),
        Arg.Of([.. changes.Select(change => change.CreatedAt)]),
        Arg.Of([.. changes.Select(change => change.ModifiedAt)]),
        Arg.Of([.. changes.Select(change => change.IsDeleted)]),
        Arg.Of([.. changes.Select(change => change.File?.MimeType)]),
        Arg.Of([.. changes.Select(change => change.File?.SizeBytes)]),
        Arg.Of([.. changes.Select(change => change.File?.ChecksumSha256)]),
        Arg.Of([.. changes.Select(change => change.File?.Version)]),
        Arg.Of([.. changes.Select(change => change.VersionId)]),
        Arg.Of([.. changes.Select(change => change.File?.VectorizedAt)]),
        Arg.Of([.. changes.Select(change => change.File?.SourceAclId)]));
}
