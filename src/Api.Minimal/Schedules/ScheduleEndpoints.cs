using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Schedules;

/// <summary>The operator's view of schedules: list, set up, change, stop, try.</summary>
internal static class ScheduleEndpoints
{
    private const string StatesPattern = "active|paused|ended";
    private const int MaxPreview = 100;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapSchedules()
        {
            var schedules = routes.MapGroup("/admin/schedules").WithTags("Schedules").RequireScope(Scope.TenantAdmin);
            schedules.MapGet("", ListAsync).WithName("ListSchedules").WithSummary("Schedules, newest first, page by page")
                .WithDescription("Pages by key: pass next_after_id of one page as after_id of the next. Null means that there is no further page.");
            schedules.MapPost("", CreateAsync).WithName("CreateSchedule").WithSummary("Set up a schedule");
            schedules.MapGet("/{schedule_id}", GetAsync).WithName("GetSchedule").WithSummary("One schedule: what it enqueues, when it fires next, what its last fire did");
            schedules.MapPatch("/{schedule_id}", ChangeAsync).WithName("ChangeSchedule").WithSummary("Change some fields of a schedule")
                .WithDescription("Takes the fields of CreateSchedule. A field that is given replaces the present one, null takes it away, and what is left out stays. "
                    + "Without a new timing the schedule fires next when it would have.");
            schedules.MapDelete("/{schedule_id}", DeleteAsync).WithName("DeleteSchedule").WithSummary("Remove a schedule; jobs it has enqueued stay");
            schedules.MapPost("/{schedule_id}/run", RunAsync).WithName("RunSchedule").WithSummary("Enqueue its job now; the next fire stays where it is");
            schedules.MapPost("/{schedule_id}/pause", PauseAsync).WithName("PauseSchedule").WithSummary("Stop a schedule, perhaps until a time")
                .WithDescription("Fires that fall into the pause are dropped.");
            schedules.MapPost("/{schedule_id}/resume", ResumeAsync).WithName("ResumeSchedule").WithSummary("Let a paused schedule go on with its next fire from now");
            schedules.MapGet("/{schedule_id}/preview", PreviewAsync).WithName("PreviewSchedule").WithSummary("The next fires of a schedule");
            routes.MapPost("/admin/schedule-preview", PreviewTimingAsync).RequireScope(Scope.TenantAdmin).WithTags("Schedules").WithName("PreviewTiming")
                .WithSummary("The next fires of a timing that is not saved, as if it were set up now");
        }
    }

    internal static async Task<Ok<SchedulesAnswer>> ListAsync(
        [RegularExpression(StatesPattern, ErrorMessage = "state must be one of " + StatesPattern + ".")] string? state,
        string? kind,
        string? connector,
        [FromQuery(Name = "after_id")] string? afterId,
        Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken,
        [Range(1, 500)] int limit = 50)
    {
        var page = await schedules.ListAsync(
            new ScheduleFilter { TenantId = caller.TenantId, State = state, Kind = kind, Connector = connector, AfterId = afterId, Limit = limit }, cancellationToken);
        return TypedResults.Ok(new SchedulesAnswer { Schedules = [.. page.Schedules.Select(ScheduleAnswer.From)], NextAfterId = page.NextAfterId });
    }

    internal static async Task<Created<ScheduleAnswer>> CreateAsync(
        [FromBody] ScheduleBody body, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken)
    {
        var schedule = await schedules.CreateAsync(caller.TenantId, body.ToDefinition(), cancellationToken);
        return TypedResults.Created($"/api/v1/admin/schedules/{schedule.Id}", ScheduleAnswer.From(schedule));
    }

    internal static async Task<Results<Ok<ScheduleAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "schedule_id")] string id, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken) =>
        Found(id, await schedules.FindAsync(caller.TenantId, id, cancellationToken));

    internal static async Task<Results<Ok<ScheduleAnswer>, ErrorResult>> ChangeAsync(
        [FromRoute(Name = "schedule_id")] string id, [FromBody] JsonObject body, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken)
    {
        try
        {
            return Found(id, await schedules.UpdateAsync(
                caller.TenantId, id, definition => ScheduleBody.From(definition).With(body).ToDefinition(), cancellationToken));
        }
        catch (JsonException fault)
        {
            string[] field = fault.Path?.TrimStart('$').Split('.', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body", .. field], "The value has the wrong type.", "type_error"));
        }
    }

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "schedule_id")] string id, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken) =>
        await schedules.DeleteAsync(caller.TenantId, id, cancellationToken) ? TypedResults.NoContent() : (ErrorResult)NoSuchSchedule(id);

    internal static async Task<Results<Accepted<RunNowAnswer>, ErrorResult>> RunAsync(
        [FromRoute(Name = "schedule_id")] string id, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken) =>
        await schedules.RunNowAsync(caller.TenantId, id, cancellationToken) switch
        {
            null => (ErrorResult)NoSuchSchedule(id),
            { JobId: { } job } => TypedResults.Accepted($"/api/v1/admin/jobs/{job}", new RunNowAnswer { JobId = job }),
            { Refusal: FireSkips.PreviousUnfinished } => (ErrorResult)new ApiError(
                409, ErrorCodes.Conflict, $"The last job of schedule {id} is not finished, and its overlap policy is skip. Wait for that job, or cancel it."),
            _ => (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"A job with the unique key of schedule {id} is not finished. Wait for that job, or cancel it."),
        };

    internal static async Task<Results<Ok<ScheduleAnswer>, ErrorResult>> PauseAsync(
        [FromRoute(Name = "schedule_id")] string id, [FromBody] PauseBody body, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken) =>
        Found(id, await schedules.PauseAsync(caller.TenantId, id, new SchedulePause(caller.UserId, body.Reason, body.Until), cancellationToken));

    internal static async Task<Results<Ok<ScheduleAnswer>, ErrorResult>> ResumeAsync(
        [FromRoute(Name = "schedule_id")] string id, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken) =>
        Found(id, await schedules.ResumeAsync(caller.TenantId, id, cancellationToken));

    internal static async Task<Results<Ok<FiresAnswer>, ErrorResult>> PreviewAsync(
        [FromRoute(Name = "schedule_id")] string id, Caller caller, Queue.Schedules schedules, CancellationToken cancellationToken,
        [Range(1, MaxPreview)] int count = 10) =>
        await schedules.PreviewAsync(caller.TenantId, id, count, cancellationToken) is { } fires
            ? TypedResults.Ok(new FiresAnswer { Fires = fires })
            : (ErrorResult)NoSuchSchedule(id);

    internal static async Task<Ok<FiresAnswer>> PreviewTimingAsync(
        [FromBody] TimingBody body, Queue.Schedules schedules, CancellationToken cancellationToken, [Range(1, MaxPreview)] int count = 10) =>
        TypedResults.Ok(new FiresAnswer { Fires = await schedules.PreviewAsync(body.ToTiming(), count, cancellationToken) });

    private static Results<Ok<ScheduleAnswer>, ErrorResult> Found(string id, Schedule? schedule) =>
        schedule is null ? (ErrorResult)NoSuchSchedule(id) : TypedResults.Ok(ScheduleAnswer.From(schedule));

    private static ApiError NoSuchSchedule(string id) => ApiError.NotFound("schedule", id);
}
