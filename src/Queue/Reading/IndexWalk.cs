using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Reading;

/// <summary>Sends a statement that must walk indexes whatever the statistics say. A plan that was made and kept while the
/// tables were nearly empty would read all of them once they are full.</summary>
internal static class IndexWalk
{
    // For the one transaction only. Compiling a plan takes longer than running it, once reading a whole table is priced out.
    internal const string Prepare = """
        SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)
        """;

    extension(Database dataSource)
    {
        /// <summary>The statement with its parameters still to be added to <see cref="NpgsqlBatchCommand.Parameters"/>; both
        /// go in one round trip and one transaction.</summary>
        internal NpgsqlBatch CreateWalk(string sql, out NpgsqlBatchCommand command)
        {
            var batch = dataSource.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Prepare));
            batch.BatchCommands.Add(command = new NpgsqlBatchCommand(sql));
            return batch;
        }
    }

    extension(NpgsqlBatch walk)
    {
        /// <summary>The rows of the statement.</summary>
        internal async Task<NpgsqlDataReader> ReadWalkAsync(CancellationToken cancellationToken)
        {
            var rows = await walk.ExecuteReaderAsync(cancellationToken);
            try
            {
                await rows.NextResultAsync(cancellationToken);
                return rows;
            }
            catch
            {
                await rows.DisposeAsync();
                throw;
            }
        }
    }
}
