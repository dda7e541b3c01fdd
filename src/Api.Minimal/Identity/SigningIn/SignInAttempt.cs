using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>A sign-in between leaving for ScaiKey and coming back. The browser keeps it, encrypted: anybody may begin one, so the server keeps nothing.</summary>
/// <param name="State">Must come back with the code: the answer to this attempt and no other.</param>
/// <param name="Nonce">Must stand in the identity token: made for this attempt.</param>
/// <param name="Verifier">Proves to ScaiKey that whoever redeems the code asked for it (RFC 7636).</param>
/// <param name="ReturnTo">Where to go then.</param>
/// <param name="ExpiresAt">Until when.</param>
internal sealed record SignInAttempt(string State, string Nonce, string Verifier, string ReturnTo, DateTimeOffset ExpiresAt)
{
    internal static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    private const string Context = "sign-in attempt";

    /// <summary>What ScaiKey is shown of <see cref="Verifier"/>: its SHA-256.</summary>
    internal string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    internal static SignInAttempt New(string? returnTo, TimeProvider time) =>
        new(Secret(), Secret(), Secret(), OwnPage(returnTo), time.GetUtcNow() + Life);

    /// <summary>The one page there is, with its query; whatever else is asked for becomes the plain page, so nothing leads elsewhere.</summary>
    internal static string OwnPage(string? returnTo) =>
        returnTo is { Length: <= 1024 } && returnTo.StartsWith("/?", StringComparison.Ordinal) && returnTo.All(c => c is > ' ' and < '\x7f' and not '\\') ? returnTo : "/";

    internal string Sealed(SecretProtector secrets) => secrets.Protect(JsonSerializer.Serialize(this), Context);

    /// <summary>Null: made by somebody else, changed, or over.</summary>
    internal static SignInAttempt? Open(string? text, SecretProtector secrets, TimeProvider time)
    {
        if (text is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize<SignInAttempt>(secrets.Unprotect(text, Context)) is { } attempt && attempt.ExpiresAt > time.GetUtcNow() ? attempt : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether an answer belongs to this attempt; takes as long for a near miss as for a far one.</summary>
    internal bool IsAnsweredBy(string? state) =>
        state is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(State));

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
