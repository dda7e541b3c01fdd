using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Workers.Host.Upping;

/// <summary>How a mirrored folder ended: every file is indexed, skipped with a reason, or failed.</summary>
/// <param name="Files">Files in the share.</param>
/// <param name="Indexed">Searchable by content.</param>
/// <param name="Skipped">Searchable by name only, each with a reason code.</param>
/// <param name="Failed">Given up after several attempts, or not handed out by the source.</param>
/// <param name="Seconds">From the start of the mirroring.</param>
/// <param name="SkippedByReason">Reason code to count.</param>
/// <param name="StageSeconds">Kind of job to seconds of work, all slots together.</param>
/// <param name="Problem">Why the mirroring as a whole failed, or null.</param>
internal sealed record IndexingSummary(
    long Files,
    long Indexed,
    long Skipped,
    long Failed,
    double Seconds,
    IReadOnlyDictionary<string, long> SkippedByReason,
    IReadOnlyDictionary<string, double> StageSeconds,
    string? Problem)
{
    /// <summary>The form other programs read: one line, snake_case, nulls left out.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
