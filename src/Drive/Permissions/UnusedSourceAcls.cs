using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Removes lists of sources (<see cref="SourceAcls"/>) that no file refers to any more: shares whose permissions change for years would
/// leave ever more of them, and all of a tenant are read when somebody's rights are worked out.</summary>
/// <remarks>Who is about to refer to a list has asked for its number before (<see cref="SourceAcls.InternAsync"/>), which starts its time anew. So what
/// goes is what nobody asked for in that time and no file refers to at its end.</remarks>
public sealed class UnusedSourceAcls(Database dataSource)
{
    private const int BatchSize = 1_000, Batches = 20;

    /// <summary>Removes those of a tenant that are unused long enough, up to 20,000 of them, and notes those that are unused now.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="unusedFor">Should exceed the time from asking for a list to the commit that refers to it; a day is a good value.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>How many were removed.</returns>
    public async Task<long> RemoveAsync(string tenantId, TimeSpan unusedFor, CancellationToken cancellationToken)
    {
        await using (var mark = dataSource.Command(PermissionSql.MarkUnused, Arg.Of(tenantId)))
            await mark.ExecuteNonQueryAsync(cancellationToken);
        var removed = 0L;
        for (var i = 0; i < Batches; i++)
        {
            var count = await RemoveBatchAsync(tenantId, unusedFor, cancellationToken);
            removed += count;
            if (count < BatchSize)
                break;
        }

        return removed;
    }

    private async Task<int> RemoveBatchAsync(string tenantId, TimeSpan unusedFor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = transaction.Command(PermissionSql.LockAcls, Arg.Of(tenantId)))
            await wait.ExecuteNonQueryAsync(cancellationToken);
        await using var remove = transaction.Command(
            PermissionSql.RemoveUnused, Arg.Of(tenantId), new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Interval, Value = unusedFor }, Arg.Of(BatchSize));
        var count = await remove.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return count;
    }
}
