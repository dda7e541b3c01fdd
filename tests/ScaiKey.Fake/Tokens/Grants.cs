using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Tests.ScaiKey.Tokens;

/// <summary>What a code was given for: it is good for this and nothing else.</summary>
internal sealed record Authorization(string UserId, string ClientId, string RedirectUri, string Challenge, string? Nonce, string Scope)
{
    /// <summary>RFC 7636, 4.6, S256.</summary>
    internal bool IsProvenBy(string? verifier) =>
        verifier is { Length: >= 43 and <= 128 } && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) == Challenge;
}

/// <summary>Codes and refresh tokens that were handed out. Each is good once; one that is shown twice ends everything that came of it
/// (RFC 6749, 4.1.2; RFC 9700, 4.14).</summary>
internal sealed class Grants(UserDirectory users, TimeProvider time)
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = [];
    private readonly HashSet<string> _endedFamilies = [];

    internal string NewCode(Authorization authorization) => Add(authorization, NewSecret(), time.GetUtcNow() + CodeLife);

    /// <summary>Takes a code or a refresh token, once; null: it is not good, or its user may no longer sign in.</summary>
    internal (Authorization Authorization, string Family)? Take(string secret)
    {
        lock (_lock)
        {
            if (!_grants.TryGetValue(secret, out var grant))
                return null;
            if (grant.IsUsed)
                _endedFamilies.Add(grant.Family);
            grant.IsUsed = true;
            return _endedFamilies.Contains(grant.Family) || time.GetUtcNow() > grant.ExpiresAt || users.Find(grant.Authorization.UserId)?.Status != "ACTIVE"
                ? null
                : (grant.Authorization, grant.Family);
        }
    }

    internal string NewRefreshToken(Authorization authorization, string family) => Add(authorization, family, time.GetUtcNow() + TimeSpan.FromDays(30));

    /// <summary>Nobody can refresh any more.</summary>
    internal void Clear()
    {
        lock (_lock)
            _grants.Clear();
    }

    private string Add(Authorization authorization, string family, DateTimeOffset expiresAt)
    {
        var secret = NewSecret();
        lock (_lock)
            _grants[secret] = new(authorization, family, expiresAt);
        return secret;
    }

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private sealed record Grant(Authorization Authorization, string Family, DateTimeOffset ExpiresAt)
    {
        internal bool IsUsed { get; set; }
    }
}
