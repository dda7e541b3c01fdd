using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>Writes this process's counts once a minute, and with its end.</summary>
internal sealed class ProviderSampling(ProviderWatch watch, TimeProvider time, ILogger<ProviderSampling> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await FlushAsync(stoppingToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await watch.FlushAsync(cancellationToken);
            await watch.PruneAsync(cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // Figures for people; a minute of them may be missing.
            log.LogWarning(fault, "The figures of the embedding providers could not be written");
        }
    }
}
