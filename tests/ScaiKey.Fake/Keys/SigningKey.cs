using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ScaiDrive.Tests.ScaiKey.Keys;

/// <summary>One key pair: what it signs with, and what the key set publishes of it (RFC 7517, RFC 7518).</summary>
public sealed class SigningKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _curve;

    private SigningKey(string id, string algorithm)
    {
        (Id, Algorithm) = (id, algorithm);
        if (algorithm == SigningAlgorithms.Rs256)
            _rsa = RSA.Create(2048);
        else
            _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    /// <summary>The <c>kid</c>.</summary>
    public string Id { get; }

    /// <summary>RS256 or ES256.</summary>
    public string Algorithm { get; }

    /// <summary>The public key as PEM: what an attacker has, and signs with as if it were a shared secret.</summary>
    public string PublicPem => _rsa?.ExportSubjectPublicKeyInfoPem() ?? _curve!.ExportSubjectPublicKeyInfoPem();

    public static SigningKey New(string algorithm) =>
        new($"key-{algorithm.ToLowerInvariant()}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}", algorithm);

    public void Dispose()
    {
        _rsa?.Dispose();
        _curve?.Dispose();
    }

    internal byte[] Sign(byte[] text) =>
        _rsa?.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        ?? _curve!.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    internal JsonObject Published()
    {
        var published = new JsonObject { ["kid"] = Id, ["use"] = "sig", ["alg"] = Algorithm };
        if (_rsa is not null)
        {
            var parameters = _rsa.ExportParameters(includePrivateParameters: false);
            published["kty"] = "RSA";
            published["n"] = Base64Url.EncodeToString(parameters.Modulus);
            published["e"] = Base64Url.EncodeToString(parameters.Exponent);
            return published;
        }

        var point = _curve!.ExportParameters(includePrivateParameters: false).Q;
        published["kty"] = "EC";
        published["crv"] = "P-256";
        published["x"] = Base64Url.EncodeToString(point.X);
        published["y"] = Base64Url.EncodeToString(point.Y);
        return published;
    }
}

/// <summary>The names of RFC 7518, and two that no one should accept.</summary>
public static class SigningAlgorithms
{
    public const string Rs256 = "RS256";
    public const string Es256 = "ES256";

    /// <summary>A shared secret; used with the public key as secret it is the known confusion of keys.</summary>
    public const string Hs256 = "HS256";

    /// <summary>No signature at all.</summary>
    public const string None = "none";
}
