using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Search.Index.Auditing;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Starts checks of the index.</summary>
public sealed class IndexChecks(Database dataSource, JobQueue queue, QueueReader jobs)
{
    /// <summary>Enqueues a check of a tenant, unless one is unfinished.</summary>
    public async Task<StartedJob> StartAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var job = await queue.EnqueueAsync(transaction, new CheckIndex(), tenantId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await jobs.FindStartedAsync(job, tenantId, CheckIndex.Kind, cancellationToken);
    }
}

/// <summary>Lets every tenant's index be checked once a day. Any number of processes may do so: a tenant has one check at a time.</summary>
internal sealed class DailyIndexChecks(IndexChecks checks, IndexAudit audit, JobsOptions options, TimeProvider time, ILogger<DailyIndexChecks> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var tenantId in await audit.DueAsync(options.CheckIndexEvery, stoppingToken))
                    await checks.StartAsync(tenantId, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost by checking later; the next round starts what is due.
                log.LogWarning(fault, "Starting the checks of the index failed");
            }
        }
    }
}
