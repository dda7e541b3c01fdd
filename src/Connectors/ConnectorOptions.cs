using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Connectors;

/// <summary>What the operator allows connectors to do on this machine. Bound from <c>Connectors</c>.</summary>
public sealed record ConnectorOptions
{
    /// <summary>Directories that folder connectors may mirror, with everything below. Default none: folder connectors are refused.</summary>
    public IReadOnlyList<string> AllowedRoots { get; init; } = [];

    /// <summary>Directories that are never mirrored, wherever they lie; the product's own data directory belongs here. Default none.</summary>
    public IReadOnlyList<string> ExcludedDirectories { get; init; } = [];

    /// <summary>Directories whose files SMB connectors may name as Kerberos ticket cache, with everything below. Default none: ticket caches are refused.</summary>
    public IReadOnlyList<string> TicketCacheDirectories { get; init; } = [];

    /// <summary>Files per transaction at most. Default 200.</summary>
    [Range(1, 10_000)]
    public int BatchFiles { get; init; } = 200;

    /// <summary>Bytes of content per transaction, in bytes; one larger file is a transaction of its own. Default 32 MiB.</summary>
    [Range(1, long.MaxValue)]
    public long BatchBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Entries listed between two writes of the cursor, when nothing else is to be written. Default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int CheckpointEntries { get; init; } = 20_000;

    /// <summary>Rows of the snapshot compared at a time. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int SnapshotPage { get; init; } = 1_000;

    /// <summary>Largest file that is mirrored, in bytes; a larger one is a problem of its own. Default null: the tenant's limit alone.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>Files whose permissions one run reads again for the full reading that comes due every now and then; the next runs go on with it.
    /// What changed is always read. Default 100,000.</summary>
    [Range(1, int.MaxValue)]
    public int PermissionsPerRun { get; init; } = 100_000;

    /// <summary>Problems kept by name per pass; beyond that they are only counted. Default 10,000.</summary>
    [Range(0, 1_000_000)]
    public int KeptProblems { get; init; } = 10_000;

    /// <summary>Items other than problems kept by name per pass; beyond that they are only counted. Default 100,000.</summary>
    [Range(0, 10_000_000)]
    public int KeptItems { get; init; } = 100_000;
}
