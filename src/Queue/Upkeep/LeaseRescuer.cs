using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Upkeep;

/// <summary>Finds workers whose heartbeat ran out and makes their jobs ready for others, counting the attempt.</summary>
internal sealed partial class LeaseRescuer(Database dataSource, ILogger log)
{
    private const int LockNumber = 1;
    private const int StepSize = 500;

    /// <summary>One look. Answers what was rescued; nothing when another worker is looking just now.</summary>
    internal async Task<IReadOnlyList<RescuedJob>> StepAsync(CancellationToken cancellationToken)
    {
        var rescued = new List<RescuedJob>();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var tryLock = new NpgsqlCommand(UpkeepSql.TryLock, connection, transaction) { Parameters = { new() { Value = LockNumber } } })
        {
            if (!(bool)(await tryLock.ExecuteScalarAsync(cancellationToken))!)
                return rescued;
        }

        await using (var batch = new NpgsqlBatch(connection, transaction)
        {
            Timeout = 8,
            BatchCommands =
            {
                new(JobSql.Prepare),
                new(UpkeepSql.DeclareLost),
                new(UpkeepSql.Rescue) { Parameters = { new() { Value = StepSize } } },
                new(UpkeepSql.ForgetClaims),
                new(UpkeepSql.ForgetWorkers),
            },
        })
        {
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            await row.NextResultAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                LogWorkerLost(row.GetString(0));
            await row.NextResultAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                rescued.Add(new(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt32(5)));
        }

        await transaction.CommitAsync(cancellationToken);
        foreach (var job in rescued)
        {
            LogRescued(job.Id, job.Kind, job.Attempt, job.State);
            QueueMetrics.Ended(job.Queue, job.State);
        }

        return rescued;
    }

    [LoggerMessage(LogLevel.Warning, "Worker {Worker} stopped answering and was declared lost")]
    private partial void LogWorkerLost(string worker);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} ({Kind}) lost its worker in attempt {Attempt} and is {State} now")]
    private partial void LogRescued(long jobId, string kind, int attempt, string state);
}

/// <summary>A job that lost its worker, and what became of it.</summary>
internal sealed record RescuedJob(string TenantId, long Id, string Queue, string Kind, string State, int Attempt);
