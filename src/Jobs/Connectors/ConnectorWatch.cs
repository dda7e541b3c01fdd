using Microsoft.Extensions.Logging;
using Npgsql;
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

    // All that are kept.
    private const int RunsLookedAt = 100;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>Watches until it is stopped. A server that does not tell of changes, or is away, is asked again after ever longer pauses; one that does
    /// not let us in, not before the connector was changed or a run got through. In quiet hours nothing is asked.</summary>
    internal async Task RunAsync(WatchedConnector one, CancellationToken cancellationToken)
    {
        var (pause, looks) = (options.WatchAgainAfter, new FullLooks(time));
        while (true)
        {
            var (began, refused) = (time.GetTimestamp(), false);
            Connector? connector = null;
            try
            {
                connector = await connectors.FindAsync(one.TenantId, one.ConnectorId, cancellationToken);
                if (connector is not null && !IsQuiet(connector))
                    await WatchAsync(connector, looks, cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogInformation("Connector {ConnectorId} is not told of changes now; its schedule goes on. {Fault}", one.ConnectorId, fault.Message);
                refused = fault is ConnectorException { Code: var code } && SourceRefusals.Codes.Contains(code);
            }

            while (refused && connector is not null && !await GotThroughAsync(connector, cancellationToken))
                await Task.Delay(options.WatchAgainAfter, time, cancellationToken);
            pause = time.GetElapsedTime(began) >= options.WatchLastsFor ? options.WatchAgainAfter : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            do
                await Task.Delay(pause, time, cancellationToken);
            while (connector is not null && IsQuiet(connector));
        }
    }

    private bool IsQuiet(Connector connector) => QuietTimes.EndOfRest(connector.Rules.QuietHours, time.GetUtcNow()) is not null;

    /// <summary>Whether something changed about a source that did not let us in, by a person's hand or by itself.</summary>
    private async Task<bool> GotThroughAsync(Connector refused, CancellationToken cancellationToken)
    {
        try
        {
            return await connectors.FindAsync(refused.TenantId, refused.Id, cancellationToken) is not { } now
                || (now.UpdatedAt, now.LastSyncAt) != (refused.UpdatedAt, refused.LastSyncAt);
        }
        catch (NpgsqlException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task WatchAsync(Connector connector, FullLooks looks, CancellationToken cancellationToken)
    {
        await using var source = await sources.OpenAsync(connector, cancellationToken);
        if (source is not IWatchableSource watched)
            return;
        var told = new ToldScopes();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var telling = ListenAsync(watched, told, stop.Token);
        try
        {
            await FollowAsync(connector, told, looks, telling, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!IsQuiet(connector))
            await telling;
    }

    private static async Task ListenAsync(IWatchableSource source, ToldScopes told, CancellationToken cancellationToken)
    {
        await foreach (var scope in source.WatchAsync(cancellationToken))
            told.Add(scope);
    }

    /// <summary>Hands on what was told, until the source tells nothing any more or is to be left alone.</summary>
    private async Task FollowAsync(Connector connector, ToldScopes told, FullLooks looks, Task telling, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (isStanding, isSmall) = (false, true);
        // What an earlier watch wrote down may still wait for its run.
        var waits = (await connectors.HintsAsync(connector.TenantId, connector.Id, cancellationToken)).Count > 0;
        using var timer = new PeriodicTimer(options.GatherHintsFor, time);
        while (!telling.IsCompleted && !IsQuiet(connector) && await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (!isStanding && !telling.IsCompleted && time.GetElapsedTime(began) >= options.WatchStandsAfter)
            {
                isStanding = true;
                // Nobody knows what happened while nobody watched. The first pass of all sees everything anyway.
                if (connector.LastSyncAt is not null)
                    told.Add(SyncScope.All);
            }

            var scopes = looks.Admit(told.Take(MostScopes), TimeSpan.FromMinutes(connector.SyncIntervalMinutes));
            if (scopes.Length > 0)
            {
                await connectors.AddHintsAsync(connector.TenantId, connector.Id, scopes, cancellationToken);
                isSmall &= !scopes.Contains(SyncScope.All);
                waits = true;
            }

            // A run that is enqueued now takes along what is written down by now. One that goes on has to end first.
            if (waits && await runs.StartHintedAsync(connector, isSmall, await IsFullDueAsync(connector, cancellationToken), cancellationToken) is not null)
                (waits, isSmall) = (false, true);
        }
    }

    /// <summary>Whether the schedule did not get its turn: a fire that meets an unfinished run starts none, and a busy source has one at every fire.</summary>
    private async Task<bool> IsFullDueAsync(Connector connector, CancellationToken cancellationToken)
    {
        if (await connectors.FindAsync(connector.TenantId, connector.Id, cancellationToken) is not { } now)
            return false;
        var since = time.GetUtcNow() - TimeSpan.FromMinutes(now.SyncIntervalMinutes);
        if ((now.LastSyncAt ?? now.CreatedAt) > since)
            return false;
        // One that failed counts, too: what stopped it would stop another.
        var latest = await connectors.ListRunsAsync(now.TenantId, now.Id, null, RunsLookedAt, cancellationToken);
        return !latest.Any(run => run is { Scope: null, IsDryRun: false } && run.StartedAt > since);
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
