using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>The style sheet, script and icon of the page: embedded in the assembly, addressed by their hash, cached for good.</summary>
public sealed class DashboardAssets
{
    private readonly FrozenDictionary<string, Asset> _assets = new[]
    {
        Read("dashboard.css", "text/css; charset=utf-8"),
        Read("dashboard.js", "text/javascript; charset=utf-8"),
        Read("relay.js", "text/javascript; charset=utf-8"),
        Read("favicon.svg", "image/svg+xml"),
    }.ToFrozenDictionary(a => a.Name, StringComparer.Ordinal);

    internal string Url(string name) => $"/assets/{_assets[name].Hash}/{name}";

    internal IResult Serve(string hash, string name, HttpContext context)
    {
        if (!_assets.TryGetValue(name, out var asset) || asset.Hash != hash)
            return Results.StatusCode(StatusCodes.Status404NotFound);
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Bytes, asset.ContentType, entityTag: new EntityTagHeaderValue(new StringSegment($"\"{asset.Hash}\"")));
    }

    private static Asset Read(string name, string contentType)
    {
        using var stream = typeof(DashboardAssets).Assembly.GetManifestResourceStream($"Dashboard/{name}")
            ?? throw new InvalidOperationException($"The embedded resource Dashboard/{name} is missing from the build.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new Asset(name, contentType, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    private sealed record Asset(string Name, string ContentType, byte[] Bytes, string Hash);
}
