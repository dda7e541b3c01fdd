using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Jobs;

/// <summary>Why a job is where it is.</summary>
internal sealed record WhyAnswer : Answer
{
    public required long JobId { get; init; }

    public required string State { get; init; }

    /// <summary>Stable code of the decisive reason.</summary>
    public required string Reason { get; init; }

    /// <summary>The same for a person.</summary>
    public required string Sentence { get; init; }

    /// <summary>All that holds, the decisive one first.</summary>
    public required IReadOnlyList<CauseItem> Causes { get; init; }

    /// <summary>Who stands in line besides; null for a job that is not in line.</summary>
    public required LineItem? Line { get; init; }

    public required int Attempt { get; init; }

    public required int MaxAttempts { get; init; }

    public required JobProgress? Progress { get; init; }

    internal static WhyAnswer From(JobExplanation explanation) => new()
    {
        JobId = explanation.Job.Id,
        State = explanation.Job.State,
        Reason = explanation.Reason,
        Sentence = explanation.Sentence,
        Causes = [.. explanation.Causes.Select(cause => new CauseItem(
            cause.Reason, cause.Sentence, cause.Key, cause.By, cause.Note, cause.ErrorCode, cause.Since, cause.Until,
            cause.MaxRunning, cause.Running, cause.Worker, cause.HeartbeatAgeSeconds, cause.Workers, cause.Slots))],
        Line = explanation.Line is { } line
            ? new LineItem(
                line.Ahead, line.AheadIsExact,
                [.. line.SameTenant.Select(lane => new LaneItem(lane.Queue, lane.Kind, lane.Connector, lane.LimitKey, lane.Waiting))], line.OtherTenants)
            : null,
        Attempt = explanation.Job.Attempt,
        MaxAttempts = explanation.Job.MaxAttempts,
        Progress = JobProgress.From(explanation.Job),
    };
}

/// <summary>One reason and its facts; null where a fact does not belong to the reason.</summary>
internal sealed record CauseItem(
    string Reason, string Sentence, string? Key, string? By, string? Note, string? ErrorCode, DateTimeOffset? Since, DateTimeOffset? Until,
    int? MaxRunning, long? Running, string? Worker, double? HeartbeatAgeSeconds, int? Workers, int? Slots);

/// <summary>Who stands in line beside a job.</summary>
/// <param name="Ahead">Jobs before it in its own lane.</param>
/// <param name="AheadIsExact">False when there are more.</param>
/// <param name="SameTenant">Other lanes of its tenant, which take turns with it.</param>
/// <param name="OtherTenants">Waiting jobs of all other tenants.</param>
internal sealed record LineItem(long Ahead, bool AheadIsExact, IReadOnlyList<LaneItem> SameTenant, long OtherTenants);

/// <summary>Jobs of one tenant that are alike in queue, kind, connector and limit key.</summary>
internal sealed record LaneItem(string Queue, string Kind, string? Connector, string? LimitKey, long Waiting);
