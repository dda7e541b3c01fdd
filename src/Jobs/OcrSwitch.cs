using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Switches OCR of a provider on and off, and starts what was waiting for it.</summary>
public sealed class OcrSwitch(Database dataSource, EmbeddingProviders providers, JobQueue queue, QueueReader jobs)
{
    /// <summary>Sets the switch. On: one job lets the files go through again that ended with <c>ocr_disabled</c>. Off: what is
    /// queued ends as skipped when its turn comes. May be repeated.</summary>
    /// <returns>The job; none for off; null when there is no such provider.</returns>
    public async Task<StartedJob?> SetAsync(string tenantId, string providerId, bool enabled, CancellationToken cancellationToken)
    {
        // A tenant that nobody has asked about yet has no rows.
        await providers.ReadRulesAsync(tenantId, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await providers.SetOcrAsync(transaction, tenantId, providerId, enabled, cancellationToken))
            return null;
        var job = enabled ? await queue.EnqueueAsync(transaction, new RecognizeSkipped(), tenantId, cancellationToken) : null;
        await transaction.CommitAsync(cancellationToken);
        return enabled ? await jobs.FindStartedAsync(job, tenantId, RecognizeSkipped.Kind, cancellationToken) : new(null, Started: false);
    }
}
