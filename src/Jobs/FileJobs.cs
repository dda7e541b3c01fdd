using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>What the jobs of one file's life share: which version they speak of, and how the next one is asked for.</summary>
internal sealed class FileJobs(DriveStore drive, JobQueue queue, FileLedger ledger)
{
    /// <summary>The kinds that work on one file; a newer version makes all of them pointless.</summary>
    internal static IReadOnlyList<string> Kinds { get; } = [ExtractText.Kind, RecognizeText.Kind, IndexText.Kind, EmbedText.Kind];

    /// <summary>The file when the version the job was made for is still the one to serve, else null.</summary>
    internal async Task<DriveFile?> FindCurrentAsync(string tenantId, string fileId, string contentHash, CancellationToken cancellationToken) =>
        await drive.FindFileAsync(tenantId, fileId, cancellationToken) is { IsDeleted: false } file && file.ChecksumSha256 == contentHash
            ? file
            : null;

    /// <summary>Asks again inside the transaction that writes, and holds the version there until it commits.</summary>
    internal Task<bool> IsCurrentAsync(NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, CancellationToken cancellationToken) =>
        drive.IsCurrentAsync(transaction, tenantId, fileId, contentHash, cancellationToken);

    /// <summary>The ending of a job whose file has a newer version or is gone.</summary>
    internal static JobOutcome Superseded { get; } =
        new JobOutcome.Cancelled("superseded", "A newer version replaced this one, or the file was deleted.");

    /// <summary>Enqueues the next stage in the queue this job came from, in the same transaction as this stage's result.</summary>
    internal Task<long?> EnqueueNextAsync<T>(NpgsqlTransaction transaction, T args, string fileId, string contentHash, JobContext job, CancellationToken cancellationToken)
        where T : IJobArgs =>
        queue.EnqueueAsync(
            transaction,
            args,
            Options(args is IndexText { AfterOcr: true } ? $"{T.Kind}-after-ocr" : T.Kind, job.TenantId, fileId, contentHash, job.Queue, job.Connector),
            cancellationToken);

    /// <summary>Asks for the vectors of a version, in the line of the provider that is to compute them.</summary>
    internal Task<long?> EnqueueEmbedAsync(NpgsqlTransaction transaction, EmbedText args, ProviderRow provider, JobContext job, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(
            transaction, args, EmbedOptions(job.TenantId, args.FileId, args.ContentHash, provider.Id, job.Queue, job.Connector), cancellationToken);

    /// <summary>As <see cref="Options"/>, in the line of a provider. The line belongs to the key: a job that moves to another one is another job.</summary>
    internal static JobOptions EmbedOptions(string tenantId, string fileId, string contentHash, string providerId, string queueName, string? connector) =>
        Options($"{EmbedText.Kind}@{providerId}", tenantId, fileId, contentHash, queueName, connector) with
        {
            LimitKey = ProviderLanes.LimitKeyOf(tenantId, providerId),
        };

    /// <summary>One unfinished job per kind and version: a second request for the same work changes nothing.</summary>
    internal static JobOptions Options(string work, string tenantId, string fileId, string contentHash, string queueName, string? connector) => new()
    {
        TenantId = tenantId,
        Queue = queueName,
        Connector = connector,
        SubjectId = fileId,
        UniqueKey = $"{work}:{fileId}:{contentHash}",
    };

    /// <summary>As <see cref="Options"/>, for work that somebody asked to have done again: the job that does it anyhow may find it done.</summary>
    internal static JobOptions OptionsAgain(string work, string tenantId, string fileId, string contentHash, string queueName) =>
        Options($"{work}-again", tenantId, fileId, contentHash, queueName, connector: null);

    /// <summary>Runs one stage of a file so that giving it up shows in the ledger, however its last attempt ends.</summary>
    /// <remarks>The failure is written before the last attempt starts and replaced by its result: a worker that is killed
    /// in it writes nothing any more, and the file must not look pending for ever.</remarks>
    internal async Task<JobOutcome> RunAsync(
        string stage, string fileId, string contentHash, JobContext job, Func<Task<JobOutcome>> work, CancellationToken cancellationToken)
    {
        if (job.Attempt < job.MaxAttempts)
            return await work();
        await RecordFailureAsync("The last attempt did not end.");
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or LeaseLostException))
        {
            await RecordFailureAsync(fault is JobFailedException { Code: var code } ? $"{code}: {fault.Message}" : fault.Message);
            throw;
        }

        async Task RecordFailureAsync(string detail)
        {
            await using var transaction = await job.BeginAsync(cancellationToken);
            await RecordAsync(
                transaction.Transaction,
                new LedgerEntry(job.TenantId, fileId, contentHash, stage, LedgerStates.Failed)
                {
                    ReasonCode = ReasonCodes.AttemptsExhausted,
                    Detail = detail,
                    Attempt = job.Attempt,
                },
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Says that OCR is off for a file with pages that need it: it goes through again when OCR is switched on.</summary>
    internal static LedgerEntry OcrIsOff(string fileId, string contentHash, StoredText text, JobContext job) =>
        new(job.TenantId, fileId, contentHash, LedgerStages.Recognize, LedgerStates.Skipped)
        {
            ReasonCode = ReasonCodes.OcrDisabled,
            Detail = RecognizedText.Images(text),
            Pages = text.PagesNeedingOcr.Count,
            Attempt = job.Attempt,
        };

    /// <summary>Says that a policy leaves the content of a file out: it goes through again when a policy lets it in.</summary>
    internal static LedgerEntry IsExcluded(string fileId, string contentHash, JobContext job) =>
        new(job.TenantId, fileId, contentHash, LedgerStages.Extract, LedgerStates.Skipped)
        {
            ReasonCode = ReasonCodes.ExcludedByPolicy,
            Attempt = job.Attempt,
        };

    /// <summary>The text is not stored, because it was pruned, or this build reads it in another way. The file starts over.</summary>
    internal async Task<JobOutcome> ExtractAgainAsync(string fileId, string contentHash, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        if (!await IsCurrentAsync(transaction.Transaction, job.TenantId, fileId, contentHash, cancellationToken))
            return Superseded;
        await EnqueueNextAsync(transaction.Transaction, new ExtractText(fileId, contentHash), fileId, contentHash, job, cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }

    internal Task RecordAsync(NpgsqlTransaction transaction, LedgerEntry entry, CancellationToken cancellationToken) =>
        ledger.RecordAsync(transaction, entry, cancellationToken);
}
