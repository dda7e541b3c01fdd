using Npgsql;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs;

/// <summary>Whether a job was started, and which one does the work.</summary>
/// <param name="JobId">The job; null when there is nothing to do, or an equal one ended this moment.</param>
/// <param name="Started">False when an equal job was unfinished already.</param>
public sealed record StartedJob(long? JobId, bool Started);

/// <summary>Jobs of which a tenant has at most one unfinished: they walk over its files and enqueue what is due for each.</summary>
internal static class OncePerTenant
{
    /// <summary>Files whose jobs are enqueued in one transaction.</summary>
    internal const int Batch = 500;

    /// <summary>Enqueues it in <c>low</c> within the caller's transaction, unless one is unfinished.</summary>
    internal static Task<long?> EnqueueAsync<T>(this JobQueue queue, NpgsqlTransaction transaction, T args, string tenantId, CancellationToken cancellationToken)
        where T : IJobArgs =>
        queue.EnqueueAsync(transaction, args, new JobOptions { TenantId = tenantId, Queue = QueueNames.Low, UniqueKey = T.Kind }, cancellationToken);

    /// <summary>The job just enqueued, or else the one that was unfinished.</summary>
    internal static async Task<StartedJob> FindStartedAsync(this QueueReader jobs, long? enqueued, string tenantId, string kind, CancellationToken cancellationToken)
    {
        if (enqueued is not null)
            return new(enqueued, Started: true);
        var page = await jobs.ListAsync(new JobFilter { TenantId = tenantId, Kind = kind, Limit = 5 }, cancellationToken);
        return new(page.Jobs.FirstOrDefault(job => job.FinishedAt is null)?.Id, Started: false);
    }
}
