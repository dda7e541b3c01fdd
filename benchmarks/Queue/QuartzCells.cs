using System.Diagnostics;
using Npgsql;
using Quartz;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Queue;

/// <summary>Quartz.NET with its clustered store in PostgreSQL: one durable job, one trigger for each piece of work.</summary>
internal static class QuartzCells
{
    private const string AnyUnfinished =
        "SELECT EXISTS (SELECT 1 FROM qrtz_triggers) OR EXISTS (SELECT 1 FROM qrtz_fired_triggers)";

    private static readonly JobKey Job = new("noop");
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private static Tickets? tickets;

    internal static async Task<CellResult> RunAsync(Cell cell, string database, CancellationToken cancellationToken)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(quartz => quartz
            .ConfigureScheduler(options => options.IdleWaitTime = TimeSpan.FromSeconds(1))
            .ConfigureScheduler(options => options.MaxBatchSize = cell.Batch)
            .UseDefaultThreadPool(Math.Max(1, cell.Workers))
            .UsePersistentStore(store =>
            {
                // As our own pool: statements that come again are prepared.
                store.UsePostgres(database + ";Max Auto Prepare=100;Auto Prepare Min Usages=2");
                store.UseClustering();
                store.ProvisionSchema();
                store.ConfigureStore(options =>
                {
                    options.StoreJobDataAsStrings = true;
                    // What waits here is a backlog, not a missed appointment.
                    options.MisfireThreshold = TimeSpan.FromHours(1);
                });
            })).BuildScheduler(cancellationToken);
        var work = JobBuilder.Create<NoopJob>().WithIdentity(Job).StoreDurably().Build();
        var result = cell.Step switch
        {
            "enqueue-one" => await EnqueueOneAsync(cell, scheduler, work, cancellationToken),
            "enqueue-bulk" => await EnqueueBulkAsync(cell, scheduler, work, cancellationToken),
            _ => await ProcessAsync(cell, scheduler, database, cancellationToken),
        };
        await scheduler.Shutdown(waitForJobsToComplete: false, cancellationToken);
        return result;
    }

    private static async Task<CellResult> EnqueueOneAsync(Cell cell, IScheduler scheduler, IJobDetail work, CancellationToken cancellationToken)
    {
        await scheduler.AddJob(work, AddJobOptions.Replacing, cancellationToken);
        return await ChildModes.TimeEnqueueAsync(cell, 1, async (n, _) => await scheduler.ScheduleJob(Trigger(n), cancellationToken: cancellationToken));
    }

    private static async Task<CellResult> EnqueueBulkAsync(Cell cell, IScheduler scheduler, IJobDetail work, CancellationToken cancellationToken) =>
        await ChildModes.TimeEnqueueAsync(cell, cell.PerCall, async (from, count) =>
            await scheduler.ScheduleJob(work, [.. Enumerable.Range(from, count).Select(Trigger)], ScheduleJobOptions.Replacing, cancellationToken));

    private static async Task<CellResult> ProcessAsync(Cell cell, IScheduler scheduler, string database, CancellationToken cancellationToken)
    {
        tickets = new Tickets(cell.Jobs, cell.WarmUp);
        await using var source = PostgresDataSource.Create(database, "scaidrive-bench");
        await using var unfinished = source.CreateCommand(AnyUnfinished);
        var began = Stopwatch.GetTimestamp();
        await scheduler.Start(cancellationToken);
        await tickets.All.WaitAsync(cancellationToken);
        while ((bool)(await unfinished.ExecuteScalarAsync(cancellationToken))!)
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        return CellResult.Processed(cell, tickets, began, Stopwatch.GetTimestamp());
    }

    private static ITrigger Trigger(int n) =>
        TriggerBuilder.Create().WithIdentity($"n{n}").ForJob(Job).UsingJobData("n", $"{n}").StartNow().Build();

    internal sealed class NoopJob : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            tickets!.Add(int.Parse(context.MergedJobDataMap.GetString("n")!, System.Globalization.CultureInfo.InvariantCulture));
            return ValueTask.CompletedTask;
        }
    }
}
