using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index;

/// <summary>Which files somebody wants to have indexed again.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="FileId">Only this one; null: all.</param>
/// <param name="ShareId">Only of this share; null: of all.</param>
/// <param name="ReasonCode">Only those with a stage that ended with this code; null: whatever their stages said.</param>
public sealed record RedoFilter(string TenantId, string? FileId, string? ShareId, string? ReasonCode);

/// <summary>A file to do again.</summary>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">Its present content.</param>
/// <param name="HasText">Whether text of that content is in the index.</param>
public sealed record FileToRedo(string FileId, string ContentHash, bool HasText);

/// <summary>Finds files to be indexed again.</summary>
public sealed class FilesToRedo(Database database)
{
    /// <summary>How many files the filter fits.</summary>
    public async Task<long> CountAsync(RedoFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RedoSql.Count);
        Add(command.Parameters, filter);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The time by the clock that stages are recorded by.</summary>
    public static async Task<DateTimeOffset> NowAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(RedoSql.Now, transaction.Connection, transaction);
        return new((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>A page of them in the order of their ids, without those where the stage has ended since.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="stage">One of <see cref="Ledger.LedgerStages"/>.</param>
    /// <param name="since">When it was asked for.</param>
    /// <param name="afterFileId">The last file of the page before; empty from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<FileToRedo>> PageAsync(
        RedoFilter filter, string stage, DateTimeOffset since, string afterFileId, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RedoSql.Page);
        Add(command.Parameters, filter);
        command.Parameters.Add(new() { Value = afterFileId });
        command.Parameters.Add(new() { Value = stage });
        command.Parameters.Add(new() { Value = since.UtcDateTime });
        command.Parameters.Add(new() { Value = limit });
        var files = new List<FileToRedo>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            files.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        return files;
    }

    /// <summary>Forgets the cached vectors of the texts that only these files hold, each file's in one model, so that they are embedded again.
    /// What an index holds stays until the new ones are there.</summary>
    public static async Task ForgetVectorsAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<(string FileId, string Model)> vectors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (vectors.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new(UpkeepSql.HoldVectorsAlone) { Parameters = { new() { Value = tenantId } } },
                new(RedoSql.ForgetVectors)
                {
                    Parameters =
                    {
                        new() { Value = tenantId },
                        new() { Value = vectors.Select(one => one.FileId).ToArray() },
                        new() { Value = vectors.Select(one => one.Model).ToArray() },
                    },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlParameterCollection parameters, RedoFilter filter)
    {
        parameters.Add(new() { Value = filter.TenantId });
        foreach (var value in new[] { filter.FileId, filter.ShareId, filter.ReasonCode })
            parameters.Add(new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
    }
}
