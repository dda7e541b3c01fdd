using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace ScaiDrive.Api.Minimal.Identity.Tokens;

/// <summary>The keys ScaiKey signs with, kept in this process alone: a restart forgets them.</summary>
/// <remarks>
/// They are fetched again when they are older than <see cref="IdentityOptions.KeyLifetime"/>, so a key that ScaiKey takes back is refused from then on, and for a
/// key that is not among them, at most once per <see cref="IdentityOptions.UnknownKeyInterval"/>: whoever invents keys makes no storm. While ScaiKey does not
/// answer the last ones are used on, up to <see cref="IdentityOptions.StaleKeyLifetime"/>. All callers wait for the same fetch.
/// </remarks>
internal sealed partial class SigningKeys(ScaiKeyClient scaiKey, IdentityOptions options, TimeProvider time, ILogger<SigningKeys> log)
{
    private const int MinRsaBits = 2048;

    // Shortly before they are too old they are fetched beside the requests, so that hardly any request waits for ScaiKey.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private KnownKeys? _known;
    private Task? _fetch;
    private long? _attemptedAt;

    /// <summary>The key of that id, or null when ScaiKey does not show it.</summary>
    /// <exception cref="ScaiKeyUnreachableException">ScaiKey does not answer, and there are no keys that are young enough.</exception>
    internal async Task<SecurityKey?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        await RefreshAsync(IsOlderThan(options.KeyLifetime), cancellationToken);
        if (IsOlderThan(options.KeyLifetime - Ahead))
            _ = StartFetch();
        if (Usable().TryGetValue(keyId, out var key))
            return key;

        await RefreshAsync(true, cancellationToken);
        return Usable().GetValueOrDefault(keyId);
    }

    /// <summary>Whether tokens can be checked: ScaiKey's keys are at hand, and young enough.</summary>
    internal async Task<bool> CanCheckAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(IsOlderThan(options.KeyLifetime), cancellationToken);
        return !IsOlderThan(options.StaleKeyLifetime);
    }

    private Task RefreshAsync(bool isDue, CancellationToken cancellationToken) =>
        isDue && StartFetch() is { } fetch ? fetch.WaitAsync(cancellationToken) : Task.CompletedTask;

    private Dictionary<string, SecurityKey> Usable() => IsOlderThan(options.StaleKeyLifetime)
        ? throw new ScaiKeyUnreachableException()
        : _known!.Keys;

    private bool IsOlderThan(TimeSpan age) => _known is not { } known || time.GetElapsedTime(known.FetchedAt) >= age;

    /// <summary>The fetch that goes on, else a new one; null when the last one was too short a time ago.</summary>
    private Task? StartFetch()
    {
        lock (_gate)
        {
            if (_fetch is { IsCompleted: false })
                return _fetch;
            if (_attemptedAt is { } attempted && time.GetElapsedTime(attempted) < options.UnknownKeyInterval)
                return null;
            _attemptedAt = time.GetTimestamp();
            return _fetch = FetchAsync();
        }
    }

    /// <summary>Ends without a fault whatever happens; one caller who leaves does not stop it for the others.</summary>
    private async Task FetchAsync()
    {
        await Task.Yield(); // out of the lock
        using var deadline = new CancellationTokenSource(options.FetchTimeout, time);
        try
        {
            var keys = await scaiKey.FetchKeysAsync(deadline.Token);
            var fit = keys.Where(IsFit).DistinctBy(key => key.KeyId, StringComparer.Ordinal).ToDictionary(key => key.KeyId, StringComparer.Ordinal);
            _known = new KnownKeys(fit, time.GetTimestamp());
            LogFetched(fit.Count);
        }
        catch (Exception fault) // whatever it is, the keys at hand are used on and the next fetch tries again
        {
            LogNotFetched(options.ScaiKeyUrl, fault.InnerException?.Message ?? fault.Message);
        }
    }

    /// <summary>Only keys for the two kinds of signature, and none that is too short: a key meant for something else verifies nothing.</summary>
    private static bool IsFit(SecurityKey key) => !string.IsNullOrEmpty(key.KeyId) && AlgorithmOf(key) is not null;

    /// <summary>The one algorithm a key is used with; null for none.</summary>
    internal static string? AlgorithmOf(SecurityKey key) => key switch
    {
        RsaSecurityKey or X509SecurityKey when key.KeySize >= MinRsaBits => SecurityAlgorithms.RsaSha256,
        JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA } when key.KeySize >= MinRsaBits => SecurityAlgorithms.RsaSha256,
        ECDsaSecurityKey when key.KeySize == 256 => SecurityAlgorithms.EcdsaSha256,
        JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256 } => SecurityAlgorithms.EcdsaSha256,
        _ => null,
    };

    private sealed record KnownKeys(Dictionary<string, SecurityKey> Keys, long FetchedAt);

    [LoggerMessage(LogLevel.Information, "Fetched {Count} signing keys of ScaiKey")]
    private partial void LogFetched(int count);

    [LoggerMessage(LogLevel.Warning, "The signing keys of ScaiKey could not be fetched from {Url}: {Reason}")]
    private partial void LogNotFetched(Uri url, string reason);
}

/// <summary>ScaiKey does not answer, so no token can be checked.</summary>
internal sealed class ScaiKeyUnreachableException() : Exception("ScaiKey does not answer, and no signing keys are known that are young enough.");
