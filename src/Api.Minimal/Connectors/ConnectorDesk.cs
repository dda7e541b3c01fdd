using ScaiDrive.Api.Minimal.Connectors.Answers;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>The connectors that one request may see: of its caller's tenant, and of the type of its path.</summary>
internal sealed class ConnectorDesk(Caller caller, ConnectorSurface surface, ConnectorStore connectors, Queue.Schedules schedules, TimeProvider time)
{
    private const int SchedulePage = 500;

    internal Caller Caller => caller;

    internal ConnectorSurface Surface => surface;

    /// <summary>One connector, or null.</summary>
    internal async Task<Connector?> FindAsync(string connectorId, CancellationToken cancellationToken) =>
        await connectors.FindAsync(caller.TenantId, connectorId, cancellationToken) is { } connector && surface.Shows(connector) ? connector : null;

    internal async Task<IReadOnlyList<ConnectorAnswer>> ListAsync(CancellationToken cancellationToken)
    {
        var next = await NextFiresAsync(cancellationToken);
        var all = await connectors.ListAsync(caller.TenantId, cancellationToken);
        return [.. all.Where(surface.Shows).Select(connector => ConnectorAnswer.From(connector, next.GetValueOrDefault(connector.Id), time.GetUtcNow()))];
    }

    internal async Task<ConnectorAnswer> AnswerAsync(Connector connector, CancellationToken cancellationToken)
    {
        var page = await schedules.ListAsync(new ScheduleFilter { TenantId = caller.TenantId, Connector = connector.Id, Limit = 10 }, cancellationToken);
        return ConnectorAnswer.From(connector, page.Schedules.FirstOrDefault(schedule => schedule.OwnerId == connector.Id)?.NextFireAt, time.GetUtcNow());
    }

    /// <summary>When the schedule of each connector fires next.</summary>
    private async Task<Dictionary<string, DateTimeOffset?>> NextFiresAsync(CancellationToken cancellationToken)
    {
        var next = new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            var page = await schedules.ListAsync(new ScheduleFilter { TenantId = caller.TenantId, AfterId = after, Limit = SchedulePage }, cancellationToken);
            foreach (var schedule in page.Schedules.Where(schedule => schedule.OwnerId is not null))
                next[schedule.OwnerId!] = schedule.NextFireAt;
            after = page.NextAfterId;
        }
        while (after is not null);
        return next;
    }
}
