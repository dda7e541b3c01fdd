using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Makes many files of one share at the cost of two round trips. What is wrong with one of them refuses that one alone.</summary>
internal sealed class FileCreation(
    NpgsqlTransaction tx, string tenantId, string actorId, long? sourceAclId, ContentStore content, PendingChanges changes)
{
    internal async Task<IReadOnlyList<FileOutcome>> CreateAsync(
        string shareId, IReadOnlyList<NewFile> files, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var folders = await EnterAsync(shareId, [.. files.Select(file => file.FolderId).OfType<string>().Distinct()], cancellationToken);
        var outcomes = new FileOutcome[files.Count];
        var rows = new List<Row>(files.Count);
        for (var place = 0; place < files.Count; place++)
        {
            try
            {
                rows.Add(RowOf(files[place], place, shareId, folders, now));
            }
            catch (DriveException fault)
            {
                outcomes[place] = new FileOutcome(null, fault);
            }
        }

        var made = await InsertAsync(shareId, rows, now, cancellationToken);
        foreach (var row in rows)
        {
            var isMade = made.Contains(row.File.Id);
            outcomes[row.Place] = isMade ? new FileOutcome(row.File, null) : new FileOutcome(null, new NameConflictException(row.File.Name));
            if (isMade)
                changes.Add(row.File, ChangeKind.Created, null, row.VersionId);
        }

        return outcomes;
    }

    /// <summary>Makes sure that the share and its folders stay what they are until commit, and all content too.</summary>
    private async Task<Dictionary<string, DriveFolder>> EnterAsync(string shareId, string[] folderIds, CancellationToken cancellationToken)
    {
        await using var batch = tx.Batch()
            .Then(ItemSql.LockTreeShared, Arg.Of(tenantId), Arg.Of(shareId))
            .Then(ContentSql.LockShared, Arg.Of(tenantId))
            .Then(ItemSql.FindShare, Arg.Of(tenantId), Arg.Of(shareId))
            .Then(ItemSql.FindFolders, Arg.Of(tenantId), Arg.Of(folderIds));
        await using var results = await batch.ExecuteReaderAsync(cancellationToken);
        await results.NextResultAsync(cancellationToken);
        await results.NextResultAsync(cancellationToken);
        var share = await results.ReadAsync(cancellationToken) ? ItemRows.Share(results) : throw new ItemNotFoundException(shareId);
        if (share.IsDeleted)
            throw new ItemDeletedException(shareId);
        await results.NextResultAsync(cancellationToken);
        var folders = new Dictionary<string, DriveFolder>(StringComparer.Ordinal);
        while (await results.ReadAsync(cancellationToken))
        {
            var folder = ItemRows.Folder(results);
            folders.Add(folder.Id, folder);
        }

        return folders;
    }

    /// <exception cref="DriveException">This file cannot be made.</exception>
    private Row RowOf(NewFile file, int place, string shareId, Dictionary<string, DriveFolder> folders, DateTimeOffset now)
    {
        var name = ItemName.Normalize(file.Name);
        var folder = file.FolderId is null ? null : folders.GetValueOrDefault(file.FolderId) ?? throw new ItemNotFoundException(file.FolderId);
        if (folder is not null && folder.ShareId != shareId)
            throw new ItemNotFoundException(folder.Id);
        if (folder is { IsDeleted: true })
            throw new ItemDeletedException(folder.Id);
        content.RequireOnDisk(tenantId, file.Content);
        return new Row(
            place,
            new DriveFile(
                PrefixedId.New("fil"), tenantId, shareId, file.FolderId, name, ItemPath.OfFile(folder?.Path, name), file.MimeType,
                file.Content.SizeBytes, file.Content.Sha256, 1, actorId, actorId, actorId, now, file.ModifiedAt.ToStored(), false, null)
            {
                SourceAclId = sourceAclId,
            },
            PrefixedId.New("ver"),
            file.Content.Chunks);
    }

    /// <returns>The ids of those whose name was free.</returns>
    private async Task<HashSet<string>> InsertAsync(string shareId, List<Row> rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var chunks = rows.SelectMany(row => row.Chunks.Select((chunk, index) => (FileId: row.File.Id, Ordinal: index + 1, Chunk: chunk))).ToList();
        var ids = await ItemRows.AllAsync(
            tx.Command(
                ItemSql.InsertFiles,
                Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(actorId), Arg.Of(now), Arg.Of(sourceAclId),
                Arg.Of([.. rows.Select(row => row.File.Id)]),
                Arg.Of([.. rows.Select(row => row.File.FolderId ?? shareId)]),
                Arg.Of([.. rows.Select(row => row.File.Name)]),
                Arg.Of([.. rows.Select(row => row.File.MimeType)]),
                Arg.Of([.. rows.Select(row => row.File.SizeBytes)]),
                Arg.Of([.. rows.Select(row => row.File.ChecksumSha256)]),
                Arg.Of([.. rows.Select(row => row.File.ModifiedAt)]),
                Arg.Of([.. rows.Select(row => row.VersionId)]),
                Arg.Of([.. chunks.Select(each => each.FileId)]),
                Arg.Of([.. chunks.Select(each => each.Ordinal)]),
                Arg.Of([.. chunks.Select(each => each.Chunk.Sha256)]),
                Arg.Of([.. chunks.Select(each => each.Chunk.SizeBytes)])),
            row => row.GetString(0),
            cancellationToken);
        return [.. ids];
    }

    private sealed record Row(int Place, DriveFile File, string VersionId, IReadOnlyList<ContentChunk> Chunks);
}
