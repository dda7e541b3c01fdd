using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.RateLimits;

namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>Reads how people sign in and how much callers may ask for.</summary>
/// <param name="text">The value of a variable, without its prefix; null when it is not set.</param>
/// <param name="number">Reads a whole number by its name: its default, the least and the most allowed.</param>
/// <param name="refuse">Takes the name of a variable and what is wrong with it.</param>
internal sealed class SignInSettings(Func<string, string?> text, ExtractionSettings.NumberReader number, Action<string, string> refuse)
{
    private const int MaxCost = 1_000_000_000;

    private static readonly string[] Names =
    [
        "PUBLIC_URL", "SCAIKEY_CLIENT_SECRET", "SCAIKEY_DESKTOP_CLIENT_ID", "SESSION_IDLE_MINUTES", "SESSION_HOURS",
        "RATE_LIMIT_TOKEN", "RATE_LIMIT_USER", "RATE_LIMIT_TENANT",
    ];

    /// <summary>Without an identity provider nobody signs in and nobody is counted.</summary>
    internal void RefuseAll()
    {
        foreach (var name in Names.Where(name => text(name) is not null))
            refuse(name, "It means nothing without SCAIDRIVE_SCAIKEY_URL. Set that too, or unset it.");
    }

    internal SignInOptions ReadSignIn()
    {
        var defaults = new SignInOptions();
        var hours = number("SESSION_HOURS", (int)defaults.SessionWhole.TotalHours, 1, 30 * 24);
        return defaults with
        {
            PublicUrl = PublicUrl(),
            ClientSecret = text("SCAIKEY_CLIENT_SECRET"),
            DesktopClientId = text("SCAIKEY_DESKTOP_CLIENT_ID") ?? defaults.DesktopClientId,
            SessionIdle = TimeSpan.FromMinutes(number("SESSION_IDLE_MINUTES", (int)defaults.SessionIdle.TotalMinutes, 2, hours * 60)),
            SessionWhole = TimeSpan.FromHours(hours),
        };
    }

    internal RateLimitOptions ReadRateLimits()
    {
        var defaults = new RateLimitOptions();
        return defaults with
        {
            TokenPerMinute = number("RATE_LIMIT_TOKEN", defaults.TokenPerMinute, 1, MaxCost),
            UserPerMinute = number("RATE_LIMIT_USER", defaults.UserPerMinute, 1, MaxCost),
            TenantPerMinute = number("RATE_LIMIT_TENANT", defaults.TenantPerMinute, 1, MaxCost),
        };
    }

    private Uri? PublicUrl()
    {
        if (text("PUBLIC_URL") is not { } value)
            return null;
        if (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" })
            return url;
        refuse("PUBLIC_URL", "Not what browsers call this server. Allowed: https://host or https://host:port, without a path.");
        return null;
    }
}
