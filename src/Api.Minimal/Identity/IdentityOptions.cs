using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>How callers prove who they are: by access tokens of one ScaiKey.</summary>
public sealed record IdentityOptions : IValidatableObject
{
    /// <summary>ScaiKey: where its keys are fetched, and the issuer of its tokens unless <see cref="Issuer"/> says otherwise.</summary>
    public required Uri ScaiKeyUrl { get; init; }

    /// <summary>The one issuer to accept. Default null: <see cref="ScaiKeyUrl"/>, and below it the tenant's own, <c>/tenants/{tenant_id}</c>.</summary>
    public string? Issuer { get; init; }

    /// <summary>The client id of programs that sign in. Default <c>scaidrive</c>.</summary>
    public string ClientId { get; init; } = "scaidrive";

    /// <summary>What a token that names no scope of an application may do. Default <see cref="Scope.TenantAdmin"/>: ScaiKey decides who gets tokens.</summary>
    public Scope UnscopedTokens { get; init; } = Scope.TenantAdmin;

    /// <summary>What ScaiKey signs its events with; several while one replaces another. Empty: no events are taken.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; init; } = [];

    /// <summary>How long fetched keys are good. Default 5 minutes.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the last keys are used on while ScaiKey does not answer. Default 1 hour.</summary>
    public TimeSpan StaleKeyLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Shortest time between two fetches for the sake of a key that is not known. Default 30 seconds.</summary>
    public TimeSpan UnknownKeyInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far the clocks of ScaiKey and this machine may be apart. Default 30 seconds.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for an answer of ScaiKey. Default 5 seconds.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!ScaiKeyUrl.IsAbsoluteUri || ScaiKeyUrl.Scheme is not ("http" or "https"))
            yield return new($"{nameof(ScaiKeyUrl)} must be an http or https address.");
        if (UnscopedTokens is not (Scope.TenantAdmin or Scope.FilesWrite))
            yield return new($"{nameof(UnscopedTokens)} is either {Scope.TenantAdmin} or {Scope.FilesWrite}.");
        if (StaleKeyLifetime < KeyLifetime)
            yield return new($"{nameof(StaleKeyLifetime)} ({StaleKeyLifetime}) must not be shorter than {nameof(KeyLifetime)} ({KeyLifetime}).");
    }
}
