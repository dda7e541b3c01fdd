using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs;

/// <summary>Asks that files of a tenant go through a stage again, in <c>low</c>, whether or not anything changed.</summary>
/// <param name="Stage">From which of <see cref="LedgerStages"/> on: <c>extract</c>, <c>index</c> or <c>embed</c>.</param>
/// <param name="ShareId">Only files of this share; null: all.</param>
/// <param name="ReasonCode">Only files with a stage that ended with this code; null: all.</param>
/// <param name="AskedAt">What was done since is not done again.</param>
public sealed record ReindexFiles(string Stage, string? ShareId, string? ReasonCode, DateTimeOffset AskedAt) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "reindex-files";
}

/// <summary>Walks over these files in batches.</summary>
internal sealed class ReindexFilesHandler(FilesToRedo files, EmbeddingProviders providers, JobQueue queue) : IJobHandler<ReindexFiles>
{
    public async Task<JobOutcome> RunAsync(ReindexFiles args, JobContext job, CancellationToken cancellationToken)
    {
        var filter = new RedoFilter(job.TenantId, null, args.ShareId, args.ReasonCode);
        var (passed, last) = (0L, "");
        while (await files.PageAsync(filter, args.Stage, args.AskedAt, last, OncePerTenant.Batch, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1].FileId;
            await using var transaction = await job.BeginAsync(cancellationToken);
            var rules = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
            await FilesAgain.EnqueueAsync(queue, transaction.Transaction, job.TenantId, args.Stage, page, rules, QueueNames.Low, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            passed += page.Count;
            await job.ProgressAsync(passed, null, "enqueueing", cancellationToken);
        }

        await job.LogAsync(LogLevel.Information, $"{passed} files go through {args.Stage} again", cancellationToken);
        return new JobOutcome.Completed();
    }
}

/// <summary>Enqueues the work that does a stage of a file again.</summary>
internal static class FilesAgain
{
    /// <summary>Each in the line of the provider that its policy names.</summary>
    internal static async Task EmbedAsync(
        JobQueue queue, NpgsqlTransaction transaction, string tenantId, IndexingRules rules, IReadOnlyList<FileState> files, string queueName,
        CancellationToken cancellationToken)
    {
        if (files.Count > 0)
        {
            await queue.EnqueueManyAsync(
                transaction,
                [.. files.Select(file => (
                    new EmbedText(file.FileId, file.ContentHash),
                    FileJobs.EmbedOptions(
                        tenantId, file.FileId, file.ContentHash, rules.Decide(file.ShareId, file.Path, file.MimeType).Provider.Id, queueName, connector: null)))],
                cancellationToken);
        }
    }

    internal static async Task EnqueueAsync(
        JobQueue queue, NpgsqlTransaction transaction, string tenantId, string stage, IReadOnlyList<FileToRedo> files, IndexingRules rules, string queueName,
        CancellationToken cancellationToken)
    {
        switch (stage)
        {
            case LedgerStages.Extract:
                await AddAsync(files, file => new ExtractText(file.FileId, file.ContentHash, Again: true), again: true);
                break;
            case LedgerStages.Embed:
                var held = await FileStates.HoldAsync(transaction, tenantId, [.. files.Where(file => file.HasText).Select(file => file.FileId)], cancellationToken);
                var wanted = held.Where(file => file.HasCurrentText && rules.Decide(file.ShareId, file.Path, file.MimeType).Semantic).ToList();
                await FilesToRedo.ForgetVectorsAsync(
                    transaction, tenantId,
                    [.. wanted.Select(file => (file.FileId, rules.Decide(file.ShareId, file.Path, file.MimeType).Provider.Model))], cancellationToken);
                await ReworkWriter.AwaitVectorsAsync(transaction, tenantId, [.. wanted.Select(file => file.FileId)], cancellationToken);
                await EmbedAsync(queue, transaction, tenantId, rules, wanted, queueName, cancellationToken);
                break;
            default:
                // Without text there is nothing to cut: what there was to read is looked at first.
                await AddAsync([.. files.Where(file => file.HasText)], file => new IndexText(file.FileId, file.ContentHash), again: false);
                await AddAsync([.. files.Where(file => !file.HasText)], file => new ExtractText(file.FileId, file.ContentHash), again: false);
                break;
        }

        async Task AddAsync<T>(IReadOnlyList<FileToRedo> some, Func<FileToRedo, T> args, bool again)
            where T : IJobArgs
        {
            await queue.EnqueueManyAsync(
                transaction,
                [.. some.Select(file => (
                    args(file),
                    again
                        ? FileJobs.OptionsAgain(T.Kind, tenantId, file.FileId, file.ContentHash, queueName)
                        : FileJobs.Options(T.Kind, tenantId, file.FileId, file.ContentHash, queueName, connector: null)))],
                cancellationToken);
        }
    }
}
