using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Queue;

/// <param name="Slots">Jobs at a time.</param>
/// <param name="ServiceMs">How long a job takes.</param>
internal sealed record TimedWorkerSettings(int Slots, int ServiceMs);

/// <summary>A worker process that runs until its input ends. Asked <c>count</c> it tells how many jobs it has handled;
/// asked <c>report</c> also how long they waited.</summary>
internal static class TimedWorker
{
    internal static async Task RunAsync(TimedWorkerSettings settings, string database, CancellationToken cancellationToken)
    {
        var waits = new Waits(TimeSpan.FromMilliseconds(settings.ServiceMs));
        await using var source = PostgresDataSource.Create(database, "scaidrive-bench-worker");
        await using var services = OwnQueueCells.Services(source).AddSingleton(waits)
            .AddJobHandler<Timed, TimedHandler>()
            .AddJobWorker(new QueueOptions { Slots = settings.Slots, DrainTimeout = TimeSpan.FromSeconds(2) })
            .BuildServiceProvider();
        var hosted = services.GetServices<IHostedService>().ToArray();
        foreach (var service in hosted)
            await service.StartAsync(cancellationToken);
        while (await Console.In.ReadLineAsync(cancellationToken) is { } question)
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
