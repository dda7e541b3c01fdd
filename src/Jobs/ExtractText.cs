using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Asks for the text of one version of a file.</summary>
/// <param name="FileId">The file in the drive.</param>
/// <param name="ContentHash">SHA-256 of its bytes, lower-case hex; another hash is another version.</param>
/// <param name="Outdated">Set when the file has a text already, of this pipeline version, and is to get that of a newer one.</param>
/// <param name="Again">Somebody asked to have it read again, whatever is stored.</param>
public sealed record ExtractText(string FileId, string ContentHash, string? Outdated = null, bool Again = false) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "extract-text";
}

internal sealed class ExtractTextHandler(
    FileJobs files, DriveStore drive, ExtractionPool extraction, ExtractedTextStore texts, IndexWriter index, EmbeddingProviders providers, TimeProvider time)
    : IJobHandler<ExtractText>
{
    // A child that died or ran out of time may have been the victim of a busy machine: it gets one more chance.
    private const int TriesOfAFileThatBreaksTheChild = 2;

    private static readonly TimeSpan NewerBuildPause = TimeSpan.FromMinutes(1);

    public Task<JobOutcome> RunAsync(ExtractText args, JobContext job, CancellationToken cancellationToken) =>
        files.RunAsync(LedgerStages.Extract, args.FileId, args.ContentHash, job, () => WorkAsync(args, job, cancellationToken), cancellationToken);

    private async Task<JobOutcome> WorkAsync(ExtractText args, JobContext job, CancellationToken cancellationToken)
    {
        if (await files.FindCurrentAsync(job.TenantId, args.FileId, args.ContentHash, cancellationToken) is not { } file)
            return FileJobs.Superseded;

        var decision = await providers.DecideAsync(job.TenantId, file.ShareId, file.Path, file.MimeType, cancellationToken);
        if (!decision.IndexContent && await LeaveOutAsync(args, file, job, cancellationToken) is { } ending)
            return ending;

        var started = time.GetTimestamp();
        var known = await texts.FindAsync(job.TenantId, args.ContentHash, cancellationToken);
        // While a fleet is being updated, a worker of the build before may be handed what it cannot do better.
        if (known is not null && known.PipelineVersion == args.Outdated && !ExtractionPool.IsOutdated(known.PipelineVersion))
            return new JobOutcome.Snoozed(NewerBuildPause, "needs_newer_build: waits for a worker of a build with newer readers.");
        var fresh = !args.Again && known is not null && PipelineVersions.IsUsable(known) ? null : await ReadAsync(file, job, cancellationToken);
        var duration = time.GetElapsedTime(started);

        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        var text = fresh is null ? known! : await KeepBetterAsync(transaction.Transaction, args, fresh, job, cancellationToken);
        var next = await NextAsync(transaction.Transaction, file, text, decision, cancellationToken);
        await ForetellAsync(transaction.Transaction, args, text, isFirst: known is null, next, job, cancellationToken);
        await RecordAsync(transaction.Transaction, args, file, text, fresh, next, duration, job, cancellationToken);
        if (next.Recognize)
            await files.EnqueueNextAsync(transaction.Transaction, new RecognizeText(args.FileId, args.ContentHash), args.FileId, args.ContentHash, job, cancellationToken);
        if (next.Index && await IsWorthIndexingAsync(transaction.Transaction, args, known, text, next, job, cancellationToken))
            await files.EnqueueNextAsync(transaction.Transaction, new IndexText(args.FileId, args.ContentHash), args.FileId, args.ContentHash, job, cancellationToken);
        await job.LogAsync(
            LogLevel.Information,
            next.Reason is null ? $"Read {text.Pages.Count} pages of {file.Path} ({text.MimeType}, {text.PipelineVersion})" : $"{file.Path}: {next.Reason}",
            cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    /// <summary>Keeps what was just read, unless a better text is stored by now.</summary>
    /// <remarks>Another job may have read the same content meanwhile and got further with OCR; a worker of a newer build may
    /// have; and a reading that broke for want of time or memory does not take away a text that is there.</remarks>
    private async Task<StoredText> KeepBetterAsync(
        NpgsqlTransaction transaction, ExtractText args, StoredText fresh, JobContext job, CancellationToken cancellationToken)
    {
        var stored = await texts.HoldAsync(transaction, job.TenantId, args.ContentHash, cancellationToken);
        if (stored is not null && ((!args.Again && PipelineVersions.IsUsable(stored)) || (StoredPages.HasText(stored) && !PipelineVersions.IsLasting(fresh))))
            return stored;
        var kept = stored is null ? fresh : RecognizedText.CarryOver(stored, fresh);
        await texts.SaveAsync(transaction, job.TenantId, args.ContentHash, kept, cancellationToken);
        return kept;
    }

    private async Task<NextStep> NextAsync(
        NpgsqlTransaction transaction, DriveFile file, StoredText text, PolicyDecision decision, CancellationToken cancellationToken)
    {
        // What could not be read again is not recognised either: its pages are counted otherwise now.
        var next = NextStep.After(text, decision.Ocr) is var step && ExtractionPool.IsOutdated(text.PipelineVersion) ? step with { Recognize = false } : step;
        if (!next.LeavesImages)
            return next;
        // Held until the commit: whoever switches OCR on now either is seen here, or finds this file among those that missed it.
        var rules = await providers.HoldRulesAsync(transaction, file.TenantId, cancellationToken);
        return NextStep.After(text, rules.Decide(file.ShareId, file.Path, file.MimeType).Ocr);
    }

    /// <summary>Says which stages follow, where the ledger would take silence for something else.</summary>
    private static async Task ForetellAsync(
        NpgsqlTransaction transaction, ExtractText args, StoredText text, bool isFirst, NextStep next, JobContext job, CancellationToken cancellationToken)
    {
        if (next.Index && text.PagesNeedingOcr.Count > 0)
            await FileLedger.AwaitAsync(transaction, job.TenantId, args.FileId, args.ContentHash, LedgerStages.Index, cancellationToken);
        if (next.Recognize)
            await FileLedger.AwaitAsync(transaction, job.TenantId, args.FileId, args.ContentHash, LedgerStages.Recognize, cancellationToken);
        else if (!isFirst)
            await FileLedger.ForgetAsync(
                transaction, job.TenantId, args.FileId, [LedgerStages.Recognize], RecognizedText.Count(text) > 0 ? LedgerStates.Pending : null, cancellationToken);
    }

    private async Task RecordAsync(
        NpgsqlTransaction transaction, ExtractText args, DriveFile file, StoredText text, StoredText? fresh, NextStep next, TimeSpan duration,
        JobContext job, CancellationToken cancellationToken)
    {
        // The reading broke, and the text of before was better than none.
        var broke = fresh is not null && fresh.Status != ReasonCodes.Ok && text.Status == ReasonCodes.Ok ? fresh : null;
        await files.RecordAsync(
            transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Extract, next.Reason is null ? LedgerStates.Done : LedgerStates.Skipped)
            {
                ReasonCode = next.Reason ?? broke?.Status ?? (text.Truncated ? ReasonCodes.Truncated : null),
                Detail = broke is not null ? $"Reading it again failed; the text of {text.PipelineVersion} is kept. {broke.Detail}".TrimEnd()
                    : next.Reason == ReasonCodes.OcrDisabled ? $"{RecognizedText.Images(text)} {text.Detail}".TrimEnd()
                    : text.Detail,
                Engine = "scaidrive-extraction",
                EngineVersion = text.PipelineVersion,
                Pages = Math.Max(text.Pages.Count, text.PagesNeedingOcr.Count),
                Bytes = file.SizeBytes,
                Duration = duration,
                Attempt = job.Attempt,
            },
            cancellationToken);
        if (next is { LeavesImages: true, Index: true })
            await files.RecordAsync(transaction, FileJobs.OcrIsOff(args.FileId, args.ContentHash, text, job), cancellationToken);
    }

    /// <summary>False when the index would stay as it is, or only get worse for a while.</summary>
    private async Task<bool> IsWorthIndexingAsync(
        NpgsqlTransaction transaction, ExtractText args, StoredText? known, StoredText text, NextStep next,
        JobContext job, CancellationToken cancellationToken)
    {
        if (args.Outdated is null)
            return true;
        // Words that OCR had found stay in the index until it has found them again.
        if (next.Recognize && known is not null && RecognizedText.Count(known) > RecognizedText.Count(text))
            return false;
        return !await index.IsIndexedAsync(
            transaction, job.TenantId, args.FileId, args.ContentHash, text.ComputeHash(), cancellationToken);
    }

    private async Task<JobOutcome?> LeaveOutAsync(ExtractText args, DriveFile file, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        // Held until the commit, so that whoever lets it in finds this file.
        var rules = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        if (rules.Decide(file.ShareId, file.Path, file.MimeType).IndexContent)
            return null;
        await files.RecordAsync(transaction.Transaction, FileJobs.IsExcluded(args.FileId, args.ContentHash, job), cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task<StoredText> ReadAsync(DriveFile file, JobContext job, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var content = await drive.OpenContentByHashAsync(job.TenantId, file.ChecksumSha256, cancellationToken);
        var document = await extraction.ExtractAsync(content, file.Name, cancellationToken);
        if (document.Status is ReasonCodes.ExtractorCrashed or ReasonCodes.TimedOut or ReasonCodes.OutOfMemory
            && job.Attempt < TriesOfAFileThatBreaksTheChild)
            throw new JobFailedException(document.Status, document.Detail ?? "The sandboxed child did not finish.");
        return StoredPages.From(document, time.GetElapsedTime(started));
    }
}

/// <summary>What follows from the text of a version.</summary>
/// <param name="Index">There is text to index.</param>
/// <param name="Recognize">Pages are to be read by OCR.</param>
/// <param name="LeavesImages">Pages would be read by OCR if it were on.</param>
/// <param name="Reason">Why the file ends here without text, or null when it goes on.</param>
internal sealed record NextStep(bool Index, bool Recognize, bool LeavesImages, string? Reason)
{
    internal static NextStep After(StoredText text, bool ocrEnabled)
    {
        if (text.Status != ReasonCodes.Ok)
            return new(false, false, false, text.Status);
        var hasText = StoredPages.HasText(text);
        var needsOcr = text.PagesNeedingOcr.Count > 0;
        return (hasText, needsOcr, ocrEnabled) switch
        {
            (_, true, true) => new(hasText, true, false, null),
            (true, true, false) => new(true, false, true, null),
            (true, false, _) => new(true, false, false, null),
            (false, true, false) => new(false, false, true, ReasonCodes.OcrDisabled),
            _ => new(false, false, false, ReasonCodes.NoText),
        };
    }
}
