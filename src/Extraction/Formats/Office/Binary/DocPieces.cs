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

    private readonly SourceDocument _document;

    internal DocPieces(DocHeader header, byte[] stream, ReadOnlySpan<byte> tables, SourceDocument document)
    {
        (_stream, _isOld, _document) = (stream, header.IsOld, document);
        _narrow = CodePages.Find(header.IsOld ? WindowsLanguage.CodePage(header.Language) : 1252) ?? Encoding.Latin1;
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
            var end = offset + (Math.Min(to, piece.To) - first) * width;
            if (end > _stream.Length)
            {
                _document.NoteDamage("A piece of the text lies beyond the end of the file.");
                end = _stream.Length;
            }
            for (; offset + width <= end; offset += MaxSpan)
            {
                var length = (int)Math.Min(MaxSpan, end - offset) / width * width;
                var text = (piece.Wide ? Encoding.Unicode : _narrow).GetString(_stream, (int)offset, length);
                yield return new(text, offset, text.Length * width == length ? width : 0);
            }
        }
    }
}
