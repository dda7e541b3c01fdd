namespace ScaiDrive.Drive.RateLimits;

/// <summary>The statement on rates in a tenant's settings.</summary>
internal static class RateSettingsSql
{
    internal const string Read = """
        SELECT settings ->> 'rate_limits', settings ->> 'rate_limit_ceiling' FROM tenants WHERE id = $1;
        """;
}
