using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Queue;

/// <summary>Adds <see cref="Timed"/> jobs from this process; the worker is another one.</summary>
internal sealed class Producer : IAsyncDisposable
{
    private readonly Database source;
    private readonly ServiceProvider services;
    private readonly JobQueue queue;

    internal Producer(BenchDatabase database)
    {
        source = PostgresDataSource.Create(database.ConnectionString, "scaidrive-bench-producer");
        services = OwnQueueCells.Services(source).AddJobQueue().BuildServiceProvider();
        queue = services.GetRequiredService<JobQueue>();
    }

    /// <summary>One job in a transaction of its own.</summary>
    internal async Task EnqueueAsync(Timed job, JobOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await queue.EnqueueAsync(transaction, job, options, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Jobs nobody times, in one call.</summary>
    internal async Task EnqueueManyAsync(int count, JobOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await queue.EnqueueManyAsync(transaction, [.. Enumerable.Repeat((new Timed(0), options), count)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Adds jobs at times of their own, whether or not earlier ones are through, so that a slow moment delays
    /// everything that was due in it. A job's wait counts from when it was due.</summary>
    /// <param name="options">For each of them.</param>
    /// <param name="gaps">Time from one to the next.</param>
    /// <param name="lasting">How long.</param>
    /// <param name="isTimed">False for a warm-up.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many.</returns>
    internal async Task<int> OpenLoopAsync(
        JobOptions options, IEnumerable<TimeSpan> gaps, TimeSpan lasting, bool isTimed, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var due = TimeSpan.Zero;
        var calls = new List<Task>();
        foreach (var gap in gaps)
        {
            due += gap;
            if (due > lasting)
                break;
            if (due - Stopwatch.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, TimeProvider.System, cancellationToken);
            var dueAt = began + (long)(due.TotalSeconds * Stopwatch.Frequency);
            calls.Add(Task.Run(() => EnqueueAsync(new Timed(isTimed ? dueAt : 0), options, cancellationToken), cancellationToken));
        }

        await Task.WhenAll(calls);
        return calls.Count;
    }

    /// <summary>Gaps as between independent events: exponential, at this rate.</summary>
    internal static IEnumerable<TimeSpan> Independent(double perSecond, Random random)
    {
        while (true)
            yield return TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await source.DisposeAsync();
    }
}
