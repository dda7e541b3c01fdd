using ScaiDrive.Drive.RateLimits;

namespace ScaiDrive.Drive.Users;

/// <summary>A tenant with its settings.</summary>
/// <param name="Id"><c>tnt_…</c>.</param>
/// <param name="PartnerId"><c>prt_…</c>; null: no partner looks after it.</param>
/// <param name="Name">For programs and lists.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Status"><c>active</c>, or <c>suspended</c>: nobody of it is let in.</param>
/// <param name="CreatedAt">Since when it is known.</param>
/// <param name="Settings">As they are in force.</param>
public sealed record TenantCard(string Id, string? PartnerId, string Name, string DisplayName, string Status, DateTimeOffset CreatedAt, TenantSettings Settings);

/// <summary>What a tenant decides for itself.</summary>
public sealed record TenantSettings
{
    /// <summary>Largest file it stores, in bytes. Default 5 GiB.</summary>
    public long MaxFileSizeBytes { get; init; } = 5368709120;

    /// <summary>Quota of a share that has none of its own, in bytes. Default null: none.</summary>
    public long? DefaultShareQuotaBytes { get; init; }

    /// <summary>Days that what was deleted stays in the trash. Default 30.</summary>
    public int TrashRetentionDays { get; init; } = 30;

    /// <summary>Days that older versions stay. Default 365.</summary>
    public int VersionRetentionDays { get; init; } = 365;

    /// <summary>Whether files are indexed by meaning. Default true.</summary>
    public bool VectorizationEnabled { get; init; } = true;

    /// <summary>Whether signing in takes a second factor, which is ScaiKey's to ask for. Default false.</summary>
    public bool RequireMfa { get; init; }

    /// <summary>How much its callers may ask for in a minute. Default null: as the server has it.</summary>
    public RateSettings? RateLimits { get; init; }

    /// <summary>Up to where it may raise <see cref="RateLimits"/>, set by its partner. Default null: as the server has it.</summary>
    public RateSettings? RateLimitCeiling { get; init; }
}
