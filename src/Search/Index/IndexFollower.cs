using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index;

/// <summary>Keeps an index in step with the log of every tenant.</summary>
/// <remarks>
/// Woken by notifications, and by the clock in case one was lost. What came while it worked is done in one go afterwards.
/// A lost database or a damaged index is logged and tried again; it never ends the process.
/// </remarks>
public class IndexFollower(
    IFollowingIndex index, NotificationListener listener, SearchOptions options, ILogger log) : BackgroundService
{
    private const string Channel = "search_index";

    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);
    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(ListenAsync(stoppingToken), FollowAsync(stoppingToken));

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var tenantId in listener.ListenAsync(Channel, options.PollInterval, stoppingToken))
            {
                // The empty name stands for every tenant.
                _changed[tenantId ?? ""] = true;
                _wake.Writer.TryWrite(true);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            _wake.Writer.TryComplete();
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
                await FollowChangedAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task FollowChangedAsync(CancellationToken stoppingToken)
    {
        try
        {
            IReadOnlyList<string> tenants;
            if (_changed.TryRemove("", out _))
            {
                // Cleared before reading, so that what is announced meanwhile is looked at again.
                _changed.Clear();
                tenants = await index.TenantsAsync(stoppingToken);
            }
            else
            {
                tenants = [.. _changed.Keys];
            }

            foreach (var tenantId in tenants)
            {
                _changed.TryRemove(tenantId, out _);
                await FollowTenantAsync(tenantId, stoppingToken);
            }
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogWarning(fault, "Cannot read which indexes changed; the next poll does");
        }
    }

    private async Task FollowTenantAsync(string tenantId, CancellationToken stoppingToken)
    {
        try
        {
            await index.CatchUpAsync(tenantId, stoppingToken);
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            // One tenant's trouble must not hold up the others; the next poll tries again.
            log.LogWarning(fault, "The index of {TenantId} could not follow; the next poll tries again", tenantId);
        }
    }
}
