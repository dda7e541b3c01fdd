using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Queue;

/// <param name="Slots">Jobs at a time.</param>
/// <param name="ServiceMs">How long a job takes.</param>
/// <param name="Target">After so many jobs it tells how many seconds it took; 0 for no such answer.</param>
internal sealed record TimedWorkerSettings(int Slots, int ServiceMs, int Target = 0);

/// <summary>A worker process that runs until its input ends. Asked <c>count</c> it tells how many jobs it has handled;
/// asked <c>report</c> also how long they waited.</summary>
internal static class TimedWorker
{
    internal static async Task RunAsync(TimedWorkerSettings settings, string database, CancellationToken cancellationToken)
    {
        var waits = new Waits(TimeSpan.FromMilliseconds(settings.ServiceMs), settings.Target);
        await using var source = PostgresDataSource.Create(database, "scaidrive-bench-worker");
        await using var services = OwnQueueCells.Services(source).AddSingleton(waits)
            .AddJobHandler<Timed, TimedHandler>()
            // Finished jobs are kept: pruning in the middle of one run and not of another would be compared with nothing.
            .AddJobWorker(new QueueOptions { Slots = settings.Slots, DrainTimeout = TimeSpan.FromSeconds(2), KeepFinished = TimeSpan.FromDays(90), KeepFinishedCount = 100_000_000 })
            .BuildServiceProvider();
        var hosted = services.GetServices<IHostedService>().ToArray();
        var began = Stopwatch.GetTimestamp();
        foreach (var service in hosted)
            await service.StartAsync(cancellationToken);
        if (settings.Target > 0)
        {
            await waits.TargetReached.WaitAsync(cancellationToken);
            ChildModes.Write(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync(cancellationToken) is { } question)
        {
            if (question == "count")
                ChildModes.Write(waits.Handled);
            else
                ChildModes.Write(waits.Report());
        }

        foreach (var service in hosted)
            await service.StopAsync(cancellationToken);
    }
}
