using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Upkeep;

/// <summary>Deletes old finished jobs with their logs and progress, a small step at a time.</summary>
internal sealed class JobPruner(Database dataSource, QueueOptions options)
{
    private const int LockNumber = 2;

    /// <summary>Steps of one call, so that a long backlog does not keep the lock for minutes.</summary>
    private const int MaxSteps = 20;

    /// <summary>Deletes what is older than it may be. Answers how many jobs went.</summary>
    internal async Task<int> PruneByAgeAsync(CancellationToken cancellationToken)
    {
        var pruned = await StepsAsync(UpkeepSql.PruneFinished, options.KeepFinished, int.MaxValue, cancellationToken)
            + await StepsAsync(UpkeepSql.PruneDiscarded, options.KeepDiscarded, int.MaxValue, cancellationToken);
        await using var forget = dataSource.CreateCommand(UpkeepSql.ForgetCounts);
        await forget.ExecuteNonQueryAsync(cancellationToken);
        return pruned;
    }

    /// <summary>Deletes the oldest completed and cancelled jobs beyond the number that is kept. Answers how many went.</summary>
    internal async Task<int> PruneByCountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(UpkeepSql.Excess);
        command.Parameters.Add(new() { Value = (long)options.KeepFinishedCount });
        var excess = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        return await StepsAsync(UpkeepSql.PruneFinished, TimeSpan.Zero, excess, cancellationToken);
    }

    private async Task<int> StepsAsync(string sql, TimeSpan age, long atMost, CancellationToken cancellationToken)
    {
        var (pruned, from) = (0, DateTime.UnixEpoch);
        for (var step = 0; step < MaxSteps && pruned < atMost; step++)
        {
            var size = (int)Math.Min(options.PruneStep, atMost - pruned);
            var (count, last) = await StepAsync(sql, age, size, from, cancellationToken);
            pruned += count;
            if (count < size)
                break;
            from = last;
        }

        return pruned;
    }

    private async Task<(int Count, DateTime Last)> StepAsync(string sql, TimeSpan age, int size, DateTime from, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var tryLock = new NpgsqlCommand(UpkeepSql.TryLock, connection, transaction) { Parameters = { new() { Value = LockNumber } } })
        {
            if (!(bool)(await tryLock.ExecuteScalarAsync(cancellationToken))!)
                return (0, from);
        }

        await using (var prepare = new NpgsqlCommand(JobSql.Prepare, connection, transaction))
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        (int Count, DateTime Last) pruned;
        await using (var prune = new NpgsqlCommand(sql, connection, transaction)
        {
            Parameters = { new() { Value = age }, new() { Value = size }, new() { Value = from } },
        })
        {
            await using var row = await prune.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            pruned = ((int)row.GetInt64(0), row.IsDBNull(1) ? from : row.GetDateTime(1));
        }

        await transaction.CommitAsync(cancellationToken);
        return pruned;
    }
}
