using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>Reads one view of the fleet's state once per interval while anybody watches, renders the panels once for all of them,
/// and gives each watcher the panels that it has not seen. Nobody watching means no query at all.</summary>
/// <remarks>A watcher holds no queue: when it is slow it skips what lies between and continues with the newest.</remarks>
internal sealed class DashboardFeed(
    FleetView view, FleetStateReader states, IServiceProvider services, ILoggerFactory logs, ApiOptions options, TimeProvider time) : IDisposable
{
    internal static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private IReadOnlyList<Panel> _latest = [];
    private TaskCompletionSource _changed = NewSignal();
    private CancellationTokenSource? _running;
    private int _watchers;

    /// <summary>The panels as they are now, then every change, and <see cref="Panel.Alive"/> when nothing changed for
    /// <see cref="AliveEvery"/>, until the watcher leaves.</summary>
    internal async IAsyncEnumerable<Panel> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<string, string> seen = [];
        Enter();
        try
        {
            while (true)
            {
                IReadOnlyList<Panel> panels;
                Task changed;
                lock (_gate)
                    (panels, changed) = (_latest, _changed.Task);

                foreach (var panel in panels)
                {
                    if (seen.TryGetValue(panel.Id, out var html) && html == panel.Html)
                        continue;
                    seen[panel.Id] = panel.Html;
                    yield return panel;
                }

                if (!await HappensAsync(changed, cancellationToken))
                    yield return Panel.Alive;
            }
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _running?.Cancel();
    }

    private async Task<bool> HappensAsync(Task changed, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(AliveEvery, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Enter()
    {
        lock (_gate)
        {
            if (++_watchers > 1)
                return;
            _running = new CancellationTokenSource();
            // It goes on for whoever watches when the first one has left.
            using (TenantWall.Outside())
                _ = RunAsync(_running.Token);
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_watchers > 0)
                return;
            _running?.Cancel();
            _latest = []; // the next one to watch must not be shown what was true long ago
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        using var wall = TenantWall.Enter(view.TenantId); // the same figures that the page began with
        var log = logs.CreateLogger<DashboardFeed>();
        using var timer = new PeriodicTimer(options.RefreshEvery, time);
        try
        {
            do
            {
                try
                {
                    Publish(await RenderAsync(await states.ReadAsync(view, stopping)), stopping);
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested) // one bad look must not freeze every open page
                {
                    log.LogError(fault, "The panels of the page could not be rendered");
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private void Publish(IReadOnlyList<Panel> panels, CancellationToken stopping)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (stopping.IsCancellationRequested || panels.SequenceEqual(_latest))
                return;
            _latest = panels;
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private async Task<IReadOnlyList<Panel>> RenderAsync(FleetState state)
    {
        await using var scope = services.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(NoticePanel.State)] = state });
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            return (IReadOnlyList<Panel>)
            [
                await PanelAsync<NoticePanel>("notice"),
                await PanelAsync<QueuesPanel>("queues"),
                await PanelAsync<FilesPanel>("files"),
                await PanelAsync<RunningPanel>("running"),
                await PanelAsync<FailuresPanel>("failures"),
            ];

            async Task<Panel> PanelAsync<TComponent>(string id) where TComponent : IComponent =>
                new(id, (await renderer.RenderComponentAsync<TComponent>(parameters)).ToHtmlString());
        });
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>One panel's markup.</summary>
internal sealed record Panel(string Id, string Html)
{
    /// <summary>Nothing changed, but the feed lives and what is shown is true.</summary>
    internal static Panel Alive { get; } = new("", "");
}
