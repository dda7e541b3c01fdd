using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>What was set going.</summary>
/// <param name="JobId">The job: that of the file, or the one that walks over them; null when there is nothing to do.</param>
/// <param name="Files">How many files are done again.</param>
public sealed record StartedReindex(long? JobId, long Files);

/// <summary>Lets files go through the index again. Their old text stays searchable until the new one is there.</summary>
public sealed class Reindexing(Database dataSource, FilesToRedo files, EmbeddingProviders providers, JobQueue queue, QueueReader jobs, TimeProvider time)
{
    /// <summary>Starts it: for one file at once and in <c>high</c>, for many by one job in <c>low</c>.</summary>
    /// <param name="filter">Which files.</param>
    /// <param name="stage">From which stage on: <c>extract</c>, <c>index</c> or <c>embed</c>.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<StartedReindex> StartAsync(RedoFilter filter, string stage, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var count = await files.CountAsync(filter, cancellationToken);
        if (count == 0)
            return new(null, 0);
        return filter.FileId is null
            ? new(await StartManyAsync(filter, stage, cancellationToken), count)
            : new(await StartOneAsync(filter, stage, cancellationToken), count);
    }

    private async Task<long?> StartManyAsync(RedoFilter filter, string stage, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var options = new JobOptions
        {
            TenantId = filter.TenantId,
            Queue = QueueNames.Low,
            SubjectId = filter.ShareId,
            UniqueKey = $"{ReindexFiles.Kind}:{stage}:{filter.ShareId}:{filter.ReasonCode}",
        };
        // Compared with what the database records: the clock of this node may be ahead or behind.
        var askedAt = await FilesToRedo.NowAsync(transaction, cancellationToken);
        var job = await queue.EnqueueAsync(transaction, new ReindexFiles(stage, filter.ShareId, filter.ReasonCode, askedAt), options, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await jobs.FindStartedAsync(job, filter.TenantId, ReindexFiles.Kind, cancellationToken)).JobId;
    }

    private async Task<long?> StartOneAsync(RedoFilter filter, string stage, CancellationToken cancellationToken)
    {
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // Whatever was done before, it is done again: nothing was done after tomorrow.
            var page = await files.PageAsync(filter, stage, time.GetUtcNow().AddDays(1), "", 1, cancellationToken);
            var rules = await providers.HoldRulesAsync(transaction, filter.TenantId, cancellationToken);
            await FilesAgain.EnqueueAsync(queue, transaction, filter.TenantId, stage, page, rules, QueueNames.High, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        var mine = await jobs.ListAsync(new JobFilter { TenantId = filter.TenantId, SubjectId = filter.FileId, Limit = 10 }, cancellationToken);
        return mine.Jobs.FirstOrDefault(job => job.FinishedAt is null && FileJobs.Kinds.Contains(job.Kind))?.Id;
    }
}
