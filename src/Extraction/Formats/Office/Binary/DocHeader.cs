namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>The texts of a Word document, in the order in which their characters are numbered through ([MS-DOC] 2.3).</summary>
internal enum DocText
{
    Main, Footnotes, Headers, Macros, Comments, Endnotes, TextBoxes, HeaderTextBoxes,
}

/// <summary>Where things stand in a Word document: its file information block ([MS-DOC] 2.5), that of Word 97 and later, of 6 and 95, or of 2.</summary>
internal sealed class DocHeader
{
    // Positions in FibRgFcLcb97 ([MS-DOC] 2.5.6).
    internal const int Styles = 1, CommentReferences = 4, CommentTexts = 5, Sections = 6, HeaderTexts = 11, RunPages = 12, ParagraphPages = 13,
        Fonts = 15, Pieces = 33, CommentAuthors = 36, Drawings = 50, Lists = 73, ListOverrides = 74;

    private const int Texts = 8, Pairs = 154, Identity97 = 0xA5EC, Identity95 = 0xA5DC, Identity2 = 0xA5DB;

    private readonly byte[] _stream;
    private readonly int _start;

    private DocHeader(byte[] stream, int start)
    {
        (_stream, _start) = (stream, start);
        Identity = LittleEndian.UInt16(stream, start);
        var flags = LittleEndian.UInt16(stream, start + 0x0A);
        (IsFastSaved, IsEncrypted, TableName) = ((flags & 4) != 0, (flags & 0x100) != 0, (flags & 0x200) != 0 ? "1Table" : "0Table");
        Language = LittleEndian.UInt16(stream, start + 6);
        TextStart = LittleEndian.UInt32(stream, start + 0x18);
        for (var i = 0; i < Texts; i++)
            Lengths[i] = Math.Max(0, LittleEndian.Int32(stream, start + (IsOld ? 0x34 : 76) + i * 4));
    }

    private int Identity { get; }

    /// <summary>Word 95 and before: text in a code page, everything in one stream.</summary>
    internal bool IsOld => LittleEndian.UInt16(_stream, _start + 2) < 106 || Identity is Identity95 or Identity2;

    /// <summary>The pieces of the text are not in order.</summary>
    internal bool IsFastSaved { get; }

    internal bool IsEncrypted { get; }

    /// <summary>The stream that holds the tables.</summary>
    internal string TableName { get; }

    /// <summary>A Windows language number.</summary>
    internal int Language { get; }

    /// <summary>Where the text starts, when it stands in one piece.</summary>
    internal uint TextStart { get; }

    /// <summary>Characters of each text.</summary>
    internal int[] Lengths { get; } = new int[Texts];

    /// <summary>The header of the AutoText entries that a template carries behind its own text, or null.</summary>
    internal DocHeader? Glossary => _start == 0 && LittleEndian.UInt16(_stream, 8) is > 0 and var page ? Read(_stream, page * 512) : null;

    /// <summary>Reads the header; null when there is none.</summary>
    internal static DocHeader? Read(byte[] stream, int start = 0)
    {
        // Some converters leave the identity out; a plausible version will do.
        var (identity, version) = (LittleEndian.UInt16(stream, start), LittleEndian.UInt16(stream, start + 2));
        return identity is Identity97 or Identity95 or Identity2 || version is >= 0x21 and < 0x120 && start == 0 ? new(stream, start) : null;
    }

    /// <summary>First and last character of a text.</summary>
    internal (long From, long To) Range(DocText text)
    {
        var from = Lengths.Take((int)text).Sum(static length => (long)length);
        return (from, from + Lengths[(int)text]);
    }

    /// <summary>A table, out of the stream of tables. Empty for what old versions keep elsewhere.</summary>
    internal ReadOnlySpan<byte> Table(ReadOnlySpan<byte> tables, int number) =>
        LittleEndian.Slice(tables, Offset(number), LittleEndian.UInt32(_stream, Pair(number) + 4));

    /// <summary>From a table to the end of the stream of tables: some tables go on behind their stated length.</summary>
    internal ReadOnlySpan<byte> TableOn(ReadOnlySpan<byte> tables, int number) =>
        LittleEndian.UInt32(_stream, Pair(number) + 4) == 0 ? [] : LittleEndian.Slice(tables, Offset(number), tables.Length);

    private uint Offset(int number) => LittleEndian.UInt32(_stream, Pair(number));

    // Of the old tables only the pieces are read; the others have other layouts.
    private int Pair(int number) => !IsOld ? _start + Pairs + number * 8 : number == Pieces && Identity != Identity2 ? _start + 0x160 : int.MaxValue - 16;
}
