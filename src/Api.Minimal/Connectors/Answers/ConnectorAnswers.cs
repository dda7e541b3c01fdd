using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Connectors.Bodies;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors.Answers;

/// <summary>The connectors of a tenant.</summary>
internal sealed record ConnectorsAnswer : Answer
{
    public required IReadOnlyList<ConnectorAnswer> Connectors { get; init; }

    public required long Total { get; init; }
}

/// <summary>A connector, apart from what belongs to its type.</summary>
[JsonDerivedType(typeof(SmbConnectorAnswer))]
[JsonDerivedType(typeof(FolderConnectorAnswer))]
internal record ConnectorAnswer : Answer
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required string TargetShareId { get; init; }

    public required string TargetPath { get; init; }

    public required string SyncDirection { get; init; }

    public required bool SyncPermissions { get; init; }

    public required bool SyncHiddenFiles { get; init; }

    public required bool SyncSystemFiles { get; init; }

    public required PatternsBody IncludePatterns { get; init; }

    public required PatternsBody ExcludePatterns { get; init; }

    public required string ConflictResolution { get; init; }

    public required int SyncIntervalMinutes { get; init; }

    /// <summary><c>idle</c>, <c>syncing</c>, <c>paused</c> or <c>error</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is paused, why the last run failed and what to do, or until when the source is left alone; null when all is well.</summary>
    public required string? StatusMessage { get; init; }

    /// <summary>Items that failed in the last finished run.</summary>
    public required long ErrorCount { get; init; }

    /// <summary>End of the last run that went through.</summary>
    public required DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>When the schedule starts the next run; null while paused.</summary>
    public required DateTimeOffset? NextSyncAt { get; init; }

    public required long TotalFilesSynced { get; init; }

    public required long TotalBytesSynced { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static ConnectorAnswer From(Connector connector, DateTimeOffset? nextSyncAt, DateTimeOffset now)
    {
        var body = ConnectorBody.From(connector);
        var common = new ConnectorAnswer
        {
            Id = connector.Id,
            Type = connector.Type,
            Name = connector.Name,
            Description = connector.Description,
            TargetShareId = connector.TargetShareId,
            TargetPath = connector.TargetPath,
            SyncDirection = body.SyncDirection!,
            SyncPermissions = connector.Rules.SyncPermissions,
            SyncHiddenFiles = connector.Rules.SyncHiddenFiles,
            SyncSystemFiles = connector.Rules.SyncSystemFiles,
            IncludePatterns = body.IncludePatterns!,
            ExcludePatterns = body.ExcludePatterns!,
            ConflictResolution = body.ConflictResolution!,
            SyncIntervalMinutes = connector.SyncIntervalMinutes,
            Status = connector.Status,
            StatusMessage = connector.StatusMessage ?? QuietMessage(connector, now),
            ErrorCount = connector.ErrorCount,
            LastSyncAt = connector.LastSyncAt,
            NextSyncAt = nextSyncAt,
            TotalFilesSynced = connector.TotalFilesSynced,
            TotalBytesSynced = connector.TotalBytesSynced,
            CreatedAt = connector.CreatedAt,
            UpdatedAt = connector.UpdatedAt,
        };
        return body switch
        {
            SmbConnectorBody smb => new SmbConnectorAnswer(common, smb, connector.HasSecret),
            FolderConnectorBody folder => new FolderConnectorAnswer(common, folder),
            _ => common,
        };
    }

    private static string? QuietMessage(Connector connector, DateTimeOffset now) =>
        QuietTimes.EndOfRest(connector.Rules.QuietHours, now) is { } until
            ? $"{ConnectorCodes.QuietHours}: the source is left alone until {UtcText.Of(until)}. A run that is asked for by hand is made at once."
            : null;
}

/// <summary>A connector to an SMB share. Its password or keytab is never shown.</summary>
internal sealed record SmbConnectorAnswer : ConnectorAnswer
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal SmbConnectorAnswer(ConnectorAnswer common, SmbConnectorBody smb, bool hasSecret)
        : base(common)
    {
        (ServerHost, ServerPort, ShareName, BasePath) = (smb.ServerHost, smb.ServerPort!.Value, smb.ShareName, smb.BasePath!);
        (Domain, Username, HasPassword, Settings) = (smb.Domain!, smb.Username!, hasSecret, smb.Settings!);
    }

    public string? ServerHost { get; init; }

    public int ServerPort { get; init; }

    public string? ShareName { get; init; }

    public string BasePath { get; init; }

    public string Domain { get; init; }

    public string Username { get; init; }

    /// <summary>Whether a password or keytab is kept.</summary>
    public bool HasPassword { get; init; }

    public SmbSettingsBody Settings { get; init; }
}

/// <summary>A connector to a folder.</summary>
internal sealed record FolderConnectorAnswer : ConnectorAnswer
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal FolderConnectorAnswer(ConnectorAnswer common, FolderConnectorBody folder)
        : base(common) => (Root, Settings) = (folder.Root, folder.Settings!);

    public string? Root { get; init; }

    public SettingsBody Settings { get; init; }
}
