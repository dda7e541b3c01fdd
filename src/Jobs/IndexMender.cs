using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Auditing;

namespace ScaiDrive.Jobs;

/// <summary>Puts files right that a check suspects, each batch in a transaction that holds them and looks again first.</summary>
internal sealed class IndexMender(DriveStore drive, IndexAudit audit, IndexWriter index, EmbeddingProviders providers, JobQueue queue, QueueReader jobs)
{
    private const int MostDeletions = 500;

    /// <summary>In what the index differs from the drive about a file; null when it does not.</summary>
    internal static string? KindOf(IndexedFile file, IndexedFile? row)
    {
        var wanted = IndexAudit.AsStored(file);
        return row is null ? "missing"
            : row.ContentHash != wanted.ContentHash || row.Version != wanted.Version ? "outdated"
            : row != wanted ? "misplaced"
            : null;
    }

    /// <summary>Files of the drive that the index lacks, or knows otherwise.</summary>
    internal async Task MendFilesAsync(IReadOnlyList<string> fileIds, Drift found, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        // Who changes a file writes its row here in the same transaction: while it is held, both sides are of one moment.
        var live = await drive.HoldFilesAsync(transaction.Transaction, job.TenantId, fileIds, cancellationToken);
        var rows = (await audit.RowsAsync(job.TenantId, [.. live.Select(file => file.Id)], cancellationToken)).ToDictionary(row => row.FileId);
        var wrong = live.Select(DriveChangesListener.Indexed)
            .Select(file => (File: file, Row: rows.GetValueOrDefault(file.FileId), Kind: KindOf(file, rows.GetValueOrDefault(file.FileId))))
            .Where(one => one.Kind is not null).ToList();
        if (wrong.Count == 0)
            return;
        // A row ahead of the drive, as after a restore, refuses the older version: it goes first.
        await index.RemoveFilesAsync(
            transaction.Transaction, job.TenantId, [.. wrong.Where(one => one.Row?.Version > one.File.Version).Select(one => one.File.FileId)], cancellationToken);
        var renewed = await index.UpsertFilesAsync(transaction.Transaction, job.TenantId, [.. wrong.Select(one => one.File)], cancellationToken);
        await ExtractAsync(
            transaction.Transaction, [.. wrong.Where(one => renewed.Contains(one.File.FileId)).Select(one => (one.File.FileId, one.File.ContentHash))], job, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var one in wrong)
            found.Count(one.Kind!);
    }

    /// <summary>Files the drive does not have any more. One whose removal is queued is on its way.</summary>
    internal async Task RemoveExtraAsync(IReadOnlyList<string> fileIds, Drift found, JobContext job, CancellationToken cancellationToken)
    {
        var queued = await QueuedRemovalsAsync(job.TenantId, cancellationToken);
        await using var transaction = await job.BeginAsync(cancellationToken);
        var live = await drive.HoldLiveAsync(transaction.Transaction, job.TenantId, [.. fileIds], cancellationToken);
        var rows = await audit.RowsAsync(job.TenantId, [.. fileIds.Except(live).Except(queued)], cancellationToken);
        await index.RemoveFilesAsync(transaction.Transaction, job.TenantId, [.. rows.Select(row => row.FileId)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        found.Count("extra", rows.Count);
    }

    /// <summary>Files about which the tables of the index disagree.</summary>
    internal async Task MendFaultsAsync(IReadOnlyList<string> fileIds, Drift found, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        var rules = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        var states = await FileStates.HoldAsync(transaction.Transaction, job.TenantId, fileIds, cancellationToken);
        var faults = await IndexAudit.FaultsAsync(transaction.Transaction, job.TenantId, fileIds, cancellationToken);
        await MendTextAsync(transaction.Transaction, faults, job, cancellationToken);
        await MendVectorsAsync(transaction.Transaction, faults, states, rules, job, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        found.Count("status_missing", faults.Count(fault => fault.LacksStatus));
        found.Count("chunk_count", faults.Count(fault => fault.HasOtherChunkCount));
        found.Count("stray_chunks", faults.Count(fault => fault.HasStrayChunks));
        found.Count("text_missing", faults.Count(fault => fault is { LacksText: true, LacksStatus: false }));
        found.Count("vectors_missing", faults.Count(fault => fault.LacksVectors));
        found.Count("vectors_incomplete", faults.Count(fault => fault.IncompleteModels.Count > 0));
        found.Count("vectors_unknown", faults.Count(fault => fault.UnknownModels.Count > 0));
    }

    private async Task MendTextAsync(NpgsqlTransaction transaction, IReadOnlyList<FileFaults> faults, JobContext job, CancellationToken cancellationToken)
    {
        if (faults.Where(fault => fault.LacksStatus).Select(fault => fault.FileId).ToList() is { Count: > 0 } unknown)
        {
            var rows = await audit.RowsAsync(job.TenantId, unknown, cancellationToken);
            await index.UpsertFilesAsync(transaction, job.TenantId, rows, cancellationToken);
        }

        await IndexAudit.DeleteStrayChunksAsync(transaction, job.TenantId, [.. faults.Where(fault => fault.HasStrayChunks).Select(fault => fault.FileId)], cancellationToken);
        await ExtractAsync(
            transaction,
            [.. faults.Where(fault => fault.LacksStatus || fault.HasOtherChunkCount || fault.LacksText).Select(fault => (fault.FileId, fault.ContentHash))],
            job, cancellationToken);
    }

    private async Task MendVectorsAsync(
        NpgsqlTransaction transaction, IReadOnlyList<FileFaults> faults, IReadOnlyList<FileState> states, IndexingRules rules, JobContext job,
        CancellationToken cancellationToken)
    {
        await ReworkWriter.DropVectorsAsync(
            transaction, job.TenantId,
            [.. faults.SelectMany(fault => fault.IncompleteModels.Union(fault.UnknownModels).Select(model => (fault.FileId, model)))], cancellationToken);
        var lacking = faults.Where(fault => fault.LacksVectors || fault.IncompleteModels.Count > 0).Select(fault => fault.FileId).ToHashSet();
        await ReworkWriter.AwaitVectorsAsync(transaction, job.TenantId, lacking, cancellationToken);
        await FilesAgain.EmbedAsync(queue, transaction, job.TenantId, rules, [.. states.Where(state => lacking.Contains(state.FileId))], QueueNames.Low, cancellationToken);
    }

    private async Task ExtractAsync(
        NpgsqlTransaction transaction, IReadOnlyList<(string FileId, string ContentHash)> files, JobContext job, CancellationToken cancellationToken)
    {
        if (files.Count > 0)
        {
            await queue.EnqueueManyAsync(
                transaction,
                [.. files.Select(file => (
                    new ExtractText(file.FileId, file.ContentHash),
                    FileJobs.Options(ExtractText.Kind, job.TenantId, file.FileId, file.ContentHash, QueueNames.Low, connector: null)))],
                cancellationToken);
        }
    }

    private async Task<HashSet<string>> QueuedRemovalsAsync(string tenantId, CancellationToken cancellationToken)
    {
        var queued = new HashSet<string>();
        foreach (var state in new[] { JobStates.Scheduled, JobStates.Retryable, JobStates.Available, JobStates.Running })
        {
            var page = await jobs.ListAsync(new JobFilter { TenantId = tenantId, Kind = DeleteFromIndex.Kind, State = state, Limit = MostDeletions }, cancellationToken);
            queued.UnionWith(page.Jobs.SelectMany(FilesOf));
        }

        return queued;
    }

    private static IEnumerable<string> FilesOf(JobRow job)
    {
        using var args = JsonDocument.Parse(job.Args);
        return [.. args.RootElement.GetProperty("file_ids").EnumerateArray().Select(id => id.GetString()!)];
    }
}
