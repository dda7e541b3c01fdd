using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Filtering;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>A connector as an admin writes it, apart from what belongs to one type of source. Left out or null: the default.</summary>
internal abstract record ConnectorBody
{
    /// <summary>The type of the source; goes without saying.</summary>
    [JsonPropertyName("type")]
    public string? TypeName { get; init; }

    /// <summary>Shown to people.</summary>
    [Required(ErrorMessage = "name is required.")]
    [StringLength(200, MinimumLength = 1, ErrorMessage = "name has 1 to 200 characters.")]
    public string? Name { get; init; }

    /// <summary>Shown to people.</summary>
    [StringLength(2000)]
    public string? Description { get; init; }

    /// <summary>The share that is kept in step. Cannot be changed.</summary>
    [Required(ErrorMessage = "target_share_id is required; GET /api/v1/shares lists the shares.")]
    public string? TargetShareId { get; init; }

    /// <summary>Where in the share; made by the first run when it is missing. Default <c>/</c>.</summary>
    [RegularExpression(@"/[^\x00]*", ErrorMessage = "target_path begins with a slash.")]
    [StringLength(4096)]
    public string? TargetPath { get; init; }

    /// <summary>Which side follows which; <c>bidirectional</c>, or the type of the source and <c>scaidrive</c> with <c>_to_</c> in between. Default: the
    /// share follows the source.</summary>
    public string? SyncDirection { get; init; }

    /// <summary>Whether the permissions of the source decide, too, who finds and reads a file. Default false.</summary>
    public bool? SyncPermissions { get; init; }

    /// <summary>Whether what the source marks as hidden is mirrored. Default false.</summary>
    public bool? SyncHiddenFiles { get; init; }

    /// <summary>Whether what the source marks as belonging to the system is mirrored. Default false.</summary>
    public bool? SyncSystemFiles { get; init; }

    /// <summary>Only these files; without any, all.</summary>
    public PatternsBody? IncludePatterns { get; init; }

    /// <summary>Not these files and directories. Default: lock files of office programs and what file browsers leave behind.</summary>
    public PatternsBody? ExcludePatterns { get; init; }

    /// <summary>What becomes of a file that both sides changed; the server is ScaiDrive, the client the source. Default <c>LAST_WRITER_WINS</c>.</summary>
    [RegularExpression(ResolutionNames.Pattern, ErrorMessage = "conflict_resolution must be one of " + ResolutionNames.Pattern + ".")]
    public string? ConflictResolution { get; init; }

    /// <summary>Minutes between two runs. Default 15.</summary>
    [Range(1, 525_600)]
    public int? SyncIntervalMinutes { get; init; }

    internal abstract string Type { get; }

    internal abstract SettingsBody? Limits { get; }

    /// <summary>Password or key, as it is kept; null when none is given.</summary>
    internal virtual string? Secret => null;

    /// <summary>Where the source is, as its type reads it. Never a secret.</summary>
    internal abstract JsonElement ToSettings();

    /// <summary>What is wrong with the members, one by one.</summary>
    internal virtual IEnumerable<FieldFault> Faults()
    {
        List<FieldFault> faults = [.. RequestValidation.Faults(this, "body"), .. Limits?.Faults() ?? []];
        if (TypeName is not null && TypeName != Type)
            faults.Add(new(["body", "type"], $"type must be {Type} here. SMB shares are set up at /api/v1/smb-connectors, folders at /api/v1/connectors.", "value_error"));
        if (SyncDirection is { } direction && DirectionNames.Parse(Type, direction) is null)
            faults.Add(new(["body", "sync_direction"], $"sync_direction must be one of {string.Join(", ", DirectionNames.Of(Type))}.", "value_error"));
        if (TargetPath?.Split('/').Any(part => part is "." or "..") == true)
            faults.Add(new(["body", "target_path"], "target_path must not hold '.' or '..'.", "value_error"));
        AddPatternFaults(faults, "include_patterns", IncludePatterns);
        AddPatternFaults(faults, "exclude_patterns", ExcludePatterns);
        return faults;
    }

    internal SyncRules ToRules() => (Limits ?? new SettingsBody()).Into(new SyncRules
    {
        Direction = SyncDirection is null ? ScaiDrive.Connectors.SyncDirection.ToScaiDrive : DirectionNames.Parse(Type, SyncDirection)!.Value,
        ConflictResolution = ConflictResolution is null ? ScaiDrive.Connectors.ConflictResolution.LastWriterWins : ResolutionNames.Parse(ConflictResolution),
        SyncPermissions = SyncPermissions ?? false,
        SyncHiddenFiles = SyncHiddenFiles ?? false,
        SyncSystemFiles = SyncSystemFiles ?? false,
    });

    internal NewConnector ToNew(string ownerId) => new()
    {
        Type = Type,
        Name = Name!.Trim(),
        Description = Description ?? "",
        Settings = ToSettings(),
        IncludePatterns = IncludePatterns?.ToList() ?? [],
        ExcludePatterns = ExcludePatterns?.ToList() ?? PathFilter.DefaultExcludes,
        TargetShareId = TargetShareId!,
        TargetPath = TargetPath ?? "/",
        OwnerId = ownerId,
        SyncIntervalMinutes = SyncIntervalMinutes ?? 15,
        Rules = ToRules(),
        Secret = Secret,
    };

    /// <summary>A stored connector with what this says.</summary>
    internal Connector ApplyTo(Connector connector)
    {
        var wanted = ToNew(connector.OwnerId);
        return connector with
        {
            Name = wanted.Name,
            Description = wanted.Description,
            Settings = wanted.Settings,
            IncludePatterns = wanted.IncludePatterns,
            ExcludePatterns = wanted.ExcludePatterns,
            TargetPath = wanted.TargetPath,
            SyncIntervalMinutes = wanted.SyncIntervalMinutes,
            Rules = wanted.Rules,
        };
    }

    /// <summary>A stored connector as it would be written now, without its secret.</summary>
    internal static ConnectorBody From(Connector connector) =>
        connector.Type == ConnectorTypes.Smb ? SmbConnectorBody.Of(connector) : FolderConnectorBody.Of(connector);

    private protected static T Fill<T>(T body, Connector connector)
        where T : ConnectorBody => body with
        {
            TypeName = connector.Type,
            Name = connector.Name,
            Description = connector.Description,
            TargetShareId = connector.TargetShareId,
            TargetPath = connector.TargetPath,
            SyncDirection = DirectionNames.Of(connector.Type, connector.Rules.Direction),
            SyncPermissions = connector.Rules.SyncPermissions,
            SyncHiddenFiles = connector.Rules.SyncHiddenFiles,
            SyncSystemFiles = connector.Rules.SyncSystemFiles,
            IncludePatterns = PatternsBody.Includes(connector.IncludePatterns),
            ExcludePatterns = PatternsBody.Excludes(connector.ExcludePatterns),
            ConflictResolution = ResolutionNames.Of(connector.Rules.ConflictResolution),
            SyncIntervalMinutes = connector.SyncIntervalMinutes,
        };

    private static void AddPatternFaults(List<FieldFault> faults, string member, PatternsBody? patterns)
    {
        if (patterns?.Fault(member) is { } fault)
        {
            faults.Add(new(["body", member], fault, "value_error"));
            return;
        }

        try
        {
            _ = new PathFilter([], patterns?.ToList() ?? [], ignoreCase: true);
        }
        catch (ConnectorException refusal)
        {
            faults.Add(new(["body", member], refusal.Message, "value_error"));
        }
    }
}
