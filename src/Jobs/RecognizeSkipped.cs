using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs;

/// <summary>Asks that the files of a tenant that ended with <c>ocr_disabled</c>, and for which OCR is on by now, go through again.</summary>
public sealed record RecognizeSkipped : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "recognize-skipped";
}

/// <summary>Walks over these files in batches. A batch leaves the set when it commits, so a job that was cut off goes on where it was.</summary>
internal sealed class RecognizeSkippedHandler(FileLedger ledger, EmbeddingProviders providers, JobQueue queue) : IJobHandler<RecognizeSkipped>
{
    public async Task<JobOutcome> RunAsync(RecognizeSkipped args, JobContext job, CancellationToken cancellationToken)
    {
        var enqueued = 0L;
        while (true)
        {
            var rules = await providers.ReadRulesAsync(job.TenantId, cancellationToken);
            enqueued += await WalkAsync(rules, enqueued, job, cancellationToken);

            // A rule changed meanwhile, for files already passed, found this job unfinished and started none of its own.
            await using var transaction = await job.BeginAsync(cancellationToken);
            if (!(await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken)).Equal(rules))
                continue;
            await job.LogAsync(LogLevel.Information, $"{enqueued} files go to OCR", cancellationToken);
            await transaction.CommitAndCompleteAsync(cancellationToken);
            return new JobOutcome.Completed();
        }
    }

    private async Task<long> WalkAsync(IndexingRules rules, long before, JobContext job, CancellationToken cancellationToken)
    {
        var (enqueued, after) = (0L, "");
        while (await ledger.OcrDisabledAsync(job.TenantId, after, OncePerTenant.Batch, cancellationToken) is { Count: > 0 } files)
        {
            after = files[^1].FileId;
            var due = files.Where(file => rules.Decide(file.ShareId, file.Path, file.MimeType) is { IndexContent: true, Ocr: true }).Select(file => file.FileId).ToList();
            if (due.Count == 0)
                continue;
            await using var transaction = await job.BeginAsync(cancellationToken);
            var reopened = await FileLedger.ReopenOcrDisabledAsync(transaction.Transaction, job.TenantId, due, cancellationToken);
            enqueued += await queue.EnqueueManyAsync(
                transaction.Transaction,
                [.. reopened.Select(file => (
                    new RecognizeText(file.FileId, file.ContentHash),
                    FileJobs.Options(RecognizeText.Kind, job.TenantId, file.FileId, file.ContentHash, QueueNames.Low, connector: null)))],
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await job.ProgressAsync(before + enqueued, null, "enqueueing", cancellationToken);
        }

        return enqueued;
    }
}
