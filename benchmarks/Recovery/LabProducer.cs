using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Recovery;

/// <summary>Enqueues without a pause, whatever happens to the server: single jobs and many at a time, with and without keys,
/// and some in transactions that it rolls back.</summary>
internal sealed class LabProducer(Database dataSource, JobQueue queue, LabOptions options)
{
    private static readonly string[] Tenants = ["tnt_one", "tnt_two"];
    private static readonly string?[] Connectors = [null, "cnn_one", "cnn_two"];

    private readonly Random random = new(options.Seed);
    private readonly HashSet<long> acknowledged = [];
    private readonly HashSet<long> rolledBack = [];
    private int faults;

    /// <summary>Jobs whose commit was answered.</summary>
    internal IReadOnlyCollection<long> Acknowledged => acknowledged;

    /// <summary>Jobs whose transaction was rolled back.</summary>
    internal IReadOnlyCollection<long> RolledBack => rolledBack;

    /// <summary>Transactions whose end is unknown, because the server went away.</summary>
    internal int Faults => faults;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var round = 0; !cancellationToken.IsCancellationRequested; round++)
        {
            try
            {
                var count = random.NextDouble() < 0.7 ? 1 : random.Next(2, 9);
                await EnqueueAsync([.. Enumerable.Range(0, count).Select(_ => Draw())], rollBack: random.NextDouble() < 0.1, cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 2 * count / options.JobsPerSecond), TimeProvider.System, cancellationToken);
                while (round % 20 == 0 && await UnfinishedAsync(cancellationToken) > options.MaxBacklog)
                    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
            {
                faults++;
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    /// <summary>Enqueues the jobs and the lab's record of them in one transaction.</summary>
    internal async Task EnqueueAsync(IReadOnlyList<(LabJob Args, JobOptions Options)> jobs, bool rollBack, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var added = new List<long>();
        foreach (var (args, jobOptions) in jobs)
        {
            if (await queue.EnqueueAsync(transaction, args, jobOptions, cancellationToken) is not { } id)
                continue;
            added.Add(id);
            await using var promise = new NpgsqlCommand(LabSql.AddPromise, connection, transaction);
            promise.Parameters.Add(new() { Value = id });
            promise.Parameters.Add(new() { Value = (args.Way == LabWay.Poison ? Ending.Discarded : Ending.Completed).ToString() });
            promise.Parameters.Add(new() { Value = args.Way == LabWay.Apart });
            promise.Parameters.Add(new() { Value = args.IsStubborn });
            promise.Parameters.Add(new()
            {
                Value = jobOptions.UniqueKey is { } key ? $"{jobOptions.TenantId} {key}" : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Text,
            });
            await promise.ExecuteNonQueryAsync(cancellationToken);
        }

        if (rollBack)
        {
            await transaction.RollbackAsync(cancellationToken);
            rolledBack.UnionWith(added);
            return;
        }

        await transaction.CommitAsync(CancellationToken.None);
        acknowledged.UnionWith(added);
    }

    private (LabJob Args, JobOptions Options) Draw()
    {
        var child = random.NextDouble();
        var args = new LabJob(
            Way: random.NextDouble() < 0.3 ? LabWay.Apart : LabWay.AtOnce,
            // Skewed: most jobs take milliseconds, some a good part of a second.
            WorkMs: (int)(5 + (600 * Math.Pow(random.NextDouble(), 3))),
            Parts: random.NextDouble() < 0.2 ? random.Next(1, 4) : 0,
            ChildMs: child < options.LongChildren ? (int)(2 * options.Lease.TotalMilliseconds) + 4000 : child < options.LongChildren + 0.02 ? 150 : 0,
            IsStubborn: random.NextDouble() < options.Stubborn,
            SnoozesOnce: random.NextDouble() < 0.03,
            FailsOnce: random.NextDouble() < 0.03);
        return (args, new JobOptions
        {
            TenantId = Tenants[random.Next(Tenants.Length)],
            Queue = random.NextDouble() < 0.3 ? QueueNames.High : QueueNames.Low,
            Connector = Connectors[random.Next(Connectors.Length)],
            UniqueKey = random.NextDouble() < 0.2 ? $"key-{random.Next(12)}" : null,
            // Random faults must not use up the attempts of a good job.
            MaxAttempts = 1000,
        });
    }

    private async Task<long> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(LabSql.Unfinished);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
