using System.Text.Json;

namespace ScaiDrive.Drive.Audit;

/// <summary>Something that somebody may have to answer for.</summary>
/// <param name="TenantId">Where it happened.</param>
/// <param name="Category">One of <see cref="AuditCategories"/>.</param>
/// <param name="Action">What, such as <c>vectorization.provider_created</c>.</param>
/// <param name="Severity">One of <see cref="AuditSeverities"/>.</param>
public sealed record AuditEvent(string TenantId, string Category, string Action, string Severity)
{
    /// <summary><c>evt_…</c>, newer ones sort later; empty until it is written.</summary>
    public string Id { get; init; } = "";

    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Who did it; null: the system.</summary>
    public string? ActorId { get; init; }

    /// <summary>What kind of thing it was done to.</summary>
    public string? TargetType { get; init; }

    /// <summary>Which one.</summary>
    public string? TargetId { get; init; }

    /// <summary>Facts of its own, a JSON object. Never a secret.</summary>
    public string DetailsJson { get; init; } = "{}";

    /// <summary>Something a caller did, with the service that acted for them among the facts.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="category">One of <see cref="AuditCategories"/>.</param>
    /// <param name="action">What.</param>
    /// <param name="severity">One of <see cref="AuditSeverities"/>.</param>
    /// <param name="targetType">To what kind of thing.</param>
    /// <param name="targetId">To which.</param>
    /// <param name="facts">Its properties become the details, as they are written.</param>
    public static AuditEvent By(Caller caller, string category, string action, string severity, string targetType, string targetId, object facts)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var details = JsonSerializer.SerializeToNode(facts)!.AsObject();
        if (caller.ServiceAccount is { } service)
            details["service_account"] = service;
        return new(caller.TenantId, category, action, severity)
        {
            ActorId = caller.UserId,
            TargetType = targetType,
            TargetId = targetId,
            DetailsJson = details.ToJsonString(),
        };
    }
}

/// <summary>The categories of events, as auditors know them.</summary>
public static class AuditCategories
{
    /// <summary>Signing in and out.</summary>
    public const string Authentication = "AUTHENTICATION";

    /// <summary>Something was denied; a role or an access list changed.</summary>
    public const string Authorization = "AUTHORIZATION";

    /// <summary>A file was read.</summary>
    public const string FileAccess = "FILE_ACCESS";

    /// <summary>A file was changed.</summary>
    public const string FileModification = "FILE_MODIFICATION";

    /// <summary>A link or a member came or went.</summary>
    public const string Sharing = "SHARING";

    /// <summary>Settings changed.</summary>
    public const string Admin = "ADMIN";

    /// <summary>Something is wrong, or looks so.</summary>
    public const string Security = "SECURITY";

    /// <summary>Holds, retention, export.</summary>
    public const string Compliance = "COMPLIANCE";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Authentication, Authorization, FileAccess, FileModification, Sharing, Admin, Security, Compliance];
}

/// <summary>How grave an event is.</summary>
public static class AuditSeverities
{
    /// <summary>As it should be.</summary>
    public const string Info = "info";

    /// <summary>Somebody should look.</summary>
    public const string Warning = "warning";

    /// <summary>Somebody should look now.</summary>
    public const string Critical = "critical";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Info, Warning, Critical];
}

/// <summary>Which events to list; null: all.</summary>
/// <param name="Category">One of <see cref="AuditCategories"/>.</param>
/// <param name="Severity">One of <see cref="AuditSeverities"/>.</param>
/// <param name="Action">Exactly this, or all that begin so when it ends with a dot.</param>
/// <param name="TargetId">Done to this.</param>
/// <param name="ActorId">Done by this user.</param>
/// <param name="From">Not before.</param>
/// <param name="To">Before this time.</param>
/// <param name="BeforeId">Older than this event: the last of the page before.</param>
public sealed record AuditFilter(
    string? Category, string? Severity, string? Action, string? TargetId, string? ActorId, DateTimeOffset? From, DateTimeOffset? To, string? BeforeId);
