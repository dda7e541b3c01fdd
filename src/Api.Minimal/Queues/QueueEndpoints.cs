using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Queues;

/// <summary>The fleet in figures: queues, groups of jobs, workers.</summary>
internal static class QueueEndpoints
{
    private const int GroupsShown = 100;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapQueues()
        {
            var admin = routes.MapGroup("/admin").WithTags("Queues").RequireScope(Scope.TenantAdmin);
            admin.MapGet("/queues", ListAsync).WithName("ListQueues").WithSummary("What waits, runs and ends, how much work that is, and what is held back")
                .WithDescription("minutes is how far back throughput looks. Exact at the moment of the answer, at any volume.");
            admin.MapGet("/workers", WorkersAsync).WithName("ListWorkers").WithSummary("The workers, their heartbeat and what they hold");
        }
    }

    internal static async Task<Ok<QueuesAnswer>> ListAsync(
        Caller caller, QueueReader reader, QueueRules rules, RuleAccess access, TimeProvider time, CancellationToken cancellationToken,
        [Range(1, 1440)] int minutes = 5)
    {
        using var fleet = caller.IsOperator ? TenantWall.Outside() : null;
        var tenant = caller.IsOperator ? null : caller.TenantId;
        var depths = await reader.DepthsAsync(cancellationToken);
        var lately = (await reader.ThroughputAsync(TimeSpan.FromMinutes(minutes), null, cancellationToken)).ToDictionary(queue => queue.Queue, StringComparer.Ordinal);
        var work = await reader.WorkAsync(cancellationToken);
        var all = await rules.ListAsync(cancellationToken);
        var visible = await access.VisibleAsync(caller, all, cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new QueuesAnswer
        {
            Queues = [.. depths.Select(depth => new QueueFigures
            {
                Queue = depth.Queue,
                Depth = depth.Depth,
                OldestAgeSeconds = depth.OldestAgeSeconds,
                Running = depth.Running,
                Scheduled = depth.Scheduled,
                Retryable = depth.Retryable,
                Discarded = depth.Discarded,
                WorkSeconds = work.Queues.First(queue => queue.Queue == depth.Queue).Seconds,
                JobsWithoutEstimate = work.Queues.First(queue => queue.Queue == depth.Queue).JobsUnknown,
                Throughput = ThroughputItem.From(lately[depth.Queue]),
                // Everybody's jobs wait for it, so everybody may know.
                Pause = PauseItem.From(all.FirstOrDefault(rule => rule.Key == $"queue:{depth.Queue}" && IsPaused(rule, now))?.Pause),
            })],
            Tenants = await GroupsAsync(WaitingBy.Tenant),
            Kinds = await GroupsAsync(WaitingBy.Kind),
            Connectors = await GroupsAsync(WaitingBy.Connector),
            HeldBack = [.. visible.Where(rule => IsPaused(rule, now) || rule.ThrottledUntil > now).Select(rule => RuleAnswer.From(rule.Key, rule))],
            Slots = work.Slots,
            SecondsToDrain = work.SecondsToDrain,
        });

        async Task<IReadOnlyList<GroupItem>> GroupsAsync(WaitingBy by) =>
            [.. (await reader.WaitingAsync(by, tenant, GroupsShown, cancellationToken)).Select(GroupItem.From)];
    }

    internal static async Task<Ok<WorkersAnswer>> WorkersAsync(Caller caller, QueueReader reader, CancellationToken cancellationToken)
    {
        // Workers belong to the fleet, not to a tenant; nothing here tells whose jobs they hold.
        ArgumentNullException.ThrowIfNull(caller);
        var workers = await reader.WorkersAsync(cancellationToken);
        return TypedResults.Ok(new WorkersAnswer
        {
            Workers = [.. workers.Select(worker => new WorkerItem(
                worker.Id, worker.Name, worker.Slots, worker.Running, worker.IsAlive, worker.IsDraining, worker.HeartbeatAgeSeconds, worker.StartedAt, worker.Kinds))],
            Total = workers.Count,
        });
    }

    private static bool IsPaused(QueueRule rule, DateTimeOffset now) => rule.Pause is { } pause && (pause.Until is null || pause.Until > now);
}
