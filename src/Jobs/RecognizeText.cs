using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
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
    FileJobs files, DriveStore drive, ExtractionPool extraction, ExtractedTextStore texts, JobsOptions options, TimeProvider time)
    : IJobHandler<RecognizeText>
{
    public Task<JobOutcome> RunAsync(RecognizeText args, JobContext job, CancellationToken cancellationToken) =>
        files.RunAsync(LedgerStages.Recognize, args.FileId, args.ContentHash, job, () => WorkAsync(args, job, cancellationToken), cancellationToken);

    private async Task<JobOutcome> WorkAsync(RecognizeText args, JobContext job, CancellationToken cancellationToken)
    {
        if (await files.FindCurrentAsync(job.TenantId, args.FileId, args.ContentHash, cancellationToken) is not { } file)
            return FileJobs.Superseded;
        if (await texts.FindAsync(job.TenantId, args.ContentHash, ExtractionPool.PipelineVersion, cancellationToken) is not { } text)
            return await files.ExtractAgainAsync(args.FileId, args.ContentHash, job, cancellationToken);

        var started = time.GetTimestamp();
        var (recognized, problem) = await RecognizeAsync(file, text, job, cancellationToken);
        var complete = Merge(text, recognized);
        var hasText = complete.Pages.Any(page => !string.IsNullOrWhiteSpace(page.Text));

        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        await texts.SaveAsync(transaction.Transaction, job.TenantId, args.ContentHash, ExtractionPool.PipelineVersion, complete, cancellationToken);
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Recognize, hasText ? LedgerStates.Done : LedgerStates.Skipped)
            {
                ReasonCode = hasText ? null : problem ?? ReasonCodes.NoText,
                Detail = problem,
                Engine = "tesseract",
                Pages = recognized.Count,
                Duration = time.GetElapsedTime(started),
                Attempt = job.Attempt,
            },
            cancellationToken);
        if (hasText)
            await files.EnqueueNextAsync(transaction.Transaction, new IndexText(args.FileId, args.ContentHash, AfterOcr: true), args.FileId, args.ContentHash, job, cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task<(IReadOnlyList<ExtractedPage> Pages, string? Problem)> RecognizeAsync(
        DriveFile file, StoredText text, JobContext job, CancellationToken cancellationToken)
    {
        if (text.PagesNeedingOcr.Count == 0)
            return ([], null);
        await job.ProgressAsync(0, text.PagesNeedingOcr.Count, "recognizing", cancellationToken);
        await using var content = await drive.OpenContentByHashAsync(job.TenantId, file.ChecksumSha256, cancellationToken);
        var result = await extraction.RecognizeAsync(content, file.Name, text.PagesNeedingOcr, options.OcrLanguages, cancellationToken);
        foreach (var problem in result.Problems)
            await job.LogAsync(LogLevel.Warning, $"Page {problem.Number} was not recognised: {problem.Code} {problem.Detail}", cancellationToken);
        return (result.Pages, result.Status == ReasonCodes.Ok ? null : result.Status);
    }

    /// <summary>Recognised pages take the place of the ones without text; what was not recognised stays named.</summary>
    private static StoredText Merge(StoredText text, IReadOnlyList<ExtractedPage> recognized)
    {
        var numbers = recognized.Select(page => page.Number).ToHashSet();
        return text with
        {
            Pages = [.. text.Pages.Where(page => !numbers.Contains(page.Number)).Concat(recognized.Select(StoredPages.From)).OrderBy(page => page.Number)],
            PagesNeedingOcr = [.. text.PagesNeedingOcr.Where(number => !numbers.Contains(number))],
        };
    }
}
