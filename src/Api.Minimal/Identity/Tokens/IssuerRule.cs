namespace ScaiDrive.Api.Minimal.Identity.Tokens;

/// <summary>Which issuers are accepted: exactly the configured one, or ScaiKey's own and that of the token's own tenant.</summary>
/// <remarks>Compared letter by letter, but for one slash at the end: people write addresses with and without it, and nobody else could own the other form.</remarks>
internal sealed class IssuerRule(IdentityOptions options)
{
    private readonly string _expected = Trimmed(options.Issuer ?? options.ScaiKeyUrl.OriginalString);

    internal bool Accepts(string issuer, string tenantId)
    {
        var given = Trimmed(issuer);
        return string.Equals(given, _expected, StringComparison.Ordinal)
            || (options.Issuer is null && string.Equals(given, $"{_expected}/tenants/{tenantId}", StringComparison.Ordinal));
    }

    /// <summary>What is accepted, for the log.</summary>
    internal string Expected => options.Issuer is null ? $"{_expected} or {_expected}/tenants/{{tenant_id}}" : _expected;

    private static string Trimmed(string issuer) => issuer.EndsWith('/') ? issuer[..^1] : issuer;
}
