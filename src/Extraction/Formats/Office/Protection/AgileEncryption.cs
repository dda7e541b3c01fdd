using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>AES as Office 2010 and later use it, described in XML ([MS-OFFCRYPTO] 2.3.4.10 to 2.3.4.15).</summary>
internal sealed class AgileEncryption : PackageEncryption
{
    private const int MaxTurns = 10_000_000;

    private readonly KeyDescription _description;

    private AgileEncryption(KeyDescription description, byte[] key)
    {
        _description = description;
        Cipher.Key = key;
    }

    // Constants that part the keys made from one password.
    private static ReadOnlySpan<byte> VerifierInput => [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];

    private static ReadOnlySpan<byte> VerifierHash => [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];

    private static ReadOnlySpan<byte> KeyValue => [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];

    /// <summary>Tries a password.</summary>
    /// <param name="xml">Of the stream EncryptionInfo, after its version and flags.</param>
    /// <param name="password">To try.</param>
    /// <param name="limits">For the markup.</param>
    /// <param name="progress">Called now and then: making the key takes its time.</param>
    /// <returns>Null when the password is another one, or none serves at all.</returns>
    /// <exception cref="InvalidDataException">The description is incomplete, or names a method that Office does not use.</exception>
    internal static AgileEncryption? Open(Stream xml, string password, ExtractionLimits limits, Action progress)
    {
        KeyDescription? data = null, own = null;
        using (var reader = XmlReader.Create(xml, SafeXml.Settings(limits)))
        {
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "keyData" })
                    data = KeyDescription.Read(reader);
                else if (reader is { NodeType: XmlNodeType.Element, LocalName: "encryptedKey" } && reader.GetAttribute("spinCount") is not null)
                    own = KeyDescription.Read(reader);
            }
        }
        if (data is null)
            throw new InvalidDataException("The encryption describes no key.");
        return own is not null && FindKey(own, password, progress) is { } key ? new(data, key) : null;
    }

    internal override byte[] Decrypt(ReadOnlySpan<byte> piece, uint number)
    {
        Span<byte> block = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(block, number);
        var vector = _description.Hash([.. _description.Salt, .. block]);
        return Cipher.DecryptCbc(piece, Fit(vector, Cipher.BlockSize / 8), PaddingMode.None);
    }

    private static byte[]? FindKey(KeyDescription own, string password, Action progress)
    {
        var hash = own.Hash([.. own.Salt, .. Encoding.Unicode.GetBytes(password)]);
        var turn = new byte[4 + hash.Length];
        for (var i = 0; i < own.Turns; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(turn, i);
            hash.CopyTo(turn, 4);
            hash = own.Hash(turn);
            if ((i & 0xFFFF) == 0)
                progress();
        }
        var input = Open(VerifierInput, own.EncryptedInput);
        var expected = Open(VerifierHash, own.EncryptedHash);
        var found = own.Hash(input[..Math.Min(own.Salt.Length, input.Length)]);
        return expected.AsSpan(0, Math.Min(expected.Length, found.Length)).SequenceEqual(found) ? Open(KeyValue, own.EncryptedKey)[..own.KeyBytes] : null;

        byte[] Open(ReadOnlySpan<byte> part, byte[] enciphered)
        {
            using var aes = Aes.Create();
            aes.Key = Fit(own.Hash([.. hash, .. part]), own.KeyBytes);
            return aes.DecryptCbc(enciphered, Fit(own.Salt, aes.BlockSize / 8), PaddingMode.None);
        }
    }

    // What is too short is filled up with 0x36, what is too long is cut ([MS-OFFCRYPTO] 2.3.4.11).
    private static byte[] Fit(byte[] bytes, int size)
    {
        var fitted = new byte[size];
        Array.Fill(fitted, (byte)0x36);
        bytes.AsSpan(0, Math.Min(size, bytes.Length)).CopyTo(fitted);
        return fitted;
    }

    private sealed record KeyDescription(byte[] Salt, int KeyBytes, Func<byte[], byte[]> Hash, int Turns, byte[] EncryptedInput, byte[] EncryptedHash, byte[] EncryptedKey)
    {
        internal static KeyDescription Read(XmlReader reader)
        {
            var bits = Number(reader, "keyBits");
            var turns = Number(reader, "spinCount");
            if (reader.GetAttribute("cipherAlgorithm") != "AES" || reader.GetAttribute("cipherChaining") != "ChainingModeCBC" || bits is not (128 or 192 or 256) || turns is < 0 or > MaxTurns)
                throw new InvalidDataException("The encryption method is none that Office uses.");
            return new(Bytes(reader, "saltValue"), bits / 8, HashOf(reader.GetAttribute("hashAlgorithm")), turns,
                Bytes(reader, "encryptedVerifierHashInput"), Bytes(reader, "encryptedVerifierHashValue"), Bytes(reader, "encryptedKeyValue"));
        }

#pragma warning disable CA5350, CA5351 // the documents say which hash they were made with
        private static Func<byte[], byte[]> HashOf(string? name) => name switch
        {
            "SHA1" or "SHA-1" => SHA1.HashData,
            "SHA256" => SHA256.HashData,
            "SHA384" => SHA384.HashData,
            "SHA512" => SHA512.HashData,
            "MD5" => MD5.HashData,
            _ => throw new InvalidDataException("The encryption's hash is none that Office uses."),
        };
#pragma warning restore CA5350, CA5351

        private static int Number(XmlReader reader, string name) => int.TryParse(reader.GetAttribute(name), CultureInfo.InvariantCulture, out var number) ? number : 0;

        // Blocks of the cipher, whole ones; 1 KiB is far more than any of them needs.
        private static byte[] Bytes(XmlReader reader, string name)
        {
            var buffer = new byte[1024];
            return reader.GetAttribute(name) is { } text && Convert.TryFromBase64String(text, buffer, out var length) ? buffer[..length] : [];
        }
    }
}
