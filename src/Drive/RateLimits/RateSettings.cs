namespace ScaiDrive.Drive.RateLimits;

/// <summary>How much each may ask in 60 seconds; null: as the server's default says.</summary>
/// <param name="TokenPerMinute">With one access token.</param>
/// <param name="UserPerMinute">One user with all their tokens.</param>
/// <param name="TenantPerMinute">All users of a tenant.</param>
public sealed record RateSettings(int? TokenPerMinute, int? UserPerMinute, int? TenantPerMinute)
{
    /// <summary>Nothing set.</summary>
    public static RateSettings None { get; } = new(null, null, null);
}

/// <summary>What is decided about one tenant: by its admins within what their partner allows them.</summary>
/// <param name="Chosen"><c>settings.rate_limits</c>.</param>
/// <param name="Ceiling"><c>settings.rate_limit_ceiling</c>.</param>
public sealed record TenantRateSettings(RateSettings Chosen, RateSettings Ceiling);
