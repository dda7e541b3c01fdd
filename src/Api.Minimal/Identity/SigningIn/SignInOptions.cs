using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>How people sign in, where <see cref="IdentityOptions"/> says how callers prove who they are.</summary>
public sealed record SignInOptions : IValidatableObject
{
    /// <summary>What browsers call this server, such as <c>https://drive.example.com</c>. Default null: as each request says, which is right
    /// without a proxy in front.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>What the page's client proves itself with at ScaiKey. Default null: a public client, which has PKCE alone.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The client id of the desktop program. Default <c>scaidrive-desktop</c>.</summary>
    public string DesktopClientId { get; init; } = "scaidrive-desktop";

    /// <summary>A browser is signed out after so long without a request. Default 1 hour.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A browser is signed out so long after it signed in, whatever happened since. Default 12 hours.</summary>
    public TimeSpan SessionWhole { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Longest wait for ScaiKey while it exchanges a code or a refresh token. Default 10 seconds.</summary>
    public TimeSpan ExchangeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PublicUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.AbsolutePath != "/" || url.Query.Length > 0 || url.UserInfo.Length > 0))
            yield return new($"{nameof(PublicUrl)} must be http or https, a host and perhaps a port, without a path.");
        if (SessionIdle < TimeSpan.FromMinutes(2) || SessionIdle > SessionWhole)
            yield return new($"{nameof(SessionIdle)} ({SessionIdle}) must be at least two minutes and not longer than {nameof(SessionWhole)} ({SessionWhole}).");
        if (ExchangeTimeout <= TimeSpan.Zero || ExchangeTimeout >= Drive.Sessions.SessionStore.RenewalPatience)
            yield return new($"{nameof(ExchangeTimeout)} ({ExchangeTimeout}) must be shorter than {Drive.Sessions.SessionStore.RenewalPatience}.");
    }
}
