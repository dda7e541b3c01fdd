using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;

namespace ScaiDrive.Jobs;

/// <summary>Lets the collector remove content that no version references, at intervals. Several workers may do so at once.</summary>
internal sealed class ContentCollection(ContentCollector collector, JobsOptions options, TimeProvider time, ILogger<ContentCollection> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.CollectEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var result = await collector.CollectAsync(options.CollectOlderThan, stoppingToken);
                if (result.ChunksRemoved > 0)
                    log.LogInformation("Removed {Chunks} content chunks that no version references, {Bytes} bytes", result.ChunksRemoved, result.BytesRemoved);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost by collecting later; the next round tries again.
                log.LogWarning(fault, "Collecting unreferenced content failed");
            }
        }
    }
}
