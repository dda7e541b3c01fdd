using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Api.Minimal.Identity.Webhooks;

/// <summary>Whether a delivery is ScaiKey's and of now: <c>t=…,v1=…</c>, HMAC-SHA256 over the time, a dot and the body as it came.</summary>
internal static class WebhookSignature
{
    internal const string HeaderName = "X-ScaiKey-Signature";

    private const int MaxHeaderLength = 1024;

    /// <summary>How old a signature may be, and how far in the future: what was overheard is of no use later.</summary>
    internal static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    /// <summary>Null when it is good; else what is wrong, for the log.</summary>
    internal static string? Fault(string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        if (header is null or { Length: 0 or > MaxHeaderLength })
            return "there is no signature";
        var parts = header.Split(',', StringSplitOptions.TrimEntries);
        if (parts.FirstOrDefault(part => part.StartsWith("t=", StringComparison.Ordinal)) is not { } stated
            || !long.TryParse(stated.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return "the signature names no time";

        // A rotation of secrets at ScaiKey's side shows as several v1 at once, at ours as several secrets.
        var given = parts.Where(part => part.StartsWith("v1=", StringComparison.Ordinal)).Select(part => Bytes(part[3..])).OfType<byte[]>().ToList();
        byte[] signed = [.. Encoding.ASCII.GetBytes(stated[2..] + "."), .. body];
        var matches = false;
        foreach (var secret in secrets)
        {
            var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
            foreach (var one in given)
                matches |= CryptographicOperations.FixedTimeEquals(expected, one); // all of them, in the same time whichever matches
        }

        if (!matches)
            return "the signature does not match";
        return Math.Abs((double)now.ToUnixTimeSeconds() - seconds) <= Freshness.TotalSeconds ? null : "the signature is too old, or of the future";
    }

    private static byte[]? Bytes(string hex)
    {
        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        return hex.Length == 2 * bytes.Length && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
