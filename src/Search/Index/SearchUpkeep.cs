using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index;

/// <summary>Folds counters, cuts off old log rows, and removes text and vectors that no file uses.</summary>
/// <remarks>Several processes may run it at once. Every step is short and bounded.</remarks>
public sealed class SearchUpkeep(
    Database database, SearchOptions options, SearchMetrics metrics, TimeProvider time, ILogger<SearchUpkeep> log) : BackgroundService
{
    private const int RowsPerStep = 5_000;
    private static readonly TimeSpan CacheInterval = TimeSpan.FromHours(1);

    /// <summary>Moves counter deltas into their counters until none are left.</summary>
    /// <returns>How many deltas were moved.</returns>
    public async Task<long> FoldCountersAsync(CancellationToken cancellationToken)
    {
        long all = 0;
        while (true)
        {
            await using var command = database.CreateCommand(LedgerSql.Fold);
            command.Parameters.Add(new() { Value = RowsPerStep });
            var folded = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            all += folded;
            if (folded < RowsPerStep)
                return all;
        }
    }

    /// <summary>Cuts off log rows older than the retention.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<long> PruneLogAsync(CancellationToken cancellationToken)
    {
        long all = 0;
        while (true)
        {
            await using var command = database.CreateCommand(UpkeepSql.PruneLog);
            command.Parameters.Add(new() { Value = options.LogRetention });
            command.Parameters.Add(new() { Value = RowsPerStep });
            var pruned = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            all += pruned;
            if (pruned < RowsPerStep)
                return all;
        }
    }

    /// <summary>Removes extracted text and vectors older than the retention that no file uses.</summary>
    public async Task PruneCachesAsync(CancellationToken cancellationToken)
    {
        await using (var text = database.CreateCommand(UpkeepSql.PruneText))
        {
            text.Parameters.Add(new() { Value = options.CacheRetention });
            text.Parameters.Add(new() { Value = RowsPerStep });
            await text.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var tenantId in await TenantsAsync(cancellationToken))
        {
            // A model that was replaced leaves as many as there are texts.
            while (await PruneVectorsAsync(tenantId, cancellationToken) == RowsPerStep)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<long> PruneVectorsAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var hold = new NpgsqlCommand(UpkeepSql.HoldVectorsAlone, connection, transaction) { Parameters = { new() { Value = tenantId } } })
            await hold.ExecuteNonQueryAsync(cancellationToken);
        await using var prune = new NpgsqlCommand(UpkeepSql.PruneVectors, connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = options.CacheRetention }, new() { Value = RowsPerStep } },
        };
        var pruned = (long)(await prune.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return pruned;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.UpkeepInterval, time);
        var cachesPrunedAt = time.GetUtcNow();
        while (await NextAsync(timer, stoppingToken))
        {
            try
            {
                await FoldCountersAsync(stoppingToken);
                await ReadPendingAsync(stoppingToken);
                await PruneLogAsync(stoppingToken);
                if (time.GetUtcNow() - cachesPrunedAt < CacheInterval)
                    continue;
                await PruneCachesAsync(stoppingToken);
                cachesPrunedAt = time.GetUtcNow();
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // A lost connection must not end upkeep; the next round does the same work.
                log.LogWarning(fault, "Upkeep of the search tables failed; it goes on in {Interval}", options.UpkeepInterval);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task ReadPendingAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LedgerSql.VectorsPending);
        metrics.Pending = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<List<string>> TenantsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UpkeepSql.Tenants);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(reader.GetString(0));
        return tenants;
    }
}
