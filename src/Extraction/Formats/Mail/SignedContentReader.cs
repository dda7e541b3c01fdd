using System.IO.Compression;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Content in a cryptographic envelope (CMS, RFC 5652), such as <c>smime.p7m</c>: what is only signed or compressed is taken out and read as a part. Signatures are not judged.</summary>
internal static class SignedContentReader
{
    private const byte Sequence = 0x30, Explicit = 0xA0, Identifier = 0x06, Octets = 0x04;

    // 1.2.840.113549.1.7, whose next number tells the kind, and 1.2.840.113549.1.9.16.1.9.
    private static ReadOnlySpan<byte> Pkcs7 => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];

    private static ReadOnlySpan<byte> CompressedType => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x09];

    private static ReadOnlySpan<byte> AuthenticatedType => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17];

    /// <summary>True for the first bytes of such content.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> head)
    {
        if (head.Length < 24 || head[0] != Sequence)
            return false;
        var identifier = head[(head[1] is > 0x80 and <= 0x84 ? 2 + (head[1] & 0x7F) : 2)..];
        return identifier[0] == Identifier && identifier.Length > 2 && (identifier[2..].StartsWith(Pkcs7) || identifier[2..].StartsWith(CompressedType) || identifier[2..].StartsWith(AuthenticatedType));
    }

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var file = document.Open();
        var ber = new BerReader(file);
        ber.Enter(Sequence);
        var type = ber.Bytes(Identifier);
        if (type.AsSpan().StartsWith(Pkcs7) && type is [.., 2])
            ReadInside(document, pages, ber, file, compressed: false);
        else if (type.AsSpan().SequenceEqual(CompressedType))
            ReadInside(document, pages, ber, file, compressed: true);
        else
            throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The content is encrypted for its receivers.");
        return ReadResult.TextOnly;
    }

    private static void ReadInside(SourceDocument document, PageSink pages, BerReader ber, FileStream file, bool compressed)
    {
        ber.Enter(Explicit);
        ber.Enter(Sequence);
        ber.Skip(); // version
        ber.Skip(); // algorithms
        ber.Enter(Sequence);
        ber.Skip(); // type of what is inside
        if (!ber.TryEnter(Explicit))
            return; // a signature kept apart from what it signs
        var pieces = ber.Pieces(Octets);
        var name = document.FileName.EndsWith(".p7m", StringComparison.OrdinalIgnoreCase) ? document.FileName[..^4] : document.FileName;
        PartReader.Read(document, pages, name, () =>
        {
            var content = new JoinedSlices(file, pieces);
            return compressed ? new ZLibStream(content, CompressionMode.Decompress) : content;
        });
    }
}
