using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Jobs;

/// <summary>Asks for the vectors of one version's text chunks: from its end on the file is searchable by meaning.</summary>
/// <param name="FileId">The file in the drive.</param>
/// <param name="ContentHash">SHA-256 of its bytes, lower-case hex.</param>
public sealed record EmbedText(string FileId, string ContentHash) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "embed-text";
}

internal sealed class EmbedTextHandler(FileJobs files, DriveStore drive, IndexWriter index, EmbeddingProviders providers, TimeProvider time)
    : IJobHandler<EmbedText>
{
    // Large enough to keep the encoder busy, small enough that a crash repeats little and progress moves.
    private const int BatchSize = 128;

    private static readonly TimeSpan ProviderPause = TimeSpan.FromSeconds(30);
    private static readonly JobOutcome RulesChanged = new JobOutcome.Snoozed(TimeSpan.Zero, "rules_changed: a policy changed on the way; the job starts over by it.");

    public Task<JobOutcome> RunAsync(EmbedText args, JobContext job, CancellationToken cancellationToken) =>
        files.RunAsync(LedgerStages.Embed, args.FileId, args.ContentHash, job, () => WorkAsync(args, job, cancellationToken), cancellationToken);

    private async Task<JobOutcome> WorkAsync(EmbedText args, JobContext job, CancellationToken cancellationToken)
    {
        if (await files.FindCurrentAsync(job.TenantId, args.FileId, args.ContentHash, cancellationToken) is not { } file)
            return FileJobs.Superseded;

        var started = time.GetTimestamp();
        var rules = await providers.ReadRulesAsync(job.TenantId, cancellationToken);
        var decision = rules.Decide(file.ShareId, file.Path, file.MimeType);
        if (!decision.Semantic)
            return await LeaveOutAsync(args, file, job, cancellationToken);
        var embedded = 0L;
        foreach (var other in rules.EmbeddersOf(decision).Skip(1))
            embedded += await EmbedMeanwhileAsync(other, args, embedded, job, cancellationToken);
        try
        {
            embedded += await EmbedAsync(decision.Provider, args, embedded, job, cancellationToken);
        }
        catch (EmbeddingUnavailableException fault) when (fault.IsTransient)
        {
            await RecordOutageAsync(args, job, fault, cancellationToken);
            return new JobOutcome.Snoozed(ProviderPause, $"provider_down: {fault.Message}");
        }

        var model = decision.Provider.Model;
        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await files.IsCurrentAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, cancellationToken))
            return FileJobs.Superseded;
        // Held until the commit: whoever changes a rule now finds the file as this leaves it; a change before it asks for other vectors.
        var held = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        if (held.Decide(file.ShareId, file.Path, file.MimeType) is not { Semantic: true } wanted || wanted.Provider.Model != model)
            return RulesChanged;
        if (!await index.MarkEmbeddedAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, model, cancellationToken))
            throw new JobFailedException("vectors_missing", "The text chunks changed while their vectors were computed.");
        await drive.MarkVectorizedAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, time.GetUtcNow(), cancellationToken);
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Embed, LedgerStates.Done)
            {
                Engine = model,
                Duration = time.GetElapsedTime(started),
                Attempt = job.Attempt,
            },
            cancellationToken);
        await job.LogAsync(LogLevel.Information, $"Embedded {embedded} text chunks of {file.Path} with {model}", cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task<long> EmbedAsync(ProviderRow row, EmbedText args, long before, JobContext job, CancellationToken cancellationToken)
    {
        var provider = providers.Open(row);
        var embedded = 0L;
        string? last = null;
        while (await index.PendingVectorsAsync(job.TenantId, args.FileId, args.ContentHash, row.Model, last, BatchSize, cancellationToken) is { Count: > 0 } pending)
        {
            last = pending[^1].Hash;
            var vectors = await provider.EmbedAsync([.. pending.Select(chunk => chunk.Text)], cancellationToken);
            await using var batch = await job.BeginAsync(cancellationToken);
            await index.SaveVectorsAsync(
                batch.Transaction, job.TenantId, row.Model, [.. pending.Zip(vectors, (chunk, vector) => (chunk.Hash, vector))], cancellationToken);
            await batch.CommitAsync(cancellationToken);
            embedded += pending.Count;
            await job.ProgressAsync(before + embedded, null, "embedding", cancellationToken);
        }

        return embedded;
    }

    // The model that answers until the wanted one is complete. It is about to go, so its provider's faults hold nothing up.
    private async Task<long> EmbedMeanwhileAsync(ProviderRow row, EmbedText args, long before, JobContext job, CancellationToken cancellationToken)
    {
        try
        {
            var embedded = await EmbedAsync(row, args, before, job, cancellationToken);
            await using var transaction = await job.BeginAsync(cancellationToken);
            await index.MarkEmbeddedAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, row.Model, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return embedded;
        }
        catch (EmbeddingUnavailableException fault)
        {
            await job.LogAsync(LogLevel.Warning, $"No vectors of {row.Model}, which answers searches until {args.FileId} has its new ones: {fault.Message}", cancellationToken);
            return 0;
        }
    }

    private async Task<JobOutcome> LeaveOutAsync(EmbedText args, DriveFile file, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        var held = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        if (held.Decide(file.ShareId, file.Path, file.MimeType).Semantic)
            return RulesChanged;
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Embed, LedgerStates.Skipped)
            {
                ReasonCode = Extraction.ReasonCodes.ExcludedByPolicy,
                Attempt = job.Attempt,
            },
            cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    private async Task RecordOutageAsync(EmbedText args, JobContext job, EmbeddingUnavailableException fault, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Embed, LedgerStates.Pending)
            {
                ReasonCode = Extraction.ReasonCodes.ProviderDown,
                Detail = fault.Message,
                Attempt = job.Attempt,
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
