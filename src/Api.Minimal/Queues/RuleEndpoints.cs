using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Queues;

/// <summary>Shares, limits and pauses of everything that jobs have in common.</summary>
internal static class RuleEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapQueueRules()
        {
            var queues = routes.MapGroup("/admin/queues").WithTags("Queues").RequireScope(Scope.TenantAdmin);
            queues.MapPost("/{queue}/pause", PauseQueueAsync).WithName("PauseQueue").WithSummary("Start no further job of a queue; those that run go on");
            queues.MapPost("/{queue}/resume", ResumeQueueAsync).WithName("ResumeQueue").WithSummary("Start jobs of a queue again");

            var rules = routes.MapGroup("/admin/queue-rules").WithTags("Queues").RequireScope(Scope.TenantAdmin);
            rules.MapGet("", ListAsync).WithName("ListQueueRules").WithSummary("What is decided about tenants, connectors, queues, kinds and limit keys")
                .WithDescription("A key is tenant:, connector:, queue:, kind: or key: and a name. Shows the rules the caller may change.");
            rules.MapGet("/{key}", GetAsync).WithName("GetQueueRule").WithSummary("One rule; all null when none is set");
            rules.MapPut("/{key}", PutAsync).WithName("PutQueueRule").WithSummary("Set weight, limit on running jobs and rate; what is left out is lifted")
                .WithDescription("A pause stays as it is. Only a tenant or a connector has a weight.");
            rules.MapDelete("/{key}", DeleteAsync).WithName("DeleteQueueRule").WithSummary("Forget all that is decided about a key, a pause included");
            rules.MapPost("/{key}/pause", PauseAsync).WithName("PauseByRule").WithSummary("Start no further job that carries the key; those that run go on");
            rules.MapPost("/{key}/resume", ResumeAsync).WithName("ResumeByRule").WithSummary("Start jobs that carry the key again; ends a throttle too");
        }
    }

    internal static async Task<Ok<RulesAnswer>> ListAsync(Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken)
    {
        var visible = await access.VisibleAsync(caller, await rules.ListAsync(cancellationToken), cancellationToken);
        return TypedResults.Ok(new RulesAnswer { Rules = [.. visible.Select(rule => RuleAnswer.From(rule.Key, rule))] });
    }

    internal static Task<Results<Ok<RuleAnswer>, ErrorResult>> GetAsync(
        string key, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken) =>
        ChangeAsync(key, caller, access, ["path", "key"], it => rules.FindAsync(it, cancellationToken), cancellationToken);

    internal static Task<Results<Ok<RuleAnswer>, ErrorResult>> PutAsync(
        string key, [FromBody] RuleBody body, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken) =>
        ChangeAsync(
            key, caller, access, ["body"],
            async it =>
            {
                var rate = body.Rate is { } asked ? new RateLimit(asked.Count, Seconds(asked.PeriodSeconds), asked.Burst ?? asked.Count) : null;
                return await rules.SetAsync(it, body.Weight, body.MaxRunning, rate, cancellationToken);
            },
            cancellationToken);

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        string key, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken)
    {
        var result = await ChangeAsync(
            key, caller, access, ["path", "key"],
            async it =>
            {
                await rules.DeleteAsync(it, cancellationToken);
                return null;
            },
            cancellationToken);
        return result.Result is ErrorResult error ? error : TypedResults.NoContent();
    }

    internal static Task<Results<Ok<RuleAnswer>, ErrorResult>> PauseAsync(
        string key, [FromBody] PauseBody body, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken) =>
        ChangeAsync(key, caller, access, ["body"], it => rules.PauseAsync(it, caller.UserId, body.Reason!, body.Until, cancellationToken), cancellationToken);

    internal static Task<Results<Ok<RuleAnswer>, ErrorResult>> ResumeAsync(
        string key, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken) =>
        ChangeAsync(key, caller, access, ["path", "key"], it => rules.ResumeAsync(it, cancellationToken), cancellationToken);

    internal static async Task<Results<Ok<RuleAnswer>, ErrorResult>> PauseQueueAsync(
        string queue, [FromBody] PauseBody body, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken) =>
        queue is QueueNames.High or QueueNames.Low
            ? await PauseAsync($"queue:{queue}", body, caller, rules, access, cancellationToken)
            : (ErrorResult)ApiError.NotFound("queue", queue);

    internal static async Task<Results<Ok<RuleAnswer>, ErrorResult>> ResumeQueueAsync(
        string queue, Caller caller, QueueRules rules, RuleAccess access, CancellationToken cancellationToken) =>
        queue is QueueNames.High or QueueNames.Low
            ? await ResumeAsync($"queue:{queue}", caller, rules, access, cancellationToken)
            : (ErrorResult)ApiError.NotFound("queue", queue);

    private static async Task<Results<Ok<RuleAnswer>, ErrorResult>> ChangeAsync(
        string key, Caller caller, RuleAccess access, string[] blamed, Func<string, Task<QueueRule?>> change, CancellationToken cancellationToken)
    {
        RuleKey parsed;
        try
        {
            // The server leaves an encoded slash as it is, so that it does not part the path.
            parsed = RuleKey.Parse(key.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        }
        catch (ArgumentException refusal)
        {
            return (ErrorResult)ApiError.Invalid(refusal, "path", "key");
        }

        if (await access.RefusalAsync(caller, parsed, cancellationToken) is { } refused)
            return (ErrorResult)refused;
        try
        {
            return TypedResults.Ok(RuleAnswer.From(parsed.ToString(), await change(parsed.ToString())));
        }
        catch (ArgumentException refusal)
        {
            return (ErrorResult)ApiError.Invalid(refusal, blamed);
        }
    }

    /// <summary>Any number; the room says which periods there are.</summary>
    private static TimeSpan Seconds(double seconds) =>
        double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(365).TotalSeconds)) : TimeSpan.Zero;
}
