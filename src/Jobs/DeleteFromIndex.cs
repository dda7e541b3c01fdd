using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Index;

namespace ScaiDrive.Jobs;

/// <summary>Asks that deleted files leave the index.</summary>
/// <param name="FileIds">Files of one tenant that were deleted in one transaction.</param>
/// <param name="DeletedAt">When the first of them was deleted; the delay to here is a metric.</param>
public sealed record DeleteFromIndex(IReadOnlyList<string> FileIds, DateTimeOffset DeletedAt) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "delete-from-index";
}

internal sealed class DeleteFromIndexHandler(DriveStore drive, IndexWriter index, JobsMetrics metrics, TimeProvider time)
    : IJobHandler<DeleteFromIndex>
{
    public async Task<JobOutcome> RunAsync(DeleteFromIndex args, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        // One that was restored in the meantime stays.
        var live = await drive.HoldLiveAsync(transaction.Transaction, job.TenantId, [.. args.FileIds], cancellationToken);
        var gone = args.FileIds.Except(live).ToList();
        await index.RemoveFilesAsync(transaction.Transaction, job.TenantId, gone, cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        metrics.Deleted(time.GetUtcNow() - args.DeletedAt);
        return new JobOutcome.Completed();
    }
}
