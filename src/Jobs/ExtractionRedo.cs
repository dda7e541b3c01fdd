using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>What reading the outdated texts of a tenant again comes to.</summary>
/// <param name="Versions">The pipeline versions that newer readers have overtaken.</param>
/// <param name="Formats">By type of content, the longest first.</param>
public sealed record RedoEstimate(IReadOnlyList<string> Versions, IReadOnlyList<OutdatedFormat> Formats);

/// <summary>Reads texts again after the readers have changed: only those that the change affects, and not before somebody has seen what it costs.</summary>
public sealed class ExtractionRedo(Database dataSource, OutdatedTexts texts, JobQueue queue, QueueReader jobs)
{
    /// <summary>Which texts this build would read differently, and what reading them comes to.</summary>
    public async Task<RedoEstimate> EstimateAsync(string tenantId, CancellationToken cancellationToken)
    {
        var versions = await OutdatedAsync(tenantId, cancellationToken);
        var formats = versions.Count == 0
            ? []
            : await texts.EstimateAsync(tenantId, versions, [.. versions.Where(PipelineVersions.HasOutdatedRecognition)], cancellationToken);
        // Texts that no file shows any more are not read again.
        return new(formats.Count > 0 ? versions : [], formats);
    }

    /// <summary>Starts the job that enqueues them. Search answers from the old texts until the new ones are indexed.</summary>
    /// <returns>No job when no text is outdated.</returns>
    public async Task<StartedJob> StartAsync(string tenantId, CancellationToken cancellationToken)
    {
        var versions = await OutdatedAsync(tenantId, cancellationToken);
        if (versions.Count == 0)
            return new(null, Started: false);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var job = await queue.EnqueueAsync(transaction, new RedoExtraction(versions), tenantId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await jobs.FindStartedAsync(job, tenantId, RedoExtraction.Kind, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> OutdatedAsync(string tenantId, CancellationToken cancellationToken) =>
        [.. (await texts.VersionsAsync(tenantId, cancellationToken)).Where(ExtractionPool.IsOutdated)];
}
