using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>Directions as the API calls them: by the type of the source.</summary>
internal static class DirectionNames
{
    private const string Bidirectional = "bidirectional";

    internal static IReadOnlyList<string> Of(string type) => [ToScaiDrive(type), FromScaiDrive(type), Bidirectional];

    internal static string Of(string type, SyncDirection direction) => direction switch
    {
        SyncDirection.ToScaiDrive => ToScaiDrive(type),
        SyncDirection.FromScaiDrive => FromScaiDrive(type),
        _ => Bidirectional,
    };

    /// <summary>Null for a name that is not known.</summary>
    internal static SyncDirection? Parse(string type, string name) =>
        name == ToScaiDrive(type) ? SyncDirection.ToScaiDrive
        : name == FromScaiDrive(type) ? SyncDirection.FromScaiDrive
        : name == Bidirectional ? SyncDirection.Bidirectional
        : null;

    private static string ToScaiDrive(string type) => $"{type}_to_scaidrive";

    private static string FromScaiDrive(string type) => $"scaidrive_to_{type}";
}

/// <summary>Conflict strategies as the API calls them.</summary>
internal static class ResolutionNames
{
    internal const string Pattern = "LAST_WRITER_WINS|KEEP_BOTH|MANUAL|SERVER_WINS|CLIENT_WINS";

    internal static string Of(ConflictResolution resolution) => resolution switch
    {
        ConflictResolution.LastWriterWins => "LAST_WRITER_WINS",
        ConflictResolution.KeepBoth => "KEEP_BOTH",
        ConflictResolution.Manual => "MANUAL",
        ConflictResolution.ServerWins => "SERVER_WINS",
        _ => "CLIENT_WINS",
    };

    internal static ConflictResolution Parse(string name) => Enum.GetValues<ConflictResolution>().First(resolution => Of(resolution) == name);
}
