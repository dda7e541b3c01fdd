using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Store;

/// <summary>Keeps passwords and API keys unreadable in the database: AES-256-GCM with a fresh nonce per value.</summary>
/// <remarks>Text form: <c>v1.</c> + base64url of key check (4 bytes), nonce (12), tag (16), ciphertext. The key check is
/// the start of the key's SHA-256, so that after a rotation the right key is found without trying all.</remarks>
public sealed class SecretProtector
{
    private const string Version = "v1.";
    private const int CheckSize = 4;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly IReadOnlyList<byte[]> keys;

    /// <summary>Takes the keys; the first encrypts, all decrypt.</summary>
    /// <param name="keys">32 bytes each.</param>
    /// <exception cref="ArgumentException">No key, or one of another length.</exception>
    public SecretProtector(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0 || keys.Any(key => key.Length != 32))
            throw new ArgumentException("At least one key is needed, and each must be 32 bytes.", nameof(keys));
        this.keys = keys;
    }

    /// <summary>Encrypts one value; two calls with the same value differ.</summary>
    /// <param name="secret">What nobody may read.</param>
    /// <param name="context">Where it belongs, such as the key of its row: copied elsewhere, it does not open.</param>
    public string Protect(string secret, string context = "")
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var sealedBytes = new byte[CheckSize + NonceSize + TagSize + plain.Length];
        var (check, nonce, tag, cipher) = Split(sealedBytes);
        KeyCheck(keys[0]).CopyTo(check);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys[0], TagSize);
        aes.Encrypt(nonce, plain, cipher, tag, [.. check, .. Encoding.UTF8.GetBytes(context)]);
        return Version + System.Buffers.Text.Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>Gives back what <see cref="Protect"/> was given.</summary>
    /// <exception cref="CryptographicException">No configured key fits, the value belongs elsewhere, or it was tampered with.</exception>
    public string Unprotect(string protectedSecret, string context = "")
    {
        if (!protectedSecret.StartsWith(Version, StringComparison.Ordinal))
            throw new CryptographicException("The stored secret has an unknown form.");
        byte[] sealedBytes;
        try
        {
            sealedBytes = System.Buffers.Text.Base64Url.DecodeFromChars(protectedSecret.AsSpan(Version.Length));
        }
        catch (FormatException)
        {
            throw new CryptographicException("The stored secret is damaged.");
        }

        if (sealedBytes.Length < CheckSize + NonceSize + TagSize)
            throw new CryptographicException("The stored secret is damaged.");
        foreach (var key in keys)
        {
            var (check, nonce, tag, cipher) = Split(sealedBytes);
            if (!check.SequenceEqual(KeyCheck(key)))
                continue;
            var plain = new byte[cipher.Length];
            using var aes = new AesGcm(key, TagSize);
            aes.Decrypt(nonce, cipher, tag, plain, [.. check, .. Encoding.UTF8.GetBytes(context)]);
            return Encoding.UTF8.GetString(plain);
        }

        throw new CryptographicException("No key in SCAIDRIVE_SECRET_KEY opens this secret. Add the key it was stored with after the present one.");
    }

    private static byte[] KeyCheck(byte[] key) => SHA256.HashData(key)[..CheckSize];

    private static Parts Split(Span<byte> bytes) => new(bytes);

    private readonly ref struct Parts(Span<byte> bytes)
    {
        private readonly Span<byte> bytes = bytes;

        internal void Deconstruct(out Span<byte> check, out Span<byte> nonce, out Span<byte> tag, out Span<byte> cipher)
        {
            check = bytes[..CheckSize];
            nonce = bytes.Slice(CheckSize, NonceSize);
            tag = bytes.Slice(CheckSize + NonceSize, TagSize);
            cipher = bytes[(CheckSize + NonceSize + TagSize)..];
        }
    }
}
