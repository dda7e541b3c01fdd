using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>The pictures in a TIFF file: a chain of directories (TIFF 6.0, section 2; BigTIFF with 8-byte offsets).</summary>
internal static class TiffDirectories
{
    private const int BigVersion = 43;
    private const int MaxEntries = 65_535;

    // NewSubfileType (TIFF 6.0, section 8): bit 0 a smaller copy of another picture, bit 2 a mask. Neither is a page.
    private const int SubfileType = 254;
    private const long SmallerCopyOrMask = 0b101;

    /// <summary>Offsets of the directories that are pages, in order. A chain that loops or leaves the file ends there.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal static IReadOnlyList<long> Find(SourceDocument document)
    {
        using var file = document.Open();
        var layout = ReadLayout(file);
        var (pages, all, seen) = (new List<long>(), new List<long>(), new HashSet<long>());
        var offset = layout.First;
        while (offset > 0 && offset < file.Length && seen.Add(offset) && all.Count < document.Limits.MaxPages)
        {
            var (next, isPage) = ReadDirectory(file, layout, offset);
            all.Add(offset);
            if (isPage)
                pages.Add(offset);
            offset = next;
        }
        return pages.Count > 0 ? pages : all.Count > 0 ? all : throw new InvalidDataException("A TIFF file without a picture.");
    }

    /// <summary>Lets the file begin with the directory at <paramref name="offset"/>: readers of single pictures read the first. The content is the child's own copy.</summary>
    internal static void PutFirst(SourceDocument document, long offset)
    {
        using var content = new FileStream(document.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var layout = ReadLayout(content);
        Span<byte> bytes = stackalloc byte[8];
        layout.Write(bytes, offset);
        content.Position = layout.OffsetPosition;
        content.Write(bytes[..layout.OffsetSize]);
    }

    private static Layout ReadLayout(Stream file)
    {
        Span<byte> header = stackalloc byte[16];
        file.ReadExactly(header[..8]);
        var little = header[0] == 'I';
        var layout = new Layout(little, (little ? header[2] : header[3]) == BigVersion, 0);
        file.Position = layout.OffsetPosition;
        return layout with { First = layout.ReadOffset(file) };
    }

    // A directory that is damaged is a page all the same: one that cannot be read, and the last one known.
    private static (long Next, bool IsPage) ReadDirectory(Stream file, Layout layout, long offset)
    {
        file.Position = offset;
        Span<byte> buffer = stackalloc byte[20];
        var entries = layout.ReadCount(file);
        if (entries is <= 0 or > MaxEntries || file.Position + entries * layout.EntrySize + layout.OffsetSize > file.Length)
            return (0, true);
        var isPage = true;
        for (var i = 0; i < entries; i++)
        {
            file.ReadExactly(buffer[..layout.EntrySize]);
            // The value is a LONG: it stands where larger ones have their offset, at the end of the entry.
            if (layout.Number(buffer, 2) == SubfileType)
                isPage = (layout.Number(buffer[(layout.EntrySize - layout.OffsetSize)..], 4) & SmallerCopyOrMask) == 0;
        }
        return (layout.ReadOffset(file), isPage);
    }

    private readonly record struct Layout(bool Little, bool Big, long First)
    {
        internal int OffsetPosition => Big ? 8 : 4;

        internal int OffsetSize => Big ? 8 : 4;

        internal int EntrySize => Big ? 20 : 12;

        internal long ReadOffset(Stream file) => Read(file, OffsetSize);

        internal long ReadCount(Stream file) => Read(file, Big ? 8 : 2);

        internal long Number(ReadOnlySpan<byte> bytes, int size) => size switch
        {
            2 => Little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => Little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => Little ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes),
        };

        internal void Write(Span<byte> bytes, long offset)
        {
            switch (Big, Little)
            {
                case (true, true):
                    BinaryPrimitives.WriteInt64LittleEndian(bytes, offset);
                    break;
                case (true, false):
                    BinaryPrimitives.WriteInt64BigEndian(bytes, offset);
                    break;
                case (false, true):
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)offset);
                    break;
                default:
                    BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)offset);
                    break;
            }
        }

        private long Read(Stream file, int size)
        {
            Span<byte> bytes = stackalloc byte[8];
            // A chain that breaks off at the file's end has no next.
            return file.ReadAtLeast(bytes[..size], size, throwOnEndOfStream: false) == size ? Number(bytes, size) : 0;
        }
    }
}
