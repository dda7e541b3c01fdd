namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>One record of a PowerPoint document ([MS-PPT] 2.3.1).</summary>
/// <param name="Type">What it is.</param>
/// <param name="Instance">Which of several of its type.</param>
/// <param name="IsContainer">Its content is records.</param>
/// <param name="Start">Offset of its content.</param>
/// <param name="Length">Bytes of its content, as far as they are there.</param>
internal readonly record struct PptRecord(int Type, int Instance, bool IsContainer, int Start, int Length)
{
    internal int End => Start + Length;
}

/// <summary>Types of records ([MS-PPT] 2.13.24), and those of drawings ([MS-ODRAW] 2.2).</summary>
internal static class PptType
{
    internal const int Document = 0x03E8, Slide = 0x03EE, SlideAtom = 0x03EF, Notes = 0x03F0, SlidePersist = 0x03F3, MainMaster = 0x03F8, ObjectList = 0x0409, Drawing = 0x040C,
        Placeholder = 0x0BC3, OutlineReference = 0x0F9E, TextHeader = 0x0F9F, TextChars = 0x0FA0, TextBytes = 0x0FA8, String = 0x0FBA,
        OleObject = 0x0FC3, Control = 0x0FEE, Embedded = 0x0FCC, Linked = 0x0FCE, HyperlinkAtom = 0x0FD3, Hyperlink = 0x0FD7,
        SlideNumberField = 0x0FD8, HeadersFooters = 0x0FD9, DateField = 0x0FF7, OwnDateField = 0x0FF8, HeaderField = 0x0FF9, FooterField = 0x0FFA, FormattedDateField = 0x1015,
        SlideList = 0x0FF0, Interaction = 0x0FF3, UserEdit = 0x0FF5, CurrentUser = 0x0FF6, ObjectStorage = 0x1011, Directory = 0x1772,
        Video = 0x1005, Movie = 0x1006, OtherMovie = 0x1007, Midi = 0x100D, SoundLink = 0x1010, Comment = 0x2EE0, EncryptionSession = 0x2F14;

    internal const int Shape = 0xF004, ShapeGroup = 0xF003, DrawingContainer = 0xF002, ShapeText = 0xF00D, ShapeProperties = 0xF00B, MoreShapeProperties = 0xF122, ShapeClient = 0xF011;
}

/// <summary>Walks the records of a PowerPoint document. A record that claims more than there is ends with its container.</summary>
internal sealed class PptRecords(byte[] stream)
{
    internal const int HeaderSize = 8;

    private const int MaxDepth = 64;

    internal int Length => stream.Length;

    /// <summary>The record that begins at an offset; null when there is none.</summary>
    internal PptRecord? At(long offset, long end = long.MaxValue)
    {
        if (offset < 0 || offset + HeaderSize > Math.Min(end, stream.Length))
            return null;
        var version = LittleEndian.UInt16(stream, offset);
        var length = Math.Min(LittleEndian.UInt32(stream, offset + 4), Math.Min(end, stream.Length) - offset - HeaderSize);
        return new(LittleEndian.UInt16(stream, offset + 2), version >> 4, (version & 15) == 15, (int)offset + HeaderSize, (int)length);
    }

    /// <summary>The records inside one.</summary>
    internal IEnumerable<PptRecord> Children(PptRecord parent)
    {
        for (var at = parent.Start; At(at, parent.End) is { } child; at = child.End)
            yield return child;
    }

    /// <summary>The records of the stream itself.</summary>
    internal IEnumerable<PptRecord> Top() => Children(new(0, 0, true, 0, stream.Length));

    /// <summary>The first record of a type inside one.</summary>
    internal PptRecord? Find(PptRecord parent, int type, int? instance = null)
    {
        foreach (var child in Children(parent))
        {
            if (child.Type == type && (instance is null || child.Instance == instance))
                return child;
        }
        return null;
    }

    /// <summary>Records of a type at any depth.</summary>
    internal IEnumerable<PptRecord> Descendants(PptRecord parent, int type, int depth = 0)
    {
        foreach (var child in Children(parent))
        {
            if (child.Type == type)
                yield return child;
            // What add-ins keep stands in a record that is a container without saying so ([MS-PPT] 2.11.2).
            else if ((child.IsContainer || child.Type == 0x138B) && depth < MaxDepth)
            {
                foreach (var found in Descendants(child, type, depth + 1))
                    yield return found;
            }
        }
    }

    internal ReadOnlySpan<byte> Content(PptRecord record) => stream.AsSpan(record.Start, record.Length);

    /// <summary>A number inside a record.</summary>
    internal uint Number(PptRecord record, int offset) => LittleEndian.UInt32(Content(record), offset);

    internal Stream Open(PptRecord record, int skip) =>
        new MemoryStream(stream, record.Start + Math.Min(skip, record.Length), record.Length - Math.Min(skip, record.Length), writable: false);

    /// <summary>A stored string.</summary>
    internal string? Text(PptRecord parent, int instance) =>
        Find(parent, PptType.String, instance) is { } text ? DrawingRecords.Unicode(Content(text)) : null;
}
