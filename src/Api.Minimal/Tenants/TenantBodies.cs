using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Tenants;

/// <summary>Settings to change. What is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal record SettingsPatch
{
    internal const string CeilingName = "rate_limit_ceiling";

    private readonly Dictionary<string, object?> named = [];
    private readonly RatesBody? rateLimits;
    private readonly RatesBody? rateLimitCeiling;

    /// <summary>Largest file, in bytes. Counts from the next upload on.</summary>
    [Range(1, 1L << 43, ErrorMessage = "max_file_size_bytes is from 1 to 8796093022208.")]
    public long? MaxFileSizeBytes { get => Get<long?>("max_file_size_bytes"); init => Set("max_file_size_bytes", value); }

    /// <summary>Quota of shares that have none of their own, in bytes; null: none.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "default_share_quota_bytes is a number of bytes, or null.")]
    public long? DefaultShareQuotaBytes { get => Get<long?>("default_share_quota_bytes"); init => Set("default_share_quota_bytes", value); }

    /// <summary>Days that what was deleted stays in the trash.</summary>
    [Range(0, 3650, ErrorMessage = "trash_retention_days is from 0 to 3650.")]
    public int? TrashRetentionDays { get => Get<int?>("trash_retention_days"); init => Set("trash_retention_days", value); }

    /// <summary>Days that older versions stay.</summary>
    [Range(1, 36500, ErrorMessage = "version_retention_days is from 1 to 36500.")]
    public int? VersionRetentionDays { get => Get<int?>("version_retention_days"); init => Set("version_retention_days", value); }

    /// <summary>Whether files are indexed by meaning.</summary>
    public bool? VectorizationEnabled { get => Get<bool?>("vectorization_enabled"); init => Set("vectorization_enabled", value); }

    /// <summary>Whether signing in takes a second factor. ScaiKey asks for it; here it is kept and shown.</summary>
    public bool? RequireMfa { get => Get<bool?>("require_mfa"); init => Set("require_mfa", value); }

    /// <summary>How much callers of the tenant may ask for in a minute, up to what it may; null: as the server has it.</summary>
    public RatesBody? RateLimits { get => rateLimits; init => Set("rate_limits", (rateLimits = value)?.Named); }

    /// <summary>Up to where the tenant may raise its limits; null: as the server has it. Takes the scope partner:admin.</summary>
    public RatesBody? RateLimitCeiling { get => rateLimitCeiling; init => Set(CeilingName, (rateLimitCeiling = value)?.Named); }

    /// <summary>What is named, also with null.</summary>
    [JsonIgnore]
    internal IReadOnlyDictionary<string, object?> Named => named;

    /// <summary>The first setting that is null and may not be; or null.</summary>
    [JsonIgnore]
    internal string? EmptyOne => named.FirstOrDefault(setting => setting is { Value: null, Key: not ("default_share_quota_bytes" or "rate_limits" or CeilingName) }).Key;

    private T? Get<T>(string name) => named.TryGetValue(name, out var value) ? (T?)value : default;

    private void Set(string name, object? value) => named[name] = value;
}

/// <summary>Costs per minute; what is left out is as the server has it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RatesBody
{
    /// <summary>With one access token.</summary>
    [Range(1, 1_000_000_000, ErrorMessage = "token_per_minute is from 1 to 1000000000.")]
    public int? TokenPerMinute { get; init; }

    /// <summary>One user with all their tokens.</summary>
    [Range(1, 1_000_000_000, ErrorMessage = "user_per_minute is from 1 to 1000000000.")]
    public int? UserPerMinute { get; init; }

    /// <summary>All users of the tenant.</summary>
    [Range(1, 1_000_000_000, ErrorMessage = "tenant_per_minute is from 1 to 1000000000.")]
    public int? TenantPerMinute { get; init; }

    [JsonIgnore]
    internal Dictionary<string, int> Named =>
        new (string Name, int? Value)[] { ("token_per_minute", TokenPerMinute), ("user_per_minute", UserPerMinute), ("tenant_per_minute", TenantPerMinute) }
            .Where(rate => rate.Value is not null).ToDictionary(rate => rate.Name, rate => rate.Value!.Value);
}

/// <summary>What is to become of the tenant: settings at the top, as in the answer below <c>settings</c>, or both.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TenantPatch : SettingsPatch
{
    /// <summary>For people.</summary>
    [RegularExpression(@"(?=.*\S)[^\x00-\x1f]{1,200}", ErrorMessage = "display_name has 1 to 200 characters.")]
    public string? DisplayName { get; init; }

    /// <summary>The same settings, as the answer shows them.</summary>
    public SettingsPatch? Settings { get; init; }
}

/// <summary>A tenant to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TenantBody
{
    /// <summary>As ScaiKey knows it; left out: a new one. Only the platform's own people may choose it.</summary>
    [RegularExpression("tnt_[A-Za-z0-9_-]{1,96}", ErrorMessage = "id is the tenant's id in ScaiKey: tnt_ and letters, digits, - or _.")]
    public string? Id { get; init; }

    /// <summary>For programs and lists.</summary>
    [Required(ErrorMessage = "name is required.")]
    [RegularExpression(@"(?=.*\S)[^\x00-\x1f]{1,200}", ErrorMessage = "name has 1 to 200 characters.")]
    public string? Name { get; init; }

    /// <summary>For people; left out: the name.</summary>
    [RegularExpression(@"(?=.*\S)[^\x00-\x1f]{1,200}", ErrorMessage = "display_name has 1 to 200 characters.")]
    public string? DisplayName { get; init; }
}
