using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Fairness;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Upkeep;

/// <summary>Folds the differences that every change of a job's state leaves behind into one sum per lane.</summary>
/// <remarks>Readers add what is not folded yet, so nothing depends on when this runs but their speed.</remarks>
internal sealed class TallyFolder(Database dataSource, TimeProvider time)
{
    private const int LockNumber = 3;
    private const int StepSize = 5000;

    // The numbers of changes appear as the places of jobs do, and are walked in the same way.
    private readonly LaneCursor cursor = new(0, time);

    /// <summary>One step. True when there is more to do at once; false also when another worker is at it.</summary>
    internal async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var tryLock = new NpgsqlCommand(UpkeepSql.TryLock, connection, transaction) { Parameters = { new() { Value = LockNumber } } })
        {
            if (!(bool)(await tryLock.ExecuteScalarAsync(cancellationToken))!)
                return false;
        }

        var startedAt = time.GetTimestamp();
        long horizon, next, count;
        long? last;
        await using (var batch = new NpgsqlBatch(connection, transaction)
        {
            Timeout = 30,
            BatchCommands =
            {
                new(UpkeepSql.RaiseMark) { Parameters = { new() { Value = cursor.Floor } } },
                new(JobSql.Prepare),
                new(UpkeepSql.Fold) { Parameters = { new() { Value = cursor.Start() }, new() { Value = StepSize } } },
            },
        })
        {
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            (horizon, next) = (row.GetInt64(0), row.GetInt64(1));
            await row.NextResultAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            (count, last) = (row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1));
        }

        await transaction.CommitAsync(cancellationToken);
        cursor.Passed((int)count, last, count < StepSize, horizon, next, time.GetElapsedTime(startedAt));
        return count == StepSize;
    }
}
