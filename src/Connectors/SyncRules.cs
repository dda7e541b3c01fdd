namespace ScaiDrive.Connectors;

/// <summary>Which side follows which.</summary>
public enum SyncDirection
{
    /// <summary>The share follows the source, which is never written to.</summary>
    ToScaiDrive,

    /// <summary>The source follows the share.</summary>
    FromScaiDrive,

    /// <summary>Each follows the other; what both changed is a conflict.</summary>
    Bidirectional,
}

/// <summary>What becomes of a file that both sides changed since the last pass. The server is ScaiDrive, the client is the source. Whatever loses its
/// name or content is kept: as an older version in ScaiDrive, or as a copy beside it.</summary>
public enum ConflictResolution
{
    /// <summary>The side whose content changed last.</summary>
    LastWriterWins,

    /// <summary>The source keeps the name, the content of ScaiDrive goes on as a copy beside it, on both sides.</summary>
    KeepBoth,

    /// <summary>Neither side is touched until a person decides; other files go on.</summary>
    Manual,

    /// <summary>ScaiDrive's.</summary>
    ServerWins,

    /// <summary>That of the source.</summary>
    ClientWins,
}

/// <summary>How the two sides of a connector are kept in step, and how gently the source is treated.</summary>
public sealed record SyncRules
{
    /// <summary>Which side follows which. Default: the share follows the source.</summary>
    public SyncDirection Direction { get; init; } = SyncDirection.ToScaiDrive;

    /// <summary>What becomes of a file that both sides changed. Default: the side that changed last.</summary>
    public ConflictResolution ConflictResolution { get; init; } = ConflictResolution.LastWriterWins;

    /// <summary>Whether the permissions of the source decide, beside those of ScaiDrive, who finds and reads a file. Default false.</summary>
    public bool SyncPermissions { get; init; }

    /// <summary>Whether entries that the source marks as hidden are mirrored. Default false.</summary>
    public bool SyncHiddenFiles { get; init; }

    /// <summary>Whether entries that the source marks as belonging to the system are mirrored. Default false.</summary>
    public bool SyncSystemFiles { get; init; }

    /// <summary>Whether the source tells of changes between passes, where it can. Default true.</summary>
    public bool WatchForChanges { get; init; } = true;

    /// <summary>Share of the mirrored files, in percent, above which a pass that would delete them stops and asks. 100 never asks. Default 20.</summary>
    public int MassDeletePercent { get; init; } = 20;

    /// <summary>Deletions up to this number never ask, whatever their share. Default 100.</summary>
    public int MassDeleteFiles { get; init; } = 100;

    /// <summary>Seconds that the listing of one directory may take; beyond, it is a problem of that directory alone. Default 300.</summary>
    public int DirectoryTimeoutSeconds { get; init; } = 300;

    /// <summary>Seconds that any other answer of the source may take. Default 60.</summary>
    public int RequestTimeoutSeconds { get; init; } = 60;

    /// <summary>Connections to the source, and so files read at the same time. Default 4.</summary>
    public int ParallelFiles { get; init; } = 4;

    /// <summary>Requests on their way to the source at the same time, over all connections. Default 8.</summary>
    public int MaxRequestsInFlight { get; init; } = 8;

    /// <summary>Bytes per second read from and written to the source; null (default) is as fast as it goes.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Times of the week in which the source is left alone. Default none.</summary>
    public IReadOnlyList<QuietHours> QuietHours { get; init; } = [];

    /// <summary>Hours between two full readings of the permissions; in between those are read that changed. Default 24.</summary>
    public int PermissionSweepHours { get; init; } = 24;
}

/// <summary>A time of the day, on some days, in which a source is left alone.</summary>
/// <param name="From">Local time of its begin, <c>HH:mm</c>.</param>
/// <param name="To">Local time of its end; at or before <paramref name="From"/> it is the next day's.</param>
/// <param name="Days">Days of its begin, <c>mon</c> to <c>sun</c>; empty is every day.</param>
/// <param name="TimeZone">An IANA zone such as <c>Europe/Berlin</c>. Default UTC.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To, IReadOnlyList<string> Days, string TimeZone = "UTC");
