using Npgsql;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Work in a transaction that PostgreSQL may end because of another one: it is then made again, from its beginning.</summary>
internal static class FencedWork
{
    private const int Repetitions = 3;

    /// <summary>Does the work and commits. Whatever the work changes in memory it must set anew each time.</summary>
    /// <exception cref="PostgresException">Among others: it met other transactions again and again (SQLSTATE 40P01, 40001).</exception>
    internal static async Task RunAsync(
        Func<CancellationToken, Task<ISyncTransaction>> begin, Func<NpgsqlTransaction, Task> work, CancellationToken cancellationToken)
    {
        for (var repetition = 0; ; repetition++)
        {
            try
            {
                await using var transaction = await begin(cancellationToken);
                await work(transaction.Transaction);
                await transaction.CommitAsync(cancellationToken);
                return;
            }
            catch (PostgresException fault) when (
                repetition < Repetitions && fault.SqlState is (PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure))
            {
                // The other transaction goes on now, so nothing is gained by waiting.
            }
        }
    }
}
