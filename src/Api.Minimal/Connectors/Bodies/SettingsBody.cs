using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>How gently the source is treated, and when a run stops and asks. Left out or null: the default.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal record SettingsBody
{
    /// <summary>Seconds that the listing of one directory may take; beyond, that directory is a problem and the others go on. Default 300.</summary>
    [Range(1, 86_400)]
    public int? DirectoryTimeoutSeconds { get; init; }

    /// <summary>Seconds that any other answer of the source may take. Default 60.</summary>
    [Range(1, 3_600)]
    public int? RequestTimeoutSeconds { get; init; }

    /// <summary>Files read at the same time, each on a connection of its own. Default 4.</summary>
    [Range(1, 32)]
    public int? ParallelFiles { get; init; }

    /// <summary>Requests on their way at the same time, over all connections. Default 8.</summary>
    [Range(1, 256)]
    public int? MaxRequestsInFlight { get; init; }

    /// <summary>Bytes per second, both ways together; null (default) is as fast as it goes.</summary>
    [Range(1024, long.MaxValue)]
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Times in which the source is left alone by all runs but those that somebody asks for. Default none.</summary>
    [MaxLength(50)]
    public IReadOnlyList<QuietHoursBody?>? QuietHours { get; init; }

    /// <summary>Share of the mirrored files, in percent, above which a run that would delete them stops and asks; 100 never asks. Default 20.</summary>
    [Range(0, 100)]
    public int? MassDeletePercent { get; init; }

    /// <summary>Deletions up to this number never ask. Default 100.</summary>
    [Range(0, int.MaxValue)]
    public int? MassDeleteFiles { get; init; }

    /// <summary>Whether the source tells of changes between runs, where it can. Default true.</summary>
    public bool? WatchForChanges { get; init; }

    /// <summary>Hours between two full readings of the permissions. Default 24.</summary>
    [Range(1, 8_760)]
    public int? PermissionSweepHours { get; init; }

    internal SyncRules Into(SyncRules rules)
    {
        var usual = new SyncRules();
        return rules with
        {
            DirectoryTimeoutSeconds = DirectoryTimeoutSeconds ?? usual.DirectoryTimeoutSeconds,
            RequestTimeoutSeconds = RequestTimeoutSeconds ?? usual.RequestTimeoutSeconds,
            ParallelFiles = ParallelFiles ?? usual.ParallelFiles,
            MaxRequestsInFlight = MaxRequestsInFlight ?? usual.MaxRequestsInFlight,
            MaxBytesPerSecond = MaxBytesPerSecond,
            QuietHours = [.. (QuietHours ?? []).Select(one => one!.ToHours())],
            MassDeletePercent = MassDeletePercent ?? usual.MassDeletePercent,
            MassDeleteFiles = MassDeleteFiles ?? usual.MassDeleteFiles,
            WatchForChanges = WatchForChanges ?? usual.WatchForChanges,
            PermissionSweepHours = PermissionSweepHours ?? usual.PermissionSweepHours,
        };
    }

    internal static T From<T>(T body, SyncRules rules)
        where T : SettingsBody => body with
        {
            DirectoryTimeoutSeconds = rules.DirectoryTimeoutSeconds,
            RequestTimeoutSeconds = rules.RequestTimeoutSeconds,
            ParallelFiles = rules.ParallelFiles,
            MaxRequestsInFlight = rules.MaxRequestsInFlight,
            MaxBytesPerSecond = rules.MaxBytesPerSecond,
            QuietHours = [.. rules.QuietHours.Select(QuietHoursBody.Of)],
            MassDeletePercent = rules.MassDeletePercent,
            MassDeleteFiles = rules.MassDeleteFiles,
            WatchForChanges = rules.WatchForChanges,
            PermissionSweepHours = rules.PermissionSweepHours,
        };

    internal IEnumerable<FieldFault> Faults()
    {
        foreach (var fault in RequestValidation.Faults(this, "body", "settings"))
            yield return fault;
        for (var i = 0; i < (QuietHours?.Count ?? 0); i++)
        {
            if ((QuietHours![i] is { } one ? QuietTimes.FaultOf(one.ToHours()) : "It must not be null.") is { } fault)
                yield return new FieldFault(["body", "settings", "quiet_hours", $"{i}"], fault, "value_error");
        }
    }
}
