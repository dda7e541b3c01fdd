using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity.Tokens;

/// <summary>Reads the claims that matter here, and refuses what has not their form.</summary>
internal static class TokenClaims
{
    // Two claims of one name: one reader takes the first, another the last.
    private static readonly JsonDocumentOptions OneOfEach = new() { AllowDuplicateProperties = false };

    private const int MaxIdLength = 100;
    private const int MaxTextLength = 320;
    private const int MaxGroups = 1000;

    /// <summary>Null: a claim is missing or wrong, which <paramref name="lack"/> says.</summary>
    internal static AccessToken? Read(JsonWebToken token, Scope whenNoScopeIsNamed, string fingerprint, out string lack)
    {
        lack = "";
        try
        {
            using var document = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), OneOfEach);
            var claims = document.RootElement;
            var user = new ClaimedUser(Id(claims, "tenant_id", "tnt_"), Id(claims, "sub", "usr_"), IssuedAt(claims))
            {
                PartnerId = Find(claims, "partner_id") is null ? null : Id(claims, "partner_id", "prt_"),
                Email = Words(claims, "email"),
                Name = Words(claims, "name"),
                Groups = Groups(claims),
            };
            return new AccessToken(user, GrantedScope.Of(ScopeClaim(claims), whenNoScopeIsNamed), Time(claims, "exp"), fingerprint) { ServiceAccount = Actor(claims) };
        }
        catch (ClaimException fault)
        {
            lack = fault.Message;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            lack = "The claims are no JSON object that names each of them once.";
        }

        return null;
    }

    internal static bool IsId(string? text, string prefix) =>
        text is { Length: <= MaxIdLength } && text.Length > prefix.Length && text.StartsWith(prefix, StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string Id(JsonElement claims, string claim, string prefix) =>
        Find(claims, claim) is { ValueKind: JsonValueKind.String } value && value.GetString() is var text && IsId(text, prefix)
            ? text!
            : throw new ClaimException($"The claim {claim} must be an id that begins with {prefix}.");

    private static string? Words(JsonElement claims, string claim)
    {
        if (Find(claims, claim) is not { ValueKind: JsonValueKind.String } value)
            return null;
        // PostgreSQL's text cannot hold NUL.
        var text = value.GetString()!.Replace("\0", "", StringComparison.Ordinal).Trim();
        return text.Length is > 0 and <= MaxTextLength ? text : null;
    }

    /// <summary>None when the claim is missing: rights are never kept because a token is silent about them.</summary>
    private static List<string> Groups(JsonElement claims)
    {
        if (Find(claims, "groups") is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw new ClaimException("The claim groups must be a list.");
        List<string> groups = [.. value.EnumerateArray()
            .Where(group => group.ValueKind == JsonValueKind.String).Select(group => group.GetString()!)
            .Where(group => IsId(group, "grp_")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return groups.Count <= MaxGroups ? groups : throw new ClaimException(string.Create(CultureInfo.InvariantCulture, $"The claim groups names more than {MaxGroups} groups."));
    }

    private static string? ScopeClaim(JsonElement claims)
    {
        if (Find(claims, "scope") is not { } value)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString() : throw new ClaimException("The claim scope must be text."))),
            _ => throw new ClaimException("The claim scope must be text."),
        };
    }

    /// <summary>RFC 8693, 4.1: who acts for the subject.</summary>
    private static string? Actor(JsonElement claims)
    {
        if (Find(claims, "act") is not { ValueKind: JsonValueKind.Object } value)
            return null;
        return TextOf("client_id") ?? TextOf("sub");

        string? TextOf(string name) => value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 and <= MaxTextLength } found
            ? found.Replace("\0", "", StringComparison.Ordinal)
            : null;
    }

    /// <summary>When it was issued; a token that does not say counts as the oldest, so it changes nothing that is known.</summary>
    private static DateTimeOffset IssuedAt(JsonElement claims) =>
        Find(claims, "iat") is { ValueKind: JsonValueKind.Number } ? Time(claims, "iat") : DateTimeOffset.UnixEpoch;

    private static DateTimeOffset Time(JsonElement claims, string claim)
    {
        if (Find(claims, claim) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetDouble(out var seconds))
            throw new ClaimException($"The claim {claim} is missing or no number of seconds.");
        return seconds is >= 0 and < 253402300800 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : throw new ClaimException($"The claim {claim} is no time.");
    }

    private static JsonElement? Find(JsonElement claims, string claim) =>
        claims.TryGetProperty(claim, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private sealed class ClaimException(string message) : Exception(message);
}
