using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.ScaiKey.Keys;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Tests.ScaiKey.Tokens;

/// <summary>Makes signed tokens (RFC 7515, RFC 7519). Written by hand, so that it can also make those that no library would.</summary>
internal sealed class TokenMint(KeyRing keys, Func<string> issuer, TimeProvider time)
{
    /// <summary>An access token with the claims that the product reads.</summary>
    internal string Access(FakeUser user, TokenShape shape)
    {
        var claims = Stamped(shape);
        claims["sub"] = user.Id;
        claims["tenant_id"] = user.TenantId;
        claims["email"] = user.Email;
        claims["name"] = user.Name;
        claims["jti"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        if (user.PartnerId is { } partner)
            claims["partner_id"] = partner;
        if (user.Groups is { } groups)
            claims["groups"] = new JsonArray([.. groups.Select(group => (JsonNode)group)]);
        if ((shape.Scope ?? user.Scope) is { Length: > 0 } scope)
            claims["scope"] = scope;
        if (shape.ActingClient is { } client)
            claims["act"] = new JsonObject { ["client_id"] = client };
        return Signed(claims, shape);
    }

    /// <summary>What tells a client who signed in (OpenID Connect Core, 2).</summary>
    internal string Identity(FakeUser user, string clientId, string? nonce, TokenShape shape)
    {
        var claims = Stamped(shape);
        claims["sub"] = user.Id;
        claims["aud"] = clientId;
        claims["email"] = user.Email;
        claims["name"] = user.Name;
        claims["auth_time"] = time.GetUtcNow().ToUnixTimeSeconds();
        if (nonce is not null)
            claims["nonce"] = nonce;
        return Signed(claims, shape);
    }

    private JsonObject Stamped(TokenShape shape)
    {
        var now = time.GetUtcNow();
        return new JsonObject
        {
            ["iss"] = shape.Issuer ?? issuer(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + shape.Lifetime).ToUnixTimeSeconds(),
        };
    }

    private string Signed(JsonObject claims, TokenShape shape)
    {
        foreach (var (name, value) in shape.Claims)
        {
            claims.Remove(name);
            if (value is not null)
                claims[name] = JsonSerializer.SerializeToNode(value);
        }

        // With none or a shared secret the header still names the published key: that is what makes the lie worth trying.
        var isSigned = shape.Algorithm is SigningAlgorithms.Rs256 or SigningAlgorithms.Es256;
        var key = shape.Key ?? keys.Current(isSigned ? shape.Algorithm : SigningAlgorithms.Rs256);
        var header = new JsonObject { ["alg"] = shape.Algorithm, ["typ"] = "JWT", ["kid"] = shape.KeyId ?? key.Id };
        var text = $"{Encoded(header)}.{Encoded(claims)}";
        return $"{text}.{Base64Url.EncodeToString(Signature(shape.Algorithm, key, Encoding.ASCII.GetBytes(text)))}";
    }

    private static byte[] Signature(string algorithm, SigningKey key, byte[] text) => algorithm switch
    {
        SigningAlgorithms.None => [],
        SigningAlgorithms.Hs256 => HMACSHA256.HashData(Encoding.ASCII.GetBytes(key.PublicPem), text),
        _ => key.Sign(text),
    };

    private static string Encoded(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
