using System.Security.Cryptography;

namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>The opened encryption of a package: restores its bytes in pieces that stand for themselves.</summary>
internal abstract class PackageEncryption : IDisposable
{
    /// <summary>Bytes of a piece.</summary>
    internal const int PieceSize = 4096;

    private protected Aes Cipher { get; } = Aes.Create();

    /// <summary>Restores one piece.</summary>
    /// <param name="piece">A multiple of 16 bytes; at most <see cref="PieceSize"/>.</param>
    /// <param name="number">From 0.</param>
    internal abstract byte[] Decrypt(ReadOnlySpan<byte> piece, uint number);

    public void Dispose()
    {
        Cipher.Dispose();
        GC.SuppressFinalize(this);
    }
}
