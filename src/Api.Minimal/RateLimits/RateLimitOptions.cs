using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>How much may be asked in any 60 seconds, in units of cost: reading one thing costs 1, a list or a write 2, content 5, a search 10, one by meaning 20.</summary>
/// <remarks>Every process counts for itself: with N of them behind a balancer a caller may reach up to N times the limit. A tenant's settings may ask for
/// other limits, up to these or to what its partner allows.</remarks>
public sealed record RateLimitOptions
{
    /// <summary>With one access token. Default 1,000.</summary>
    [Range(1, 1_000_000_000)]
    public int TokenPerMinute { get; init; } = 1_000;

    /// <summary>One user with all their tokens. Default 5,000.</summary>
    [Range(1, 1_000_000_000)]
    public int UserPerMinute { get; init; } = 5_000;

    /// <summary>All users of a tenant. Default 50,000.</summary>
    [Range(1, 1_000_000_000)]
    public int TenantPerMinute { get; init; } = 50_000;

    /// <summary>Tokens, users and tenants counted at a time, each. Whoever comes beyond is counted by the wider ones only. Default 50,000: at most about 45 MB in all.</summary>
    [Range(1, 1_000_000)]
    public int MostTracked { get; init; } = 50_000;

    /// <summary>How long a tenant's own settings are kept before they are read again. Default 15 seconds.</summary>
    public TimeSpan SettingsLife { get; init; } = TimeSpan.FromSeconds(15);
}
