using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs;

/// <summary>Brings files in line with the rules: does what a statement does, enqueues the rest in <c>low</c>. May be repeated.</summary>
internal sealed class FilesUnderRules(JobQueue queue)
{
    /// <returns>For how many files something was due.</returns>
    internal async Task<int> ApplyAsync(
        NpgsqlTransaction transaction, IndexingRules rules, IReadOnlyCollection<string> fileIds, JobContext job, CancellationToken cancellationToken)
    {
        // As they are under the lock: a job may have brought one of them further since the page was read.
        var due = (await FileStates.HoldAsync(transaction, job.TenantId, fileIds, cancellationToken))
            .Select(file => (File: file, Rework: FileRework.Of(rules, file))).Where(one => one.Rework.IsDue).ToList();
        List<FileState> Of(Func<FileRework, bool> wants) => [.. due.Where(one => wants(one.Rework)).Select(one => one.File)];
        string[] Ids(Func<FileRework, bool> wants) => [.. Of(wants).Select(file => file.FileId)];

        await ReworkWriter.ExcludeAsync(transaction, job.TenantId, Ids(rework => rework.Exclude), cancellationToken);
        await ReworkWriter.ReadmitAsync(transaction, job.TenantId, Ids(rework => rework.Extract), cancellationToken);
        await ReworkWriter.SkipVectorsAsync(transaction, job.TenantId, Ids(rework => rework.SkipVectors), cancellationToken);
        await ReworkWriter.AwaitVectorsAsync(transaction, job.TenantId, Ids(rework => rework.Embed is not null), cancellationToken);
        await ReworkWriter.DropVectorsAsync(
            transaction, job.TenantId, [.. due.SelectMany(one => one.Rework.DropModels.Select(model => (one.File.FileId, model)))], cancellationToken);
        if (Ids(rework => rework.Recognize) is { Length: > 0 } images)
            await FileLedger.ReopenOcrDisabledAsync(transaction, job.TenantId, images, cancellationToken);

        await EnqueueAsync(transaction, Of(rework => rework.Extract), file => new ExtractText(file.FileId, file.ContentHash), job, cancellationToken);
        await EnqueueAsync(transaction, Of(rework => rework.Recognize), file => new RecognizeText(file.FileId, file.ContentHash), job, cancellationToken);
        await FilesAgain.EmbedAsync(queue, transaction, job.TenantId, rules, Of(rework => rework.Embed is not null), QueueNames.Low, cancellationToken);
        return due.Count;
    }

    private async Task EnqueueAsync<T>(
        NpgsqlTransaction transaction, List<FileState> files, Func<FileState, T> args, JobContext job, CancellationToken cancellationToken)
        where T : IJobArgs
    {
        if (files.Count > 0)
        {
            await queue.EnqueueManyAsync(
                transaction,
                [.. files.Select(file => (args(file), FileJobs.Options(T.Kind, job.TenantId, file.FileId, file.ContentHash, QueueNames.Low, connector: null)))],
                cancellationToken);
        }
    }
}
