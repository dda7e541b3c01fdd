using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Running;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>A transaction of a running job that commits only while the attempt holds the newest lease.</summary>
/// <remarks>The lease is checked last, right before the commit, under a row lock that a rescue has to wait for: either
/// the commit comes first, or it does not come at all. Keep it short: the server ends a transaction that sits idle for
/// more than a few seconds. Disposing without a commit rolls back.</remarks>
public sealed class FencedTransaction : IAsyncDisposable
{
    private readonly JobRun run;
    private readonly NpgsqlConnection connection;

    private FencedTransaction(JobRun run, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (this.run, this.connection, Transaction) = (run, connection, transaction);

    /// <summary>For the handler's own statements. Commit through this object only: a commit on the transaction itself is not fenced.</summary>
    public NpgsqlTransaction Transaction { get; }

    /// <summary>Commits, unless another worker holds the job by now.</summary>
    /// <exception cref="LeaseLostException">The lease is lost; everything was rolled back.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (await ExecuteAsync(JobSql.CheckLease, cancellationToken) is null)
            await RefuseAsync();
        // Cancelling a commit half-way would leave its result unknown.
        await Transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Commits the handler's writes and the job's completion together, so that neither exists without the other.
    /// The handler then returns <see cref="JobOutcome.Completed"/>, and nothing more is written for the job.</summary>
    /// <exception cref="LeaseLostException">The lease is lost; everything was rolled back.</exception>
    public async Task CommitAndCompleteAsync(CancellationToken cancellationToken)
    {
        await run.Journal.FlushAsync([run], cancellationToken);
        // From here the heartbeat must not take a finished job for a lost one.
        run.EndsInTransaction = true;
        try
        {
            await using (var complete = Command(JobSql.CompleteWithLease))
            {
                complete.Parameters.Add(new() { Value = run.Ran.TotalMilliseconds });
                if ((long)(await complete.ExecuteScalarAsync(cancellationToken))! == 0)
                    await RefuseAsync();
            }

            await Transaction.CommitAsync(CancellationToken.None);
            run.IsCompleted = true;
        }
        finally
        {
            run.EndsInTransaction = run.IsCompleted;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    internal static async Task<FencedTransaction> BeginAsync(JobRun run, Database dataSource, CancellationToken cancellationToken)
    {
        if (run.StopCause == StopCause.LeaseLost)
            throw new LeaseLostException(run.JobId, run.Attempt);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new FencedTransaction(run, connection, await connection.BeginTransactionAsync(cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task RefuseAsync()
    {
        await Transaction.RollbackAsync(CancellationToken.None);
        throw new LeaseLostException(run.JobId, run.Attempt);
    }

    private async Task<object?> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql) => new(sql, connection, Transaction)
    {
        Parameters = { new() { Value = run.TenantId }, new() { Value = run.JobId }, new() { Value = run.Job.Lease } },
    };
}
