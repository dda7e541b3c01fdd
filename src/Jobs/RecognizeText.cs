using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Asks for OCR of the pages of one version that have no text layer.</summary>
/// <param name="FileId">The file in the drive.</param>
/// <param name="ContentHash">SHA-256 of its bytes, lower-case hex.</param>
public sealed record RecognizeText(string FileId, string ContentHash) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "recognize-text";
}

internal sealed class RecognizeTextHandler(
    FileJobs files, DriveStore drive, ExtractionPool extraction, ExtractedTextStore texts, EmbeddingProviders providers, JobsOptions options, TimeProvider time)
    : IJobHandler<RecognizeText>
{
    private static readonly RecognizedPages Nothing = new(ReasonCodes.Ok, null, [], [], "tesseract");

    public Task<JobOutcome> RunAsync(RecognizeText args, JobContext job, CancellationToken cancellationToken) =>
        files.RunAsync(LedgerStages.Recognize, args.FileId, args.ContentHash, job, () => WorkAsync(args, job, cancellationToken), cancellationToken);

    private async Task<JobOutcome> WorkAsync(RecognizeText args, JobContext job, CancellationToken cancellationToken)
    {
        if (await files.FindCurrentAsync(job.TenantId, args.FileId, args.ContentHash, cancellationToken) is not { } file)
            return FileJobs.Superseded;
        // The readers of now would count its pages in another way than those that found the images.
        if (await texts.FindAsync(job.TenantId, args.ContentHash, cancellationToken) is not { Status: ReasonCodes.Ok } text
            || ExtractionPool.IsOutdated(text.PipelineVersion))
            return await files.ExtractAgainAsync(args.FileId, args.ContentHash, job, cancellationToken);
        // It may have been switched off since this was queued.
        var decision = await providers.DecideAsync(job.TenantId, file.ShareId, file.Path, file.MimeType, cancellationToken);
        if (!(decision.IndexContent && decision.Ocr) && await LeaveImagesAsync(args, file, text, job, cancellationToken) is { } ending)
            return ending;

        var started = time.GetTimestamp();
        var recognized = await RecognizeAsync(file, text, job, cancellationToken);
        var duration = time.GetElapsedTime(started);

        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        // Another file with the same content may have been read or recognised meanwhile.
        if (await texts.HoldAsync(transaction.Transaction, job.TenantId, args.ContentHash, cancellationToken) is not { } held
            || !PipelineVersions.CountPagesAlike(held.PipelineVersion, text.PipelineVersion))
        {
            await files.EnqueueNextAsync(transaction.Transaction, new ExtractText(args.FileId, args.ContentHash), args.FileId, args.ContentHash, job, cancellationToken);
            await transaction.CommitAndCompleteAsync(cancellationToken);
            return new JobOutcome.Completed();
        }

        var complete = RecognizedText.Merge(held, recognized, duration);
        if (complete != held)
            await texts.SaveAsync(transaction.Transaction, job.TenantId, args.ContentHash, complete, cancellationToken);
        var hasText = StoredPages.HasText(complete);
        if (hasText)
            await FileLedger.AwaitAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, LedgerStages.Index, cancellationToken);
        await files.RecordAsync(transaction.Transaction, Entry(args, complete, recognized, duration, job), cancellationToken);
        if (hasText)
            await files.EnqueueNextAsync(transaction.Transaction, new IndexText(args.FileId, args.ContentHash, AfterOcr: true), args.FileId, args.ContentHash, job, cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    /// <summary>A page that failed does not spoil the others, and stays visible: as a reason while there is any, in words always.</summary>
    private static LedgerEntry Entry(RecognizeText args, StoredText complete, RecognizedPages recognized, TimeSpan duration, JobContext job)
    {
        var found = recognized.Pages.Any(RecognizedText.HasWords);
        var done = found || RecognizedText.Count(complete) > 0;
        var reason = recognized.Problems.Count > 0 && done ? ReasonCodes.OcrIncomplete
            : !done ? recognized.Status == ReasonCodes.Ok ? ReasonCodes.NoText : recognized.Status
            : complete.Truncated ? ReasonCodes.Truncated
            : null;
        string[] details = [.. new[] { RecognizedText.Problems(recognized), done ? null : recognized.Detail, complete.Truncated ? complete.Detail : null }.OfType<string>()];
        return new(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Recognize, done ? LedgerStates.Done : LedgerStates.Skipped)
        {
            ReasonCode = reason,
            Detail = details.Length > 0 ? string.Join(' ', details) : null,
            Engine = recognized.Engine,
            EngineVersion = ExtractionPool.RecognitionVersion,
            Pages = recognized.Pages.Count,
            Duration = duration,
            Attempt = job.Attempt,
        };
    }

    private async Task<JobOutcome?> LeaveImagesAsync(RecognizeText args, DriveFile file, StoredText text, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        // Held until the commit, so that whoever switches it on again finds this file.
        var rules = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        if (rules.Decide(file.ShareId, file.Path, file.MimeType) is { IndexContent: true, Ocr: true })
            return null;
        await files.RecordAsync(transaction.Transaction, FileJobs.OcrIsOff(args.FileId, args.ContentHash, text, job), cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task<RecognizedPages> RecognizeAsync(DriveFile file, StoredText text, JobContext job, CancellationToken cancellationToken)
    {
        if (text.PagesNeedingOcr.Count == 0)
            return Nothing;
        await job.ProgressAsync(0, text.PagesNeedingOcr.Count, "recognizing", cancellationToken);
        await using var content = await drive.OpenContentByHashAsync(job.TenantId, file.ChecksumSha256, cancellationToken);
        var result = await extraction.RecognizeAsync(content, file.Name, text.PagesNeedingOcr, options.OcrLanguages, cancellationToken);
        foreach (var problem in result.Problems)
            await job.LogAsync(LogLevel.Warning, $"Page {problem.Number} was not recognised: {problem.Code} {problem.Detail}", cancellationToken);
        return result;
    }
}
