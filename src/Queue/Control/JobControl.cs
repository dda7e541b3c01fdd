using Npgsql;
using ScaiDrive.Queue.Control;

namespace ScaiDrive.Queue;

/// <summary>What an operator may do to one job.</summary>
public sealed class JobControl(NpgsqlDataSource dataSource)
{
    /// <summary>Runs a finished job again with all its attempts, or one that waits for its time at once.</summary>
    public async Task<RetryResult> RetryAsync(string tenantId, long id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ControlSql.Retry);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) switch
            {
                null => RetryResult.NotFound,
                JobStates.Running => RetryResult.StillRunning,
                _ => RetryResult.Requeued,
            };
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return RetryResult.EqualJobWaits;
        }
    }

    /// <summary>Ends a waiting job at once; asks a running one to end, which its worker learns within a moment.</summary>
    /// <param name="tenantId">Whose job.</param>
    /// <param name="id">The job.</param>
    /// <param name="reason">For a person; kept with the job under the code <see cref="JobErrorCodes.CancelledByRequest"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<CancelResult> CancelAsync(string tenantId, long id, string reason, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ControlSql.Cancel);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = JobErrorCodes.CancelledByRequest });
        command.Parameters.Add(new() { Value = TextColumn.Fit(reason, TextColumn.MessageLength) });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            null => CancelResult.NotFound,
            JobStates.Running => CancelResult.Requested,
            JobStates.Completed or JobStates.Cancelled or JobStates.Discarded => CancelResult.AlreadyFinished,
            _ => CancelResult.Cancelled,
        };
    }
}

/// <summary>What a wish to run a job again came to.</summary>
public enum RetryResult
{
    /// <summary>The tenant has no such job.</summary>
    NotFound,

    /// <summary>It waits for a worker now.</summary>
    Requeued,

    /// <summary>A worker has it; nothing was changed.</summary>
    StillRunning,

    /// <summary>A job of the same kind and unique key is not finished; nothing was changed.</summary>
    EqualJobWaits,
}

/// <summary>What a wish to cancel a job came to.</summary>
public enum CancelResult
{
    /// <summary>The tenant has no such job.</summary>
    NotFound,

    /// <summary>It was waiting and is cancelled.</summary>
    Cancelled,

    /// <summary>It is running; its handler is being cancelled.</summary>
    Requested,

    /// <summary>It had ended; nothing was changed.</summary>
    AlreadyFinished,
}
