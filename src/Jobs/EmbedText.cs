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
        if (job.LimitKey != ProviderLanes.LimitKeyOf(job.TenantId, decision.Provider.Id))
            return await MoveAsync(args, decision.Provider, job, cancellationToken);
        var embedded = new Embedded();
        foreach (var other in rules.EmbeddersOf(decision).Skip(1))
            await EmbedMeanwhileAsync(rules, other, args, embedded, job, cancellationToken);
        var notes = new Embedded { Texts = embedded.Texts };
        if (await EmbedAsync(rules, decision.Provider, args, notes, job, cancellationToken) is { } fault)
        {
            await RecordFaultAsync(args, job, fault, cancellationToken);
            return ProviderLanes.Wait(job.TenantId, decision.Provider, fault);
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
                ReasonCode = notes.ReasonCode,
                Detail = notes.Detail,
                Duration = time.GetElapsedTime(started),
                Attempt = job.Attempt,
            },
            cancellationToken);
        await job.LogAsync(LogLevel.Information, $"Embedded {notes.Texts} text chunks of {file.Path} with {model}", cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    /// <returns>Why some texts have no vector yet; null when all have. What was computed is kept.</returns>
    private async Task<EmbeddingUnavailableException?> EmbedAsync(
        IndexingRules rules, ProviderRow row, EmbedText args, Embedded embedded, JobContext job, CancellationToken cancellationToken)
    {
        string? last = null;
        while (await index.PendingVectorsAsync(job.TenantId, args.FileId, args.ContentHash, row.Model, last, providers.BatchSizeOf(row), cancellationToken) is { Count: > 0 } pending)
        {
            last = pending[^1].Hash;
            var answer = await providers.EmbedDocumentsAsync(rules, row, [.. pending.Select(chunk => chunk.Text)], cancellationToken);
            var vectors = pending.Zip(answer.Vectors, (chunk, vector) => (chunk.Hash, Vector: vector!)).Where(one => one.Vector is not null).ToList();
            if (vectors.Count > 0)
            {
                await using var batch = await job.BeginAsync(cancellationToken);
                await index.SaveVectorsAsync(batch.Transaction, job.TenantId, row.Model, vectors, cancellationToken);
                await batch.CommitAsync(cancellationToken);
                embedded.Add(vectors.Count, answer);
                await job.ProgressAsync(embedded.Texts, null, "embedding", cancellationToken);
            }

            if (answer.Fault is { } fault)
                return fault;
        }

        return null;
    }

    // The model that answers until the wanted one is complete. It is about to go, so its provider's faults hold nothing up.
    private async Task EmbedMeanwhileAsync(
        IndexingRules rules, ProviderRow row, EmbedText args, Embedded embedded, JobContext job, CancellationToken cancellationToken)
    {
        if (await EmbedAsync(rules, row, args, embedded, job, cancellationToken) is { } fault)
        {
            await job.LogAsync(LogLevel.Warning, $"No vectors of {row.Model}, which answers searches until {args.FileId} has its new ones: {fault.Message}", cancellationToken);
            return;
        }

        await using var transaction = await job.BeginAsync(cancellationToken);
        await index.MarkEmbeddedAsync(transaction.Transaction, job.TenantId, args.FileId, args.ContentHash, row.Model, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // A policy points at another provider by now, whose jobs stand in another line.
    private async Task<JobOutcome> MoveAsync(EmbedText args, ProviderRow provider, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        await files.EnqueueEmbedAsync(transaction.Transaction, args, provider, job, cancellationToken);
        await job.LogAsync(LogLevel.Information, $"Goes on in the line of provider {provider.Id}", cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
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

    private async Task RecordFaultAsync(EmbedText args, JobContext job, EmbeddingUnavailableException fault, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        await files.RecordAsync(
            transaction.Transaction,
            new LedgerEntry(job.TenantId, args.FileId, args.ContentHash, LedgerStages.Embed, LedgerStates.Pending)
            {
                ReasonCode = fault.Code,
                Detail = fault.Message,
                Attempt = job.Attempt,
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What was embedded so far, and what of it only in part.</summary>
    private sealed class Embedded
    {
        private int cut;
        private int refused;
        private string? because;

        internal long Texts { get; set; }

        internal string? ReasonCode => refused > 0 ? Extraction.ReasonCodes.TextRefused : cut > 0 ? Extraction.ReasonCodes.TextCut : null;

        internal string? Detail => refused > 0 ? $"{refused} text chunks: {because}" : cut > 0 ? $"{cut} text chunks" : null;

        internal void Add(int texts, EmbeddedTexts answer)
        {
            Texts += texts;
            (cut, refused, because) = (cut + answer.Cut, refused + answer.Refused, because ?? answer.RefusedBecause);
        }
    }
}
