using System.Text.Json;

namespace ScaiDrive.Connectors;

/// <summary>What an admin asks for: a source, and the place in a share that follows it.</summary>
public sealed record NewConnector
{
    /// <summary>Which source; one of <see cref="ConnectorTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Shown to people. Default empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Settings of the source as a JSON object in snake_case; for a folder <c>{"root": "/srv/files"}</c>.</summary>
    public required JsonElement Settings { get; init; }

    /// <summary>Only files that match one of these are mirrored. Empty (default): all. See <see cref="Filtering.PathFilter"/>.</summary>
    public IReadOnlyList<string> IncludePatterns { get; init; } = [];

    /// <summary>Files and directories that match one of these are left out. Default <see cref="Filtering.PathFilter.DefaultExcludes"/>.</summary>
    public IReadOnlyList<string> ExcludePatterns { get; init; } = Filtering.PathFilter.DefaultExcludes;

    /// <summary>Whether patterns take <c>*.PDF</c> and <c>*.pdf</c> for the same. Default true.</summary>
    public bool PatternsIgnoreCase { get; init; } = true;

    /// <summary>The share that follows the source.</summary>
    public required string TargetShareId { get; init; }

    /// <summary>Where in the share, from its root, with a leading slash; created when missing. Default <c>/</c>.</summary>
    public string TargetPath { get; init; } = "/";

    /// <summary>The user in whose name files are written.</summary>
    public required string OwnerId { get; init; }

    /// <summary>Minutes between two passes. Default 15.</summary>
    public int SyncIntervalMinutes { get; init; } = 15;

    /// <summary>How the two sides are kept in step. Default: the share follows the source.</summary>
    public SyncRules Rules { get; init; } = new();

    /// <summary>What the source asks for to let us in, such as a password; kept encrypted, never given back. Default null: it asks for nothing.</summary>
    public string? Secret { get; init; }
}

/// <summary>A connector as stored.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="Id"><c>cnn_</c> and a sortable random part.</param>
/// <param name="Type">Which source; see <see cref="ConnectorTypes"/>.</param>
/// <param name="Name">Shown to people.</param>
/// <param name="Description">Shown to people; may be empty.</param>
/// <param name="Settings">Settings of the source, a JSON object.</param>
/// <param name="IncludePatterns">Only these files; empty is all.</param>
/// <param name="ExcludePatterns">Not these files and directories.</param>
/// <param name="PatternsIgnoreCase">Whether patterns ignore case.</param>
/// <param name="TargetShareId">The share that follows the source.</param>
/// <param name="TargetPath">Where in the share; starts with a slash.</param>
/// <param name="OwnerId">The user in whose name files are written.</param>
/// <param name="SyncIntervalMinutes">Minutes between two passes.</param>
/// <param name="Status">One of <see cref="ConnectorStatus"/>.</param>
/// <param name="StatusMessage">Why the last pass failed, or why it is paused; null when all is well.</param>
/// <param name="ErrorCount">Items that failed in the last finished pass.</param>
/// <param name="LastSyncAt">End of the last pass that went through; null before the first.</param>
/// <param name="TotalFilesSynced">Files added or updated over all passes.</param>
/// <param name="TotalBytesSynced">Bytes read for them.</param>
/// <param name="RootIdentity">The root as the last complete pass saw it; null before the first.</param>
/// <param name="Rules">How the two sides are kept in step.</param>
/// <param name="HasSecret">Whether a password or key is kept for it.</param>
/// <param name="CreatedAt">When it was set up.</param>
/// <param name="UpdatedAt">When a setting last changed.</param>
public sealed record Connector(
    string TenantId,
    string Id,
    string Type,
    string Name,
    string Description,
    JsonElement Settings,
    IReadOnlyList<string> IncludePatterns,
    IReadOnlyList<string> ExcludePatterns,
    bool PatternsIgnoreCase,
    string TargetShareId,
    string TargetPath,
    string OwnerId,
    int SyncIntervalMinutes,
    string Status,
    string? StatusMessage,
    long ErrorCount,
    DateTimeOffset? LastSyncAt,
    long TotalFilesSynced,
    long TotalBytesSynced,
    string? RootIdentity,
    SyncRules Rules,
    bool HasSecret,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>The types of connector.</summary>
public static class ConnectorTypes
{
    /// <summary>A directory of the machine that runs the worker.</summary>
    public const string Folder = "folder";

    /// <summary>A share of an SMB server.</summary>
    public const string Smb = "smb";
}

/// <summary>What a connector is doing.</summary>
public static class ConnectorStatus
{
    /// <summary>Waiting for its next pass.</summary>
    public const string Idle = "idle";

    /// <summary>A pass is going on.</summary>
    public const string Syncing = "syncing";

    /// <summary>Stopped by a person until resumed.</summary>
    public const string Paused = "paused";

    /// <summary>The last pass failed as a whole; the next one tries again.</summary>
    public const string Error = "error";
}
