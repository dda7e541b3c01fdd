using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ScaiDrive.Store;

/// <summary>Identifiers such as <c>fil_01jd…</c>: a prefix that names the kind of thing, an underscore, and 26
/// characters of lower-case Crockford base32 (48 bits of milliseconds since 1970, 80 random bits).</summary>
/// <remarks>Text order is time order to the millisecond across processes, and exact within one process: two IDs of
/// the same millisecond count up. Lower case keeps them safe in file names of any file system.</remarks>
public static class PrefixedId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int BodyLength = 26;

    private static readonly SearchValues<char> Digits = SearchValues.Create(Alphabet);
    private static readonly Lock Gate = new();
    private static long lastMilliseconds;
    private static UInt128 lastRandom;

    /// <summary>A new identifier.</summary>
    /// <param name="prefix">Three or so lower-case letters, without the underscore.</param>
    public static string New(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var value = NextValue();
        return string.Create(prefix.Length + 1 + BodyLength, (prefix, value), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            span[state.prefix.Length] = '_';
            var body = span[(state.prefix.Length + 1)..];
            var rest = state.value;
            for (var i = BodyLength - 1; i >= 0; i--)
            {
                body[i] = Alphabet[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }

    /// <summary>Whether <paramref name="id"/> could have been made by <see cref="New"/> with this prefix.</summary>
    public static bool IsWellFormed(string? id, string prefix)
    {
        if (id is null || id.Length != prefix.Length + 1 + BodyLength || id[prefix.Length] != '_')
            return false;
        return id.StartsWith(prefix, StringComparison.Ordinal)
            && !id.AsSpan(prefix.Length + 1).ContainsAnyExcept(Digits);
    }

    private static UInt128 NextValue()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[6..]);
        bytes[..6].Clear();
        var random = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        lock (Gate)
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            if (now > lastMilliseconds)
                (lastMilliseconds, lastRandom) = (now, random);
            else
                // The clock stood still or went back: count on from the last one. 80 bits do not run over in practice.
                lastRandom++;
            return ((UInt128)(ulong)lastMilliseconds << 80) | (lastRandom & ((UInt128.One << 80) - 1));
        }
    }
}
