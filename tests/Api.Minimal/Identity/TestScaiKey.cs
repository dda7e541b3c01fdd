using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

/// <summary>As much of ScaiKey as shows keys, on loopback, with keys made for the test; signs tokens with them, good ones and others.</summary>
public sealed class TestScaiKey : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<SigningKey> _shown = [];

    private TestScaiKey(WebApplication app) => _app = app;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>How often the keys were asked for.</summary>
    public int Fetches { get; private set; }

    /// <summary>False: it answers 503 to everything.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>False: there is no discovery document, only keys at the usual place.</summary>
    public bool HasDiscovery { get; set; } = true;

    /// <summary>Signs what <see cref="Token"/> makes unless it is told another one.</summary>
    public SigningKey Current { get; private set; } = null!;

    public static async Task<TestScaiKey> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var scaiKey = new TestScaiKey(app);
        app.Use((context, next) =>
        {
            if (scaiKey.IsUp)
                return next(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.MapGet("/.well-known/openid-configuration", () => scaiKey.HasDiscovery
            ? Results.Json(new { issuer = scaiKey.Url, jwks_uri = $"{scaiKey.Url}/keys" })
            : Results.NotFound());
        app.MapGet("/keys", scaiKey.ShowKeys);
        app.MapGet("/.well-known/jwks.json", scaiKey.ShowKeys);
        scaiKey.Rotate();
        await app.StartAsync();
        scaiKey.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return scaiKey;
    }

    /// <summary>Signs with a new key from now on; the old one is shown no longer unless it is kept.</summary>
    public SigningKey Rotate(bool keepOld = false, string algorithm = "RS256")
    {
        if (!keepOld)
            _shown.Clear();
        Current = SigningKey.Make(algorithm);
        _shown.Add(Current);
        return Current;
    }

    /// <summary>A token of a user, good unless a test changes it.</summary>
    /// <param name="change">Changes the claims.</param>
    /// <param name="key">Signs it; null: <see cref="Current"/>.</param>
    /// <param name="kid">Stands in its header; null: that of the key.</param>
    public string Token(Action<JsonObject>? change = null, SigningKey? key = null, string? kid = null)
    {
        key ??= Current;
        var claims = Claims();
        change?.Invoke(claims);
        return key.Sign(new JsonObject { ["alg"] = key.Algorithm, ["typ"] = "JWT", ["kid"] = kid ?? key.Id }, claims);
    }

    public JsonObject Claims() => new()
    {
        ["iss"] = Url,
        ["sub"] = "usr_anna",
        ["tenant_id"] = "tnt_acme",
        ["email"] = "anna@acme.example",
        ["name"] = "Anna Berger",
        ["iat"] = Now,
        ["exp"] = Now + 3600,
    };

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult ShowKeys()
    {
        Fetches++;
        return Results.Json(new { keys = _shown.Select(key => key.Public).ToArray() });
    }
}

/// <summary>A key pair, and its public half as ScaiKey shows it.</summary>
public sealed record SigningKey(string Id, string Algorithm, JsonObject Public, Func<byte[], byte[]> SignBytes)
{
    public static SigningKey Make(string algorithm)
    {
        var id = $"key-{Guid.NewGuid():n}";
        if (algorithm == "ES256")
        {
            var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = curve.ExportParameters(false).Q;
            return new(
                id, algorithm, new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = id, ["use"] = "sig", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y) },
                bytes => curve.SignData(bytes, HashAlgorithmName.SHA256));
        }

        var rsa = RSA.Create(2048);
        var modulus = rsa.ExportParameters(false);
        return new(
            id, algorithm, new JsonObject { ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["alg"] = "RS256", ["n"] = Base64UrlEncoder.Encode(modulus.Modulus), ["e"] = Base64UrlEncoder.Encode(modulus.Exponent) },
            bytes => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>The public half as text that everybody can know, such as a program that confuses the kinds of keys would take for a secret.</summary>
    public byte[] PublicText => JsonSerializer.SerializeToUtf8Bytes(Public);

    public string Sign(JsonObject header, JsonObject claims) => Encode(header, claims, SignBytes);

    public static string Encode(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64UrlEncoder.Encode(header.ToJsonString())}.{Base64UrlEncoder.Encode(claims.ToJsonString())}";
        return $"{signed}.{Base64UrlEncoder.Encode(sign(System.Text.Encoding.ASCII.GetBytes(signed)))}";
    }
}
