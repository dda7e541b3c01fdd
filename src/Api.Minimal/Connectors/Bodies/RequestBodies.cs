using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>What a run shall do. Without a body: bring all in step.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SyncBody
{
    /// <summary>Shows what a run would do, and does nothing: its plan is at <c>jobs/{run_id}/plan</c>.</summary>
    public bool DryRun { get; init; }

    /// <summary>False looks only where the source told of changes since the last run. Default true: everything.</summary>
    public bool Full { get; init; } = true;

    /// <summary>How many deletions the run may make without asking again: the number that the stopped run names, or more.</summary>
    [Range(1, long.MaxValue)]
    public long? AllowedDeletes { get; init; }
}

/// <summary>Why a connector is paused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PauseConnectorBody
{
    /// <summary>Shown as <c>status_message</c>.</summary>
    [StringLength(500)]
    public string? Reason { get; init; }
}

/// <summary>What becomes of a conflict.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ResolveBody
{
    internal const string Choices = "server|client|both";

    /// <summary><c>server</c> (ScaiDrive), <c>client</c> (the source) or <c>both</c>. What loses is kept as an older version, in the trash, or beside it.</summary>
    [Required(ErrorMessage = "keep is required: " + Choices + ".")]
    [RegularExpression(Choices, ErrorMessage = "keep must be one of " + Choices + ".")]
    public string? Keep { get; init; }
}
