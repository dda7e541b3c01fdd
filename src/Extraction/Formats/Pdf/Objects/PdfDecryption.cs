using System.Security.Cryptography;

namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>The standard security handler (ISO 32000-2, section 7.6) with the empty password, which opens whatever anybody may read.</summary>
internal sealed class PdfDecryption
{
    private enum Method
    {
        None,
        Rc4,
        Aes,
    }

    // Fills up passwords shorter than 32 bytes (section 7.6.4.3.2, algorithm 2, step a).
    private static readonly byte[] Padding = Convert.FromHexString("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A");

    private readonly byte[] _key;
    private readonly bool _perObject;
    private readonly Method _strings;
    private readonly Method _streams;
    private readonly bool _metadata;

    private PdfDecryption(byte[] key, bool perObject, Method strings, Method streams, bool metadata) =>
        (_key, _perObject, _strings, _streams, _metadata) = (key, perObject, strings, streams, metadata);

    /// <summary>Null when a password is needed, or the handler is another than the standard one.</summary>
    internal static PdfDecryption? Open(PdfFile file, PdfDictionary settings, byte[] documentId)
    {
        var version = (int)(file.Number(settings, "V") ?? 0);
        var revision = (int)(file.Number(settings, "R") ?? 0);
        if (file.Name(settings, "Filter") is not (null or "Standard") || version is < 1 or > 5 or 3)
            return null;
        var (owner, user) = (Bytes("O"), Bytes("U"));
        var metadata = file.Get(settings, "EncryptMetadata") is not false;
        var key = version == 5
            ? KeyOf256Bits(revision, owner, user, Bytes("OE"), Bytes("UE"))
            : KeyOfOldStyle(revision, revision == 2 ? 5 : Math.Clamp((int)(file.Number(settings, "Length") ?? (version == 4 ? 128 : 40)) / 8, 5, 16),
                owner, user, (int)(uint)(long)(file.Number(settings, "P") ?? 0), documentId, metadata);
        return key is null ? null
            : version < 4 ? new(key, true, Method.Rc4, Method.Rc4, metadata)
            : new(key, version == 4, MethodOf("StrF"), MethodOf("StmF"), metadata);

        byte[] Bytes(string name) => file.Get(settings, name) is PdfString text ? text.Bytes : [];

        Method MethodOf(string use) => file.Name(file.Dictionary(file.Dictionary(settings, "CF"), file.Name(settings, use) ?? "Identity"), "CFM") switch
        {
            "V2" => Method.Rc4,
            "AESV2" or "AESV3" => Method.Aes,
            _ => Method.None,
        };
    }

    internal byte[] DecryptString(byte[] bytes, PdfReference id) => Decrypt(bytes, id, _strings);

    internal byte[] DecryptStream(byte[] bytes, PdfReference id) => Decrypt(bytes, id, _streams);

    /// <summary>False for streams that stand in the clear.</summary>
    internal bool Covers(PdfFile file, PdfDictionary stream) => _streams != Method.None
        && file.Name(stream, "Type") is var type && type != "XRef" && (type != "Metadata" || _metadata)
        && !(file.Get(stream, "Filter") is PdfArray filters && filters.Contains(new PdfName("Crypt")));

    private byte[] Decrypt(byte[] bytes, PdfReference id, Method method)
    {
        if (method == Method.None || bytes.Length == 0)
            return bytes;
        var key = _perObject ? KeyOfObject(id, method) : _key;
        return method == Method.Rc4 ? Rc4(key, bytes) : Aes(key, bytes);
    }

    // Algorithm 1: the number of the object and of its generation go into the key.
    private byte[] KeyOfObject(PdfReference id, Method method)
    {
        byte[] salted = [.. _key, (byte)id.Number, (byte)(id.Number >> 8), (byte)(id.Number >> 16), (byte)id.Generation, (byte)(id.Generation >> 8),
            .. method == Method.Aes ? "sAlT"u8 : []];
        return Md5(salted)[..Math.Min(_key.Length + 5, 16)];
    }

    private static byte[] Aes(byte[] key, byte[] bytes)
    {
        // The first block is the initialisation vector; half blocks at the end are damage.
        var length = (bytes.Length - 16) / 16 * 16;
        if (length <= 0)
            return [];
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.Key = key;
        var plain = aes.DecryptCbc(bytes.AsSpan(16, length), bytes.AsSpan(0, 16), PaddingMode.None);
        return plain[^1] is >= 1 and <= 16 and var padding ? plain[..^padding] : plain;
    }

    private static byte[]? KeyOfOldStyle(int revision, int length, byte[] owner, byte[] user, int permissions, byte[] documentId, bool metadata)
    {
        if (owner.Length < 32 || user.Length < 32)
            return null;
        owner = owner[..32];
        var key = KeyOf(Padding);
        if (IsRight(key))
            return key;
        // The empty owner password opens the user's (algorithm 7).
        var ownerKey = Repeat(Md5(Padding), revision, 16)[..length];
        var password = owner;
        for (var round = revision == 2 ? 0 : 19; round >= 0; round--)
            password = Rc4([.. ownerKey.Select(value => (byte)(value ^ round))], password);
        key = KeyOf(password);
        return IsRight(key) ? key : null;

        // Algorithm 2.
        byte[] KeyOf(byte[] padded)
        {
            byte[] seed = [.. padded, .. owner, .. BitConverter.GetBytes(permissions), .. documentId, .. revision >= 4 && !metadata ? [0xFF, 0xFF, 0xFF, 0xFF] : (byte[])[]];
            return Repeat(Md5(seed), revision, length)[..length];
        }

        // Algorithms 4, 5 and 6.
        bool IsRight(byte[] candidate)
        {
            if (revision == 2)
                return Rc4(candidate, Padding).AsSpan().SequenceEqual(user.AsSpan(0, 32));
            var check = Md5([.. Padding, .. documentId]);
            for (var round = 0; round < 20; round++)
                check = Rc4([.. candidate.Select(value => (byte)(value ^ round))], check);
            return check.AsSpan().SequenceEqual(user.AsSpan(0, 16));
        }
    }

    private static byte[] Repeat(byte[] hash, int revision, int length)
    {
        for (var round = 0; revision >= 3 && round < 50; round++)
            hash = Md5(hash[..length]);
        return hash;
    }

    // Algorithm 2.A: hash, 8 bytes of salt to check, 8 bytes of salt for the key.
    private static byte[]? KeyOf256Bits(int revision, byte[] owner, byte[] user, byte[] ownerKey, byte[] userKey)
    {
        if (user.Length < 48 || userKey.Length < 32)
            return null;
        user = user[..48];
        if (Hash(revision, user.AsSpan(32, 8), []).AsSpan().SequenceEqual(user.AsSpan(0, 32)))
            return Unwrap(Hash(revision, user.AsSpan(40, 8), []), userKey);
        return owner.Length >= 48 && ownerKey.Length >= 32 && Hash(revision, owner.AsSpan(32, 8), user).AsSpan().SequenceEqual(owner.AsSpan(0, 32))
            ? Unwrap(Hash(revision, owner.AsSpan(40, 8), user), ownerKey)
            : null;

        static byte[] Unwrap(byte[] key, byte[] wrapped)
        {
            using var aes = System.Security.Cryptography.Aes.Create();
            aes.Key = key;
            return aes.DecryptCbc(wrapped.AsSpan(0, 32), new byte[16], PaddingMode.None);
        }
    }

    // Algorithm 2.B with the empty password; revision 5 stopped after the first hash.
    private static byte[] Hash(int revision, ReadOnlySpan<byte> salt, byte[] user)
    {
        var hash = SHA256.HashData([.. salt, .. user]);
        if (revision < 6)
            return hash;
        using var aes = System.Security.Cryptography.Aes.Create();
        for (var round = 0; ; round++)
        {
            var block = new byte[(hash.Length + user.Length) * 64];
            for (var i = 0; i < 64; i++)
            {
                hash.CopyTo(block, i * (hash.Length + user.Length));
                user.CopyTo(block, i * (hash.Length + user.Length) + hash.Length);
            }
            aes.Key = hash[..16];
            var mixed = aes.EncryptCbc(block, hash.AsSpan(16, 16), PaddingMode.None);
            // The first 16 bytes as a number modulo 3: 256 is 1 modulo 3, so their sum serves.
            hash = (mixed.Take(16).Sum(static value => value) % 3) switch
            {
                0 => SHA256.HashData(mixed),
                1 => SHA384.HashData(mixed),
                _ => SHA512.HashData(mixed),
            };
            if (round >= 63 && mixed[^1] <= round - 31)
                return hash[..32];
        }
    }

#pragma warning disable CA5351 // The format prescribes MD5; nothing is protected by it here.
    private static byte[] Md5(byte[] bytes) => MD5.HashData(bytes);
#pragma warning restore CA5351

    private static byte[] Rc4(byte[] key, byte[] bytes)
    {
        byte[] output = [.. bytes];
        new Office.Protection.Rc4(key).Apply(output);
        return output;
    }
}
