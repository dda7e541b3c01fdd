using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Jobs;

/// <summary>Which jobs, named or by filter. A member that is not known is refused: a filter that is mistyped fits everything.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal record BulkBody
{
    /// <summary>These jobs; either this or <see cref="Filter"/>.</summary>
    [MaxLength(JobSelection.MaxIds, ErrorMessage = "ids holds 10000 jobs at most."), MinLength(1, ErrorMessage = "ids names no job.")]
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>All jobs that it fits.</summary>
    public BulkFilter? Filter { get; init; }

    /// <summary>Changes nothing and answers how many jobs it would look at.</summary>
    public bool DryRun { get; init; }
}

/// <summary>Body of a bulk cancellation.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BulkCancelBody : BulkBody
{
    /// <summary>Kept with every job.</summary>
    [StringLength(500)]
    public string? Reason { get; init; }
}

/// <summary>Body of a bulk move.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BulkMoveBody : BulkBody
{
    /// <summary>Where to: <c>high</c> or <c>low</c>.</summary>
    [Required, RegularExpression(JobEndpoints.QueuesPattern, ErrorMessage = "queue must be one of " + JobEndpoints.QueuesPattern + ".")]
    public string? Queue { get; init; }
}

/// <summary>What the jobs have in common; what is left out does not restrict.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BulkFilter
{
    [RegularExpression(JobEndpoints.StatesPattern, ErrorMessage = "state must be one of " + JobEndpoints.StatesPattern + ".")]
    public string? State { get; init; }

    [RegularExpression(JobEndpoints.QueuesPattern, ErrorMessage = "queue must be one of " + JobEndpoints.QueuesPattern + ".")]
    public string? Queue { get; init; }

    [StringLength(JobEndpoints.WordLength)]
    public string? Kind { get; init; }

    [StringLength(JobEndpoints.WordLength)]
    public string? SubjectId { get; init; }

    [StringLength(JobEndpoints.WordLength)]
    public string? Connector { get; init; }

    [StringLength(JobEndpoints.WordLength)]
    public string? ErrorCode { get; init; }

    /// <summary>Part of the error message or the subject.</summary>
    [StringLength(JobEndpoints.WordLength, MinimumLength = 1)]
    public string? Text { get; init; }

    /// <summary>Goes on where an answer before stopped: its <c>continue_after_id</c>.</summary>
    [Range(1, long.MaxValue)]
    public long? AfterId { get; init; }
}

/// <summary>What became of many jobs.</summary>
internal sealed record BulkAnswer : Answer
{
    /// <summary>Nothing was changed; only <see cref="Matched"/> tells something.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Jobs looked at.</summary>
    public required long Matched { get; init; }

    /// <summary>False when there may be more than that.</summary>
    public required bool MatchedIsExact { get; init; }

    public required long Changed { get; init; }

    public required long Refused { get; init; }

    /// <summary>Refused jobs by reason.</summary>
    public required IReadOnlyDictionary<string, long> Refusals { get; init; }

    /// <summary>There may be more: ask again with this as <c>filter.after_id</c>. Null when all is done.</summary>
    public required long? ContinueAfterId { get; init; }

    internal static BulkAnswer From(BulkResult result) => new()
    {
        DryRun = false,
        Matched = result.Matched,
        MatchedIsExact = result.ContinueAfterId is null,
        Changed = result.Changed,
        Refused = result.Refused,
        Refusals = result.Refusals,
        ContinueAfterId = result.ContinueAfterId,
    };

    internal static BulkAnswer From(BulkCount count) => new()
    {
        DryRun = true,
        Matched = count.Matched,
        MatchedIsExact = count.IsExact,
        Changed = 0,
        Refused = 0,
        Refusals = new Dictionary<string, long>(),
        ContinueAfterId = null,
    };
}
