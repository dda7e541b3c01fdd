using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>Modern Office documents behind a password ([MS-OFFCRYPTO] 2.3.4). What the default password opens is read like any other; the rest is <c>encrypted</c>.</summary>
internal static class EncryptedPackageReader
{
    private const int MaxHeader = 1 << 20, LengthSize = 8, BlockSize = 16;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        if (document.Depth >= document.Limits.MaxDepth)
            throw new UnreadableDocumentException(ReasonCodes.NestingLimit, $"Files are packed inside each other more than {document.Limits.MaxDepth} deep.");
        using var compound = CompoundFile.Open(document);
        using var encryption = Open(compound, document.Limits, pages) ?? throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password.");
        var package = compound.Find("EncryptedPackage") ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The encrypted document is missing.");
        var path = Path.Combine(document.Folder, $"decrypted-{Guid.NewGuid():N}");
        try
        {
            using (var content = compound.OpenStream(package))
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                Decrypt(content, encryption, file, pages);
            var plain = new SourceDocument(path, document.Folder, document.FileName, document.Limits) { Depth = document.Depth + 1, Expansion = document.Expansion };
            return DocumentReaders.ReadPages(plain, pages).Result;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static PackageEncryption? Open(CompoundFile compound, ExtractionLimits limits, PageSink pages)
    {
        // Documents under rights management have another header, and their keys are on a server.
        if (compound.Find("EncryptionInfo") is not { } entry)
            return null;
        var header = compound.ReadAll(entry, MaxHeader);
        if (header.Length < 8)
            throw new InvalidDataException("The encryption header is cut off.");
        var (major, minor) = (BinaryPrimitives.ReadUInt16LittleEndian(header), BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)));
        try
        {
            return (major, minor) switch
            {
                (4, 4) => AgileEncryption.Open(new MemoryStream(header, 8, header.Length - 8), DefaultPassword.Value, limits, pages.Progress),
                (2 or 3 or 4, 2) => StandardEncryption.Open(header.AsSpan(4), DefaultPassword.Value),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException("The encryption's fields do not fit together.");
        }
    }

    // The length comes first; what is left of the last piece is padding.
    private static void Decrypt(Stream content, PackageEncryption encryption, Stream plain, PageSink pages)
    {
        Span<byte> prefix = stackalloc byte[LengthSize];
        content.ReadExactly(prefix);
        var left = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        var piece = new byte[PackageEncryption.PieceSize];
        for (uint number = 0; left > 0; number++)
        {
            var length = content.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) / BlockSize * BlockSize;
            if (length == 0)
                break;
            var opened = encryption.Decrypt(piece.AsSpan(0, length), number);
            var count = (int)Math.Min(opened.Length, left);
            plain.Write(opened, 0, count);
            left -= count;
            if ((number & 1023) == 0)
                pages.Progress();
        }
    }
}
