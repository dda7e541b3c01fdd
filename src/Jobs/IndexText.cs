using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Asks for the keyword side of the index for one version: from its end on the file is searchable by word.</summary>
/// <param name="FileId">The file in the drive.</param>
/// <param name="ContentHash">SHA-256 of its bytes, lower-case hex.</param>
/// <param name="AfterOcr">Recognised pages were added: a job of its own, because the one for the text layer may be running.</param>
public sealed record IndexText(string FileId, string ContentHash, bool AfterOcr = false) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "index-text";
}

internal sealed class IndexTextHandler(
    FileJobs files, ExtractedTextStore texts, TextChunker chunker, IndexWriter index, EmbeddingProviders providers, TimeProvider time)
    : IJobHandler<IndexText>
{
    private static readonly TimeSpan ReadAgainPause = TimeSpan.FromSeconds(1);

    public Task<JobOutcome> RunAsync(IndexText args, JobContext job, CancellationToken cancellationToken) =>
        files.RunAsync(LedgerStages.Index, args.FileId, args.ContentHash, job, () => WorkAsync(args, job, cancellationToken), cancellationToken);

    private async Task<JobOutcome> WorkAsync(IndexText args, JobContext job, CancellationToken cancellationToken)
    {
        if (await files.FindCurrentAsync(job.TenantId, args.FileId, args.ContentHash, cancellationToken) is not { } file)
            return FileJobs.Superseded;
        if (await texts.FindAsync(job.TenantId, args.ContentHash, cancellationToken) is not { } text)
            return await files.ExtractAgainAsync(args.FileId, args.ContentHash, job, cancellationToken);

        var started = time.GetTimestamp();
        var chunks = chunker.Split(StoredPages.ToChunkSources(text), text.Metadata.Title);

        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        // What recognition added since is the job's to index that it enqueued; unless this is that job, which is then not enqueued again.
        if (await HasMorePagesAsync(args, text, job, cancellationToken))
            return args.AfterOcr ? new JobOutcome.Snoozed(ReadAgainPause, "more_pages: pages were recognised meanwhile.") : new JobOutcome.Completed();
        // Held until the commit: whoever changes a rule now either is seen here, or finds the file as this leaves it.
        var rules = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        var decision = rules.Decide(file.ShareId, file.Path, file.MimeType);
        if (!decision.IndexContent)
        {
            await files.RecordAsync(transaction.Transaction, FileJobs.IsExcluded(args.FileId, args.ContentHash, job), cancellationToken);
            await transaction.CommitAndCompleteAsync(cancellationToken);
            return new JobOutcome.Completed();
        }

        if (!await index.ReplaceChunksAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, text.ComputeHash(), LanguageDetector.Detect(chunks.Select(chunk => chunk.Text)), chunks, cancellationToken))
            return FileJobs.Superseded;
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Index, LedgerStates.Done)
            {
                Engine = "keyword",
                Pages = text.Pages.Count,
                Duration = time.GetElapsedTime(started),
                Attempt = job.Attempt,
            },
            cancellationToken);
        if (decision.Semantic && chunks.Count > 0)
        {
            await files.RecordAsync(
                transaction.Transaction,
                new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Embed, LedgerStates.Pending),
                cancellationToken);
            await files.EnqueueEmbedAsync(transaction.Transaction, new EmbedText(args.FileId, args.ContentHash), decision.Provider, job, cancellationToken);
        }

        await job.LogAsync(LogLevel.Information, $"Indexed {chunks.Count} text chunks of {file.Path}", cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task<bool> HasMorePagesAsync(IndexText args, StoredText read, JobContext job, CancellationToken cancellationToken) =>
        read.PagesNeedingOcr.Count > 0
        && await texts.FindAsync(job.TenantId, args.ContentHash, cancellationToken) is { } now
        && now.PagesNeedingOcr.Count < read.PagesNeedingOcr.Count;
}
