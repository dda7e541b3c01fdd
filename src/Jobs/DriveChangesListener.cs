using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;

namespace ScaiDrive.Jobs;

/// <summary>Turns changes of the drive into index entries and jobs, inside the transaction that makes the change: a job
/// exists if and only if the version does, and a name can be found as soon as the file exists.</summary>
internal sealed class DriveChangesListener(JobQueue queue, IndexWriter index, EmbeddingProviders providers) : IChangeListener
{
    /// <inheritdoc />
    public async Task OnChangesAsync(NpgsqlTransaction tx, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        foreach (var ofTenant in changes.Where(change => change.File is not null).GroupBy(change => change.TenantId))
        {
            // A file that changed twice in one transaction is served as it is at the end of it.
            var last = ofTenant.GroupBy(change => change.ResourceId).Select(group => group.Last()).ToList();
            var deleted = last.Where(change => change.Kind == ChangeKind.Deleted).ToList();
            var live = last.Except(deleted).ToList();
            // Names, places, dates and permissions change nothing in the text; other bytes do.
            var changed = await index.UpsertFilesAsync(tx, ofTenant.Key, [.. live.Select(change => Indexed(change.File!))], cancellationToken);
            await EnqueueExtractionAsync(tx, ofTenant.Key, [.. live.IntersectBy(changed, change => change.ResourceId)], cancellationToken);
            await EnqueueRulesAsync(tx, ofTenant.Key, [.. live.ExceptBy(changed, change => change.ResourceId).Where(change => change.Kind is not (ChangeKind.Created or ChangeKind.Permissions)).Select(change => change.ResourceId)], cancellationToken);
            await EnqueueRemovalAsync(tx, ofTenant.Key, deleted, cancellationToken);
        }
    }

    // The text is the same, but another policy may decide about it now. Rules are held, so that a change of them either is
    // seen here, or sees where the files are.
    private async Task EnqueueRulesAsync(NpgsqlTransaction tx, string tenantId, List<string> fileIds, CancellationToken cancellationToken)
    {
        if (fileIds.Count == 0 || !(await providers.HoldRulesAsync(tx, tenantId, cancellationToken)).DependOnPlace)
            return;
        foreach (var batch in fileIds.Chunk(OncePerTenant.Batch))
            await queue.EnqueueAsync(tx, new ApplyRulesToFiles(batch), new JobOptions { TenantId = tenantId, Queue = QueueNames.Low }, cancellationToken);
    }

    private async Task EnqueueExtractionAsync(NpgsqlTransaction tx, string tenantId, List<Change> versions, CancellationToken cancellationToken)
    {
        await CancelOlderAsync(tx, tenantId, [.. versions.Where(change => change.Kind != ChangeKind.Created).Select(change => change.ResourceId)], cancellationToken);

        var jobs = new List<(ExtractText, JobOptions)>(versions.Count);
        foreach (var change in versions)
        {
            var file = change.File!;
            jobs.Add((
                new ExtractText(file.Id, file.ChecksumSha256),
                FileJobs.Options(ExtractText.Kind, tenantId, file.Id, file.ChecksumSha256, QueueFor(change.Origin), change.Origin.ConnectorId)));
        }

        if (jobs.Count > 0)
            await queue.EnqueueManyAsync(tx, jobs, cancellationToken);
    }

    private async Task EnqueueRemovalAsync(NpgsqlTransaction tx, string tenantId, List<Change> deleted, CancellationToken cancellationToken)
    {
        if (deleted.Count == 0)
            return;
        await CancelOlderAsync(tx, tenantId, [.. deleted.Select(change => change.ResourceId)], cancellationToken);
        // One job for the batch, and in high whatever deleted them: nobody may find what is gone because an import is busy.
        await queue.EnqueueAsync(
            tx,
            new DeleteFromIndex([.. deleted.Select(change => change.ResourceId)], deleted.Min(change => change.At)),
            new JobOptions { TenantId = tenantId, Queue = QueueNames.High, Connector = deleted[0].Origin.ConnectorId, SubjectId = deleted.Count == 1 ? deleted[0].ResourceId : null },
            cancellationToken);
    }

    private Task CancelOlderAsync(NpgsqlTransaction tx, string tenantId, List<string> fileIds, CancellationToken cancellationToken) =>
        fileIds.Count == 0
            ? Task.CompletedTask
            : queue.CancelBySubjectsAsync(
                tx, tenantId, fileIds, FileJobs.Kinds, "superseded", "A newer version replaced this one, or the file was deleted.", exceptJobId: null, cancellationToken);

    // What a source told of was saved by somebody a moment ago; behind an import of the same connector it would be found hours later.
    private static string QueueFor(ChangeOrigin origin) => origin.IsInteractive || origin.IsUrgent ? QueueNames.High : QueueNames.Low;

    /// <summary>What search knows of a file of the drive.</summary>
    internal static IndexedFile Indexed(DriveFile file) =>
        new(file.Id, file.ShareId, file.FolderId, file.Name, file.Path, file.MimeType, file.SizeBytes, file.ModifiedAt, file.ChecksumSha256, file.Version)
        {
            AclId = file.SourceAclId,
        };
}
