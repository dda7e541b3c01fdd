using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Characters of the text that stand together in the file.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Offset">Where the first one stands in the document stream.</param>
/// <param name="Width">Bytes of each one; 0 where they differ.</param>
internal readonly record struct DocSpan(string Text, long Offset, int Width);

/// <summary>The piece table of a Word document: which characters stand where ([MS-DOC] 2.9.38).</summary>
internal sealed class DocPieces
{
    private const int MaxSpan = 1 << 16;

    private readonly byte[] _stream;
    private readonly List<(long From, long To, long Offset, bool Wide)> _pieces = [];
    private readonly Encoding _narrow;
    private readonly bool _isOld;

    internal DocPieces(DocHeader header, byte[] stream, ReadOnlySpan<byte> tables)
    {
        (_stream, _isOld) = (stream, header.IsOld);
        _narrow = CodePages.Find(header.IsOld ? CodePageOf(header.Language) : 1252) ?? Encoding.Latin1;
        ReadPieces(header.Table(tables, DocHeader.Pieces));
        if (_pieces.Count == 0)
            _pieces.Add((0, header.Lengths.Sum(static length => (long)length), header.TextStart, false));
    }

    // Changed properties (1) come before the pieces (2).
    private void ReadPieces(ReadOnlySpan<byte> table)
    {
        long at = 0;
        while (LittleEndian.Byte(table, at) == 1)
            at += 3 + LittleEndian.UInt16(table, at + 1);
        if (LittleEndian.Byte(table, at) != 2)
            return;
        var pieces = LittleEndian.Slice(table, at + 5, LittleEndian.UInt32(table, at + 1));
        var count = (pieces.Length - 4) / 12;
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (LittleEndian.UInt32(pieces, i * 4), LittleEndian.UInt32(pieces, i * 4 + 4));
            var where = LittleEndian.UInt32(pieces, (count + 1) * 4 + i * 8 + 2);
            var narrow = _isOld || (where & 0x40000000) != 0;
            if (to > from)
                _pieces.Add((from, to, _isOld ? where : narrow ? (where & 0x3FFFFFFF) / 2 : where & 0x3FFFFFFF, !narrow));
        }
    }

    /// <summary>The characters of a range, in order. Pieces that lie outside the file are left out.</summary>
    internal IEnumerable<DocSpan> Read(long from, long to)
    {
        foreach (var piece in _pieces.Where(piece => piece.From < to && piece.To > from))
        {
            var width = piece.Wide ? 2 : 1;
            var first = Math.Max(from, piece.From);
            var offset = piece.Offset + (first - piece.From) * width;
            var end = Math.Min(offset + (Math.Min(to, piece.To) - first) * width, _stream.Length);
            for (; offset + width <= end; offset += MaxSpan)
            {
                var length = (int)Math.Min(MaxSpan, end - offset) / width * width;
                var text = (piece.Wide ? Encoding.Unicode : _narrow).GetString(_stream, (int)offset, length);
                yield return new(text, offset, text.Length * width == length ? width : 0);
            }
        }
    }

    // The code pages Windows uses for languages that are not written in Latin letters of the West, by primary language and a few whole numbers.
    private static int CodePageOf(int language) => language switch
    {
        0x0404 or 0x0C04 or 0x1404 => 950,
        0x0C1A => 1251,
        _ => (language & 0x3FF) switch
        {
            0x01 or 0x20 or 0x29 => 1256,
            0x02 or 0x19 or 0x22 or 0x23 or 0x2F => 1251,
            0x04 => 936,
            0x05 or 0x0E or 0x15 or 0x18 or 0x1A or 0x1B or 0x1C or 0x24 => 1250,
            0x08 => 1253,
            0x0D => 1255,
            0x11 => 932,
            0x12 => 949,
            0x1E => 874,
            0x1F or 0x2C => 1254,
            0x25 or 0x26 or 0x27 => 1257,
            _ => 1252,
        },
    };
}
