using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Asks for the text of one version of a file.</summary>
/// <param name="FileId">The file in the drive.</param>
/// <param name="ContentHash">SHA-256 of its bytes, lower-case hex; another hash is another version.</param>
public sealed record ExtractText(string FileId, string ContentHash) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "extract-text";
}

internal sealed class ExtractTextHandler(
    FileJobs files, DriveStore drive, ExtractionPool extraction, ExtractedTextStore texts, EmbeddingProviders providers, TimeProvider time)
    : IJobHandler<ExtractText>
{
    // A child that died or ran out of time may have been the victim of a busy machine: it gets one more chance.
    private const int TriesOfAFileThatBreaksTheChild = 2;

    public Task<JobOutcome> RunAsync(ExtractText args, JobContext job, CancellationToken cancellationToken) =>
        files.RunAsync(LedgerStages.Extract, args.FileId, args.ContentHash, job, () => WorkAsync(args, job, cancellationToken), cancellationToken);

    private async Task<JobOutcome> WorkAsync(ExtractText args, JobContext job, CancellationToken cancellationToken)
    {
        if (await files.FindCurrentAsync(job.TenantId, args.FileId, args.ContentHash, cancellationToken) is not { } file)
            return FileJobs.Superseded;

        var decision = await providers.DecideAsync(job.TenantId, file.ShareId, file.Path, file.MimeType, cancellationToken);
        if (!decision.IndexContent)
            return await LeaveOutAsync(args, job, cancellationToken);

        var started = time.GetTimestamp();
        var known = await texts.FindAsync(job.TenantId, args.ContentHash, ExtractionPool.PipelineVersion, cancellationToken);
        var text = known ?? await ExtractAsync(file, job, cancellationToken);
        var duration = time.GetElapsedTime(started);

        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        if (known is null && IsLasting(text))
            await texts.AddAsync(transaction.Transaction, job.TenantId, args.ContentHash, ExtractionPool.PipelineVersion, text, cancellationToken);

        var next = NextStep.After(text, decision.Ocr);
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Extract, next.Reason is null ? LedgerStates.Done : LedgerStates.Skipped)
            {
                ReasonCode = next.Reason ?? (text.Truncated ? ReasonCodes.Truncated : null),
                Detail = text.Detail,
                Engine = "scaidrive-extraction",
                EngineVersion = ExtractionPool.PipelineVersion,
                Pages = text.Pages.Count,
                Bytes = file.SizeBytes,
                Duration = duration,
                Attempt = job.Attempt,
            },
            cancellationToken);
        if (next.Recognize)
            await files.EnqueueNextAsync(transaction.Transaction, new RecognizeText(args.FileId, args.ContentHash), args.FileId, args.ContentHash, job, cancellationToken);
        if (next.Index)
            await files.EnqueueNextAsync(transaction.Transaction, new IndexText(args.FileId, args.ContentHash), args.FileId, args.ContentHash, job, cancellationToken);
        await job.LogAsync(
            LogLevel.Information,
            next.Reason is null ? $"Read {text.Pages.Count} pages of {file.Path} ({text.MimeType})" : $"{file.Path}: {next.Reason}",
            cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    /// <summary>Whether another reading of the same bytes would end the same. A limit or a missing program may be mended, and
    /// then a retry must read again.</summary>
    private static bool IsLasting(StoredText text) => text.Status is ReasonCodes.Ok or ReasonCodes.Encrypted or ReasonCodes.Corrupt
        or ReasonCodes.Empty or ReasonCodes.NoText or ReasonCodes.UnsupportedType;

    private async Task<JobOutcome> LeaveOutAsync(ExtractText args, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Extract, LedgerStates.Skipped)
            {
                ReasonCode = ReasonCodes.ExcludedByPolicy,
                Attempt = job.Attempt,
            },
            cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task<StoredText> ExtractAsync(DriveFile file, JobContext job, CancellationToken cancellationToken)
    {
        await using var content = await drive.OpenContentByHashAsync(job.TenantId, file.ChecksumSha256, cancellationToken);
        var document = await extraction.ExtractAsync(content, file.Name, cancellationToken);
        if (document.Status is ReasonCodes.ExtractorCrashed or ReasonCodes.TimedOut or ReasonCodes.OutOfMemory
            && job.Attempt < TriesOfAFileThatBreaksTheChild)
            throw new JobFailedException(document.Status, document.Detail ?? "The sandboxed child did not finish.");
        return new StoredText(
            document.Status,
            document.MimeType,
            [.. document.Pages.Select(StoredPages.From)],
            document.PagesNeedingOcr)
        { Detail = document.Detail, Truncated = document.Truncated };
    }
}

/// <summary>What follows from the text of a version.</summary>
/// <param name="Index">There is text to index now.</param>
/// <param name="Recognize">Pages are to be read by OCR.</param>
/// <param name="Reason">Why the file ends here without text, or null when it goes on.</param>
internal sealed record NextStep(bool Index, bool Recognize, string? Reason)
{
    internal static NextStep After(StoredText text, bool ocrEnabled)
    {
        if (text.Status != ReasonCodes.Ok)
            return new(false, false, text.Status);
        var hasText = text.Pages.Any(page => !string.IsNullOrWhiteSpace(page.Text));
        var needsOcr = text.PagesNeedingOcr.Count > 0;
        return (hasText, needsOcr, ocrEnabled) switch
        {
            (_, true, true) => new(hasText, true, null),
            (true, _, _) => new(true, false, null),
            (false, true, false) => new(false, false, ReasonCodes.OcrDisabled),
            _ => new(false, false, ReasonCodes.NoText),
        };
    }
}
