#pragma warning disable CA5350, CA5351 // the documents say which hash they were made with
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>RC4 in binary documents, keyed anew for every block ([MS-OFFCRYPTO] 2.3.5 and 2.3.6). Blocks are 1024 bytes in XLS and 512 in DOC; PPT counts its objects.</summary>
internal sealed class Rc4Encryption
{
    private const int SaltSize = 16, VerifierSize = 16, BasicKeyBytes = 5, MinimalKeyBits = 40;

    private readonly byte[] _base;
    private readonly int _keyBytes;
    private readonly bool _cryptoApi;

    private Rc4Encryption(byte[] keyBase, int keyBytes, bool cryptoApi) => (_base, _keyBytes, _cryptoApi) = (keyBase, keyBytes, cryptoApi);

    /// <summary>Reads an encryption header (the body of FilePass after its type, the start of a DOC's table stream) and tries a password.</summary>
    /// <param name="header">From the two version numbers on.</param>
    /// <param name="password">Usually <see cref="DefaultPassword.Value"/>.</param>
    /// <returns>Null when the password is another one, or the method is not RC4.</returns>
    internal static Rc4Encryption? Open(ReadOnlySpan<byte> header, string password)
    {
        if (header.Length < 4)
            return null;
        var (major, minor) = (BinaryPrimitives.ReadUInt16LittleEndian(header), BinaryPrimitives.ReadUInt16LittleEndian(header[2..]));
        return (major, minor) switch
        {
            (1, 1) => OpenBasic(header[4..], password),
            ( >= 2 and <= 4, 2) => OpenCryptoApi(header[4..], password),
            _ => null,
        };
    }

    /// <summary>The key stream of one block, from its first byte on.</summary>
    internal Rc4 Block(uint number)
    {
        Span<byte> input = stackalloc byte[_base.Length + 4];
        _base.CopyTo(input);
        BinaryPrimitives.WriteUInt32LittleEndian(input[_base.Length..], number);
        if (!_cryptoApi)
            return new(MD5.HashData(input));
        // A key of 40 bits is filled up to 128 with zeros ([MS-OFFCRYPTO] 2.3.5.2).
        Span<byte> key = stackalloc byte[_keyBytes == BasicKeyBytes ? 16 : _keyBytes];
        key.Clear();
        SHA1.HashData(input).AsSpan(0, _keyBytes).CopyTo(key);
        return new(key);
    }

    private static Rc4Encryption? OpenBasic(ReadOnlySpan<byte> fields, string password)
    {
        if (fields.Length < SaltSize + VerifierSize + MD5.HashSizeInBytes)
            return null;
        var salt = fields[..SaltSize];
        var start = MD5.HashData(Encoding.Unicode.GetBytes(password)).AsSpan(0, BasicKeyBytes);
        var repeated = new byte[16 * (BasicKeyBytes + SaltSize)];
        for (var i = 0; i < 16; i++)
        {
            start.CopyTo(repeated.AsSpan(i * (BasicKeyBytes + SaltSize)));
            salt.CopyTo(repeated.AsSpan(i * (BasicKeyBytes + SaltSize) + BasicKeyBytes));
        }
        var opened = new Rc4Encryption(MD5.HashData(repeated)[..BasicKeyBytes], BasicKeyBytes, cryptoApi: false);
        return opened.Verifies(fields.Slice(SaltSize, VerifierSize + MD5.HashSizeInBytes), MD5.HashData) ? opened : null;
    }

    private static Rc4Encryption? OpenCryptoApi(ReadOnlySpan<byte> fields, string password)
    {
        // Flags, the header's size, then the header: flags, extra size, method, hash, key bits, ...
        if (fields.Length < 8 + 20)
            return null;
        var headerSize = BinaryPrimitives.ReadUInt32LittleEndian(fields[4..]);
        var keyBits = BinaryPrimitives.ReadUInt32LittleEndian(fields[(8 + 16)..]);
        if (headerSize > fields.Length - 8)
            return null;
        var verifier = fields[(8 + (int)headerSize)..];
        // Salt size, salt, verifier, hash size, hash.
        if (verifier.Length < 4 + SaltSize + VerifierSize + 4 + SHA1.HashSizeInBytes || keyBits > 128 || keyBits % 8 != 0)
            return null;
        byte[] salted = [.. verifier.Slice(4, SaltSize), .. Encoding.Unicode.GetBytes(password)];
        var opened = new Rc4Encryption(SHA1.HashData(salted), (int)Math.Max(MinimalKeyBits, keyBits) / 8, cryptoApi: true);
        byte[] check = [.. verifier.Slice(4 + SaltSize, VerifierSize), .. verifier.Slice(4 + SaltSize + VerifierSize + 4, SHA1.HashSizeInBytes)];
        return opened.Verifies(check, SHA1.HashData) ? opened : null;
    }

    // Block 0 opens the verifier and the hash of it in one go.
    private bool Verifies(ReadOnlySpan<byte> enciphered, Func<byte[], byte[]> hash)
    {
        var plain = enciphered.ToArray();
        Block(0).Apply(plain);
        return hash(plain[..VerifierSize]).AsSpan().SequenceEqual(plain.AsSpan(VerifierSize));
    }
}
