using System.ComponentModel.DataAnnotations;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.RateLimits;

namespace ScaiDrive.Api.Minimal;

/// <summary>What the HTTP API needs to know that no other room tells it.</summary>
public sealed record ApiOptions
{
    /// <summary>Version shown by <c>/api/v1/health</c>, the page and the OpenAPI document. Default <c>0.1.0</c>.</summary>
    public string Version { get; init; } = "0.1.0";

    /// <summary>Largest JSON body of a request, in bytes. Uploads are not bound by it. Default 1 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public long MaxJsonBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>Time between two looks at the state behind the page while somebody watches. Default 1 second.</summary>
    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest a readiness probe may take per dependency. Default 2 seconds.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Who vouches for callers. Default null: nobody, and only callers on this machine are served, all of them as one local admin.</summary>
    public IdentityOptions? Identity { get; init; }

    /// <summary>How people sign in; of no use without <see cref="Identity"/>.</summary>
    public SignInOptions SignIn { get; init; } = new();

    /// <summary>How much callers may ask for; of no use without <see cref="Identity"/>.</summary>
    public RateLimitOptions RateLimits { get; init; } = new();
}
