using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;

namespace ScaiDrive.Api.Minimal.Audit;

/// <summary>What happened that somebody may have to answer for.</summary>
internal static class AuditEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapAudit() =>
            routes.MapGet("/admin/audit", ListAsync).RequireScope(Scope.TenantAdmin).WithTags("Audit").WithName("ListAuditEvents").WithSummary("Audit events of the tenant, newest first")
                .WithDescription("Pages by key: pass next_before_id of the answer as before_id. action may end with a dot to mean all that begin so.");
    }

    internal static async Task<Results<Ok<AuditAnswer>, ErrorResult>> ListAsync(
        string? category, string? severity, string? action,
        [FromQuery(Name = "target_id")] string? targetId,
        [FromQuery(Name = "actor_id")] string? actorId,
        DateTimeOffset? from, DateTimeOffset? to,
        [FromQuery(Name = "before_id")] string? beforeId,
        Caller caller, AuditLog audit, CancellationToken cancellationToken,
        [Range(1, 500)] int limit = 100)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)ApiError.Denied("Only an admin may read audit events.");
        if (Unknown("category", category, AuditCategories.All) is { } unknown || (unknown = Unknown("severity", severity, AuditSeverities.All)) is not null)
            return (ErrorResult)ApiError.Invalid(unknown);
        var events = await audit.ListAsync(
            caller.TenantId, new AuditFilter(category, severity, action, targetId, actorId, from, to, beforeId), limit, cancellationToken);
        return TypedResults.Ok(new AuditAnswer
        {
            Events = [.. events.Select(AuditItem.From)],
            NextBeforeId = events.Count == limit ? events[^1].Id : null,
        });
    }

    private static FieldFault? Unknown(string name, string? value, IReadOnlyList<string> known) =>
        value is null || known.Contains(value) ? null : new(["query", name], $"{name} is one of {string.Join(", ", known)}.", "value_error");
}

/// <summary>A page of audit events.</summary>
internal sealed record AuditAnswer : Answer
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<AuditItem> Events { get; init; }

    /// <summary>Where the next page begins; null on the last.</summary>
    public required string? NextBeforeId { get; init; }
}

/// <summary>One event.</summary>
/// <param name="Id">Newer ones sort later.</param>
/// <param name="At">When it happened.</param>
/// <param name="Category">Of which kind.</param>
/// <param name="Action">What happened.</param>
/// <param name="Severity">How grave.</param>
/// <param name="ActorId">Who did it; null: the system.</param>
/// <param name="TargetType">To what kind of thing.</param>
/// <param name="TargetId">To which.</param>
/// <param name="Details">Facts of its own.</param>
internal sealed record AuditItem(
    string Id, DateTimeOffset At, string Category, string Action, string Severity, string? ActorId, string? TargetType, string? TargetId, JsonElement Details)
{
    internal static AuditItem From(AuditEvent one) => new(
        one.Id, one.At, one.Category, one.Action, one.Severity, one.ActorId, one.TargetType, one.TargetId, JsonSerializer.Deserialize<JsonElement>(one.DetailsJson));
}
