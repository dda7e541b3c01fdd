using ScaiDrive.Drive.RateLimits;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>Counts what tokens, users and tenants ask for, and says when it is too much.</summary>
internal sealed class RateLimiter(RateLimitOptions options, TimeProvider time)
{
    private readonly WindowSet _tokens = new(options.MostTracked);
    private readonly WindowSet _users = new(options.MostTracked);
    private readonly WindowSet _tenants = new(options.MostTracked);

    /// <summary>Windows kept now.</summary>
    internal int Tracked => _tokens.Count + _users.Count + _tenants.Count;

    /// <summary>Counts a request in all three windows, or in none when one of them is full.</summary>
    internal RateVerdict Take(RateKeys keys, LimitsInForce limits, int cost)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        var token = _tokens.Find(keys.Token, second);
        var user = _users.Find(keys.User, second);
        var ofToken = token?.Take(cost, limits.Token, second) ?? Untracked(limits.Token, second);
        if (!ofToken.IsTaken)
            return new("token", limits.Token, ofToken, ofToken, second);

        if (user?.Take(cost, limits.User, second) is { IsTaken: false } ofUser)
        {
            token?.GiveBack(cost);
            return new("user", limits.User, ofUser, ofToken with { Remaining = ofToken.Remaining + cost }, second);
        }

        if (_tenants.Find(keys.Tenant, second)?.Take(cost, limits.Tenant, second) is { IsTaken: false } ofTenant)
        {
            token?.GiveBack(cost);
            user?.GiveBack(cost);
            return new("tenant", limits.Tenant, ofTenant, ofToken with { Remaining = ofToken.Remaining + cost }, second);
        }

        return new(null, limits.Token, ofToken, ofToken, second);
    }

    private static WindowState Untracked(int limit, long second) => new(true, limit, second, second);
}

/// <summary>Whose request it is.</summary>
internal readonly record struct RateKeys(string Token, string User, string Tenant);

/// <summary>The limits in force.</summary>
internal readonly record struct LimitsInForce(int Token, int User, int Tenant)
{
    /// <summary>What a tenant chose, but never above what it may choose.</summary>
    internal static LimitsInForce Of(RateLimitOptions defaults, TenantRateSettings tenant) => new(
        Effective(defaults.TokenPerMinute, tenant.Chosen.TokenPerMinute, tenant.Ceiling.TokenPerMinute),
        Effective(defaults.UserPerMinute, tenant.Chosen.UserPerMinute, tenant.Ceiling.UserPerMinute),
        Effective(defaults.TenantPerMinute, tenant.Chosen.TenantPerMinute, tenant.Ceiling.TenantPerMinute));

    private static int Effective(int standard, int? chosen, int? ceiling) => Math.Min(chosen ?? standard, ceiling ?? standard);
}

/// <summary>What came of counting a request.</summary>
/// <param name="Exceeded"><c>token</c>, <c>user</c> or <c>tenant</c>; null: the request may pass.</param>
/// <param name="Limit">The limit that decided.</param>
/// <param name="Deciding">The window that decided.</param>
/// <param name="Token">The token's window, for the headers.</param>
/// <param name="Second">Now, in Unix seconds.</param>
internal readonly record struct RateVerdict(string? Exceeded, int Limit, WindowState Deciding, WindowState Token, long Second);
