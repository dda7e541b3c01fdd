#pragma warning disable CA5350, CA5358 // the method is the documents'
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>AES as Office 2007 uses it ([MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.9).</summary>
internal sealed class StandardEncryption : PackageEncryption
{
    private const int SaltSize = 16, VerifierSize = 16, HashedSize = 32, Turns = 50_000;

    private StandardEncryption(byte[] key) => Cipher.Key = key;

    /// <summary>Tries a password.</summary>
    /// <param name="fields">Of the stream EncryptionInfo, from its flags on.</param>
    /// <param name="password">To try.</param>
    /// <returns>Null when the password is another one.</returns>
    /// <exception cref="InvalidDataException">The fields are cut off, or name another method.</exception>
    internal static StandardEncryption? Open(ReadOnlySpan<byte> fields, string password)
    {
        if (fields.Length < 8 + 20)
            throw new InvalidDataException("The encryption header is cut off.");
        var headerSize = BinaryPrimitives.ReadUInt32LittleEndian(fields[4..]);
        var keyBits = BinaryPrimitives.ReadUInt32LittleEndian(fields[(8 + 16)..]);
        if (headerSize > fields.Length - 8 || keyBits is not (128 or 192 or 256))
            throw new InvalidDataException("The encryption header names no AES key.");
        var verifier = fields[(8 + (int)headerSize)..];
        if (verifier.Length < 4 + SaltSize + VerifierSize + 4 + HashedSize)
            throw new InvalidDataException("The encryption verifier is cut off.");

        var opened = new StandardEncryption(Key(verifier.Slice(4, SaltSize), password, (int)keyBits / 8));
        var plain = opened.Cipher.DecryptEcb(verifier.Slice(4 + SaltSize, VerifierSize), PaddingMode.None);
        var hash = opened.Cipher.DecryptEcb(verifier.Slice(4 + SaltSize + VerifierSize + 4, HashedSize), PaddingMode.None);
        if (SHA1.HashData(plain).AsSpan().SequenceEqual(hash.AsSpan(0, SHA1.HashSizeInBytes)))
            return opened;
        opened.Dispose();
        return null;
    }

    internal override byte[] Decrypt(ReadOnlySpan<byte> piece, uint number) => Cipher.DecryptEcb(piece, PaddingMode.None);

    // [MS-OFFCRYPTO] 2.3.4.7
    private static byte[] Key(ReadOnlySpan<byte> salt, string password, int size)
    {
        var turn = new byte[4 + SHA1.HashSizeInBytes];
        SHA1.HashData([.. salt, .. Encoding.Unicode.GetBytes(password)], turn.AsSpan(4));
        for (var i = 0; i < Turns; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(turn, i);
            SHA1.HashData(turn, turn.AsSpan(4));
        }
        var last = SHA1.HashData([.. turn.AsSpan(4), 0, 0, 0, 0]);
        return [.. Derive(0x36).Concat(Derive(0x5C)).Take(size)];

        byte[] Derive(byte fill)
        {
            var block = new byte[64];
            Array.Fill(block, fill);
            for (var i = 0; i < last.Length; i++)
                block[i] ^= last[i];
            return SHA1.HashData(block);
        }
    }
}
