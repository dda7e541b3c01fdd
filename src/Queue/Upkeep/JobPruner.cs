using Npgsql;

namespace ScaiDrive.Queue.Upkeep;

/// <summary>Deletes old finished jobs with their logs and progress, a small step at a time.</summary>
internal sealed class JobPruner(NpgsqlDataSource dataSource, QueueOptions options)
{
    private const int LockNumber = 2;

    /// <summary>Steps of one call, so that a long backlog does not keep the lock for minutes.</summary>
    private const int MaxSteps = 20;

    /// <summary>Deletes what is older than it may be. Answers how many jobs went.</summary>
    internal async Task<int> PruneByAgeAsync(CancellationToken cancellationToken) =>
        await StepsAsync(UpkeepSql.PruneByAge, [options.KeepFinished], cancellationToken)
        + await StepsAsync(UpkeepSql.PruneDiscarded, [options.KeepDiscarded], cancellationToken);

    /// <summary>Deletes the oldest completed and cancelled jobs beyond the number that is kept. Answers how many went.</summary>
    internal async Task<int> PruneByCountAsync(CancellationToken cancellationToken)
    {
        DateTime finishedAt;
        long id;
        await using (var command = dataSource.CreateCommand(UpkeepSql.FirstBeyondCount))
        {
            command.Parameters.Add(new() { Value = (long)options.KeepFinishedCount });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
                return 0;
            (finishedAt, id) = (row.GetDateTime(0), row.GetInt64(1));
        }

        return await StepsAsync(UpkeepSql.PruneBeyond, [finishedAt, id], cancellationToken);
    }

    private async Task<int> StepsAsync(string sql, object[] bounds, CancellationToken cancellationToken)
    {
        var pruned = 0;
        for (var step = 0; step < MaxSteps; step++)
        {
            var count = await StepAsync(sql, bounds, cancellationToken);
            pruned += count;
            if (count < options.PruneStep)
                break;
        }

        return pruned;
    }

    private async Task<int> StepAsync(string sql, object[] bounds, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var tryLock = new NpgsqlCommand(UpkeepSql.TryLock, connection, transaction) { Parameters = { new() { Value = LockNumber } } })
        {
            if (!(bool)(await tryLock.ExecuteScalarAsync(cancellationToken))!)
                return 0;
        }

        await using var prune = new NpgsqlCommand(sql, connection, transaction);
        foreach (var bound in bounds)
            prune.Parameters.Add(new() { Value = bound });
        prune.Parameters.Add(new() { Value = options.PruneStep });
        var count = await prune.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return count;
    }
}
