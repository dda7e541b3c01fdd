using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Lets the sources that can tell of changes do so: one watch for each connector in the whole fleet, by a lock that another worker takes over
/// when its holder is gone. Connectors that are paused, changed or deleted are followed within seconds.</summary>
internal sealed class ConnectorWatcher(
    Database dataSource, ConnectorOverview overview, ConnectorSources sources, ConnectorWatch watch, JobsOptions options, TimeProvider time, ILogger<ConnectorWatcher> log)
    : BackgroundService
{
    private readonly Dictionary<(string TenantId, string ConnectorId), Watching> running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.LookForWatchedEvery, time);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await LookUntilLostAsync(timer, stoppingToken);
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker drains.
        }
    }

    private async Task LookUntilLostAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        await using var locks = new WatcherLocks(dataSource);
        try
        {
            do
                await LookAsync(locks, cancellationToken);
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // The schedule sees every change, only later.
            log.LogWarning(fault, "Looking after the watches of connectors failed; they are begun anew");
        }
        finally
        {
            // Before the locks go, or two would watch.
            await EndAllAsync();
        }
    }

    /// <summary>Brings the watches of this process in line with the connectors there are.</summary>
    internal async Task LookAsync(WatcherLocks locks, CancellationToken cancellationToken)
    {
        await locks.CheckAsync(cancellationToken);
        var wanted = (await overview.WatchedAsync(sources.WatchableTypes, cancellationToken)).ToDictionary(one => (one.TenantId, one.ConnectorId));
        foreach (var (key, watching) in running.ToList())
        {
            // With another password or another server it has to begin anew.
            if (wanted.TryGetValue(key, out var one) && one.UpdatedAt == watching.Of.UpdatedAt && !watching.Task.IsCompleted)
                continue;
            await EndAsync(key);
            if (one is null)
                await locks.GiveBackAsync(key.TenantId, key.ConnectorId, cancellationToken);
            else
                running[key] = Begin(one, cancellationToken);
        }

        foreach (var (key, one) in wanted.Where(one => !running.ContainsKey(one.Key)))
        {
            if (await locks.TryTakeAsync(key.TenantId, key.ConnectorId, cancellationToken))
                running[key] = Begin(one, cancellationToken);
        }
    }

    /// <summary>Ends the watches of this process.</summary>
    internal async Task EndAllAsync()
    {
        foreach (var key in running.Keys.ToList())
            await EndAsync(key);
    }

    private Watching Begin(WatchedConnector one, CancellationToken cancellationToken)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return new Watching(one, Task.Run(() => watch.RunAsync(one, stop.Token), CancellationToken.None), stop);
    }

    private async Task EndAsync((string TenantId, string ConnectorId) key)
    {
        running.Remove(key, out var watching);
        await watching!.Stop.CancelAsync();
        await watching.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        watching.Stop.Dispose();
        if (watching.Task is { IsFaulted: true, Exception: { } fault })
            log.LogWarning(fault.InnerException, "Watching connector {ConnectorId} of {TenantId} ended", key.ConnectorId, key.TenantId);
    }

    private sealed record Watching(WatchedConnector Of, Task Task, CancellationTokenSource Stop);
}
