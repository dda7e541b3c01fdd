using Microsoft.Extensions.Logging;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;

namespace ScaiDrive.Jobs;

/// <summary>Watches one connector: what its source tells of is gathered for a moment, written down as hints, and looked at by a run as soon as none
/// of the connector is unfinished.</summary>
internal sealed class ConnectorWatch(
    ConnectorStore connectors, ConnectorSources sources, ConnectorRuns runs, JobsOptions options, TimeProvider time, ILogger<ConnectorWatch> log)
{
    // Beyond, walking everything costs less than walking the parts.
    private const int MostScopes = 500;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>Watches until it is stopped. A server that does not tell of changes, or is away, is asked again after ever longer pauses.</summary>
    internal async Task RunAsync(WatchedConnector one, CancellationToken cancellationToken)
    {
        var pause = options.WatchAgainAfter;
        while (true)
        {
            var stood = false;
            try
            {
                await WatchAsync(one, () => stood = true, cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogInformation("Connector {ConnectorId} is not told of changes now; its schedule goes on. {Fault}", one.ConnectorId, fault.Message);
            }

            pause = stood ? options.WatchAgainAfter : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task WatchAsync(WatchedConnector one, Action stands, CancellationToken cancellationToken)
    {
        if (await connectors.FindAsync(one.TenantId, one.ConnectorId, cancellationToken) is not { } connector)
            return;
        await using var source = await sources.OpenAsync(connector, cancellationToken);
        if (source is not IWatchableSource watched)
            return;
        var told = new ToldScopes();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var telling = ListenAsync(watched, told, stop.Token);
        try
        {
            await FollowAsync(connector, told, telling, stands, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await telling;
    }

    private static async Task ListenAsync(IWatchableSource source, ToldScopes told, CancellationToken cancellationToken)
    {
        await foreach (var scope in source.WatchAsync(cancellationToken))
            told.Add(scope);
    }

    /// <summary>Hands on what was told, until the source tells nothing any more.</summary>
    private async Task FollowAsync(Connector connector, ToldScopes told, Task telling, Action stands, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (isStanding, isSmall) = (false, true);
        // What an earlier watch wrote down may still wait for its run.
        var waits = (await connectors.HintsAsync(connector.TenantId, connector.Id, cancellationToken)).Count > 0;
        using var timer = new PeriodicTimer(options.GatherHintsFor, time);
        while (!telling.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (!isStanding && !telling.IsCompleted && time.GetElapsedTime(began) >= options.WatchStandsAfter)
            {
                isStanding = true;
                stands();
                // Nobody knows what happened while nobody watched. The first pass of all sees everything anyway.
                if (connector.LastSyncAt is not null)
                    told.Add(SyncScope.All);
            }

            var scopes = told.Take(MostScopes);
            if (scopes.Length > 0)
            {
                await connectors.AddHintsAsync(connector.TenantId, connector.Id, scopes, cancellationToken);
                isSmall &= !scopes.Contains(SyncScope.All);
                waits = true;
            }

            // A run that is enqueued now takes along what is written down by now. One that goes on has to end first.
            if (waits && await runs.StartHintedAsync(connector, isSmall, cancellationToken) is not null)
                (waits, isSmall) = (false, true);
        }
    }

    /// <summary>What a source told of since it was last taken.</summary>
    private sealed class ToldScopes
    {
        private readonly Lock gate = new();
        private readonly HashSet<SyncScope> scopes = [];

        internal void Add(SyncScope scope)
        {
            lock (gate)
            {
                if (scopes.Count <= MostScopes)
                    scopes.Add(scope);
            }
        }

        internal SyncScope[] Take(int atMost)
        {
            lock (gate)
            {
                SyncScope[] taken = scopes.Count > atMost || scopes.Contains(SyncScope.All) ? [SyncScope.All] : [.. scopes];
                scopes.Clear();
                return taken;
            }
        }
    }
}
