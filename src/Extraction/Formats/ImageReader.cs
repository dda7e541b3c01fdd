using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Pictures: as many pages without text as the file has pictures. OCR does the rest, when it is on.</summary>
internal static class ImageReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var count = ContentTypes.FromContent(document.Head(ContentTypes.HeadSize), document.FileName) == ContentTypes.Tiff ? CountTiffPages(document) : 1;
        for (var number = 1; number <= count && !pages.IsFull; number++)
            pages.AddPicture(document, number);
        return new(DocumentMetadata.None with { PageCount = count });
    }

    /// <summary>Directories in the chain (TIFF 6.0, section 2; BigTIFF with 8-byte offsets). A chain that loops or leaves the file ends there.</summary>
    internal static int CountTiffPages(SourceDocument document)
    {
        using var file = document.Open();
        Span<byte> buffer = stackalloc byte[16];
        file.ReadExactly(buffer);
        var little = buffer[0] == 'I';
        var big = (little ? buffer[2] : buffer[3]) == 43;
        var offset = big ? Long(buffer[8..], little) : Int(buffer[4..], little);
        var seen = new HashSet<long>();
        while (offset > 0 && offset < file.Length && seen.Add(offset) && seen.Count <= document.Limits.MaxPages)
        {
            file.Position = offset;
            var width = big ? 8 : 2;
            if (file.ReadAtLeast(buffer[..width], width, throwOnEndOfStream: false) < width)
                break;
            var entries = big ? Long(buffer, little) : Short(buffer, little);
            var next = file.Position + entries * (big ? 20 : 12);
            width = big ? 8 : 4;
            if (entries is <= 0 or > 65535 || next + width > file.Length)
                break;
            file.Position = next;
            file.ReadExactly(buffer[..width]);
            offset = big ? Long(buffer, little) : Int(buffer, little);
        }
        return seen.Count > 0 ? seen.Count : throw new InvalidDataException("A TIFF file without a picture.");
    }

    private static long Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static long Int(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private static long Long(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes);
}
