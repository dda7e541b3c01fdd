using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>One feed for all who may see the same. A feed that nobody watches does nothing and holds next to nothing, so none is taken away.</summary>
internal sealed class DashboardFeeds(FleetStateReader states, IServiceProvider services, ILoggerFactory logs, ApiOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<FleetView, DashboardFeed> _feeds = new();

    internal DashboardFeed For(FleetView view) => _feeds.GetOrAdd(view, _ => new DashboardFeed(view, states, services, logs, options, time));

    public void Dispose()
    {
        foreach (var feed in _feeds.Values)
            feed.Dispose();
    }
}
