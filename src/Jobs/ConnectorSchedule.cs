using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Connectors;

namespace ScaiDrive.Jobs;

/// <summary>Starts a run of every connector whose interval has passed. The run's unique key lets only one of several
/// workers start it, and only one run of a connector be unfinished.</summary>
internal sealed class ConnectorSchedule(ConnectorStore connectors, ConnectorRuns runs, TimeProvider time, ILogger<ConnectorSchedule> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var connector in await connectors.ListDueAsync(stoppingToken))
                    await runs.StartAsync(connector, "schedule", stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that is away now is asked again at the next look.
                log.LogWarning(fault, "Looking for due connectors failed");
            }
        }
    }
}
