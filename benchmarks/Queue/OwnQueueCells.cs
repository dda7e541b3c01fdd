using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Queue;

/// <summary>The cells of our queue: what <c>peer-queue.mjs</c> and <see cref="QuartzCells"/> are for the others.</summary>
internal static class OwnQueueCells
{
    private const string AnyUnfinished =
        "SELECT EXISTS (SELECT 1 FROM queue.job WHERE state IN ('available', 'scheduled', 'running', 'retryable'))";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    internal static string Tenant(int number) => $"tnt_bench{number}";

    internal static async Task<CellResult> RunAsync(Cell cell, string database, CancellationToken cancellationToken)
    {
        await using var source = PostgresDataSource.Create(database, "scaidrive-bench");
        return cell.Step switch
        {
            "enqueue-one" => await EnqueueOneAsync(cell, source, cancellationToken),
            "enqueue-bulk" => await EnqueueBulkAsync(cell, source, cancellationToken),
            _ => await ProcessAsync(cell, source, cancellationToken),
        };
    }

    private static async Task<CellResult> EnqueueOneAsync(Cell cell, Database source, CancellationToken cancellationToken)
    {
        await using var services = Services(source).AddJobQueue().BuildServiceProvider();
        var queue = services.GetRequiredService<JobQueue>();
        var options = new JobOptions { TenantId = Tenant(0) };
        return await ChildModes.TimeEnqueueAsync(cell, 1, async (n, _) =>
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await queue.EnqueueAsync(transaction, new Noop(n), options, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }

    private static async Task<CellResult> EnqueueBulkAsync(Cell cell, Database source, CancellationToken cancellationToken)
    {
        await using var services = Services(source).AddJobQueue().BuildServiceProvider();
        var queue = services.GetRequiredService<JobQueue>();
        var options = Enumerable.Range(0, cell.Tenants).Select(tenant => new JobOptions { TenantId = Tenant(tenant) }).ToArray();
        return await ChildModes.TimeEnqueueAsync(cell, cell.PerCall, async (from, count) =>
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            (Noop, JobOptions)[] jobs = [.. Enumerable.Range(from, count).Select(n => (new Noop(n), options[n % options.Length]))];
            await queue.EnqueueManyAsync(transaction, jobs, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }

    private static async Task<CellResult> ProcessAsync(Cell cell, Database source, CancellationToken cancellationToken)
    {
        var tickets = new Tickets(cell.Jobs, cell.WarmUp);
        await using var services = Services(source).AddSingleton(tickets)
            .AddJobHandler<Noop, NoopHandler>()
            .AddJobWorker(new QueueOptions { Slots = cell.Workers })
            .BuildServiceProvider();
        await using var watch = await source.OpenConnectionAsync(cancellationToken);
        await using var unfinished = new NpgsqlCommand(AnyUnfinished, watch);

        var began = Stopwatch.GetTimestamp();
        var hosted = services.GetServices<IHostedService>().ToArray();
        foreach (var service in hosted)
            await service.StartAsync(cancellationToken);
        await tickets.All.WaitAsync(cancellationToken);
        while ((bool)(await unfinished.ExecuteScalarAsync(cancellationToken))!)
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        var ended = Stopwatch.GetTimestamp();

        foreach (var service in hosted)
            await service.StopAsync(cancellationToken);
        return CellResult.Processed(cell, tickets, began, ended);
    }

    internal static IServiceCollection Services(Database source) =>
        new ServiceCollection()
            .AddSingleton(source)
            .AddLogging(log => log.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
