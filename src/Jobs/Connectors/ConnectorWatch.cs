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
        var (began, looked) = (time.GetTimestamp(), time.GetTimestamp());
        var isStanding = false;
        // What an earlier watch wrote down may still wait for its run.
        var wait = new Wait { IsOn = (await connectors.HintsAsync(connector.TenantId, connector.Id, cancellationToken)).Count > 0 };
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

            await WriteDownAsync(connector, told.Take(MostScopes), looks, wait, cancellationToken);
            if (!wait.IsOn && time.GetElapsedTime(looked) >= options.LookForHintsEvery)
            {
                looked = time.GetTimestamp();
                wait.IsOn = await HasLeftHintsAsync(connector, cancellationToken);
            }

            if (wait.IsOn)
                await StartAsync(connector, looks, wait, cancellationToken);
        }
    }

    private async Task WriteDownAsync(Connector connector, SyncScope[] told, FullLooks looks, Wait wait, CancellationToken cancellationToken)
    {
        var scopes = looks.Admit(told, IntervalOf(connector));
        if (scopes.Length == 0)
            return;
        await connectors.AddHintsAsync(connector.TenantId, connector.Id, scopes, cancellationToken);
        (wait.IsOn, wait.IsForAll) = (true, wait.IsForAll || scopes.Contains(SyncScope.All));
    }

    /// <summary>Whether a run left something to another one: a directory that it missed, and that may be anywhere. What a run gives back because it
    /// failed would fail again; it goes with the next change, or by the schedule.</summary>
    internal async Task<bool> HasLeftHintsAsync(Connector connector, CancellationToken cancellationToken)
    {
        if ((await connectors.HintsAsync(connector.TenantId, connector.Id, cancellationToken)).Count == 0)
            return false;
        var latest = await connectors.ListRunsAsync(connector.TenantId, connector.Id, null, RunsLookedAt, cancellationToken);
        return latest.FirstOrDefault(run => !run.IsDryRun) is not { Status: "failed" };
    }

    /// <summary>A run that is enqueued now takes along what is written down by now. One that goes on has to end first.</summary>
    private async Task StartAsync(Connector connector, FullLooks looks, Wait wait, CancellationToken cancellationToken)
    {
        var hints = await connectors.HintsAsync(connector.TenantId, connector.Id, cancellationToken);
        if (hints.Contains(SyncScope.All) && !wait.IsForAll)
        {
            wait.IsForAll = looks.Admit([SyncScope.All], IntervalOf(connector)).Length > 0;
            if (!wait.IsForAll)
            {
                // Held back, and made up for. Should this process die before, the next watch looks at everything to begin with.
                await connectors.DropHintAsync(connector.TenantId, connector.Id, SyncScope.All, cancellationToken);
                wait.IsOn = hints.Count > 1;
            }
        }

        if (wait.IsOn && await runs.StartHintedAsync(connector, !wait.IsForAll, await IsFullDueAsync(connector, cancellationToken), cancellationToken) is not null)
            (wait.IsOn, wait.IsForAll) = (false, false);
    }

    private static TimeSpan IntervalOf(Connector connector) => TimeSpan.FromMinutes(connector.SyncIntervalMinutes);

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

    /// <summary>What is written down and has no run yet.</summary>
    private sealed class Wait
    {
        internal bool IsOn { get; set; }

        /// <summary>For a look at everything, which was admitted.</summary>
        internal bool IsForAll { get; set; }
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
