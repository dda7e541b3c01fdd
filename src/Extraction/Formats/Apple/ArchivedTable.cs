using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>A table of an iWork document since 2013. Texts stand in lists beside the table; cells are packed records in tiles of rows.</summary>
internal sealed class ArchivedTable(ObjectArchive objects, Func<ArchivedObject, string> textOf)
{
    internal const ulong TableType = 6001, TileType = 6002, ListType = 6005, RichTextType = 6218;

    private const int CellHeader = 12, MaxColumns = 1000;
    private const ulong StringList = 1, RichTextList = 8;

    // What a cell's record holds after its header, by bits of its flags, in this order (version 5).
    private const uint HasDecimal = 1, HasDouble = 2, HasSeconds = 4, HasString = 8, HasRichText = 16;

    private readonly Dictionary<uint, string> _strings = [];
    private readonly Dictionary<uint, string> _richTexts = [];

    /// <summary>Appends the rows: filled cells parted by tabs.</summary>
    internal void Append(ArchivedObject model, PageText page, PageSink pages)
    {
        var references = objects.References(model.Message).DistinctBy(static found => found.Id).ToList();
        foreach (var list in references.Where(static found => found.Type == ListType))
            ReadList(list);
        var before = page.Length;
        foreach (var tile in references.Where(static found => found.Type == TileType))
        {
            foreach (var row in ProtobufMessage.Fields(tile.Message).Where(static field => field is { Number: 5, Bytes: not null }))
            {
                if (page.Length > pages.Room)
                    return;
                page.EndLine();
                AppendRow(row.Bytes!.Value, page);
                pages.Progress();
            }
        }
        page.EndLine();
        // Older records are packed in ways that changed from edition to edition; the texts are there all the same.
        if (page.Length == before)
            page.AppendLine(string.Join('\t', _strings.Values.Concat(_richTexts.Values)));
    }

    private void ReadList(ArchivedObject list)
    {
        var into = ProtobufMessage.Number(list.Message, 1) switch { StringList => _strings, RichTextList => _richTexts, _ => null };
        if (into is null)
            return;
        foreach (var entry in ProtobufMessage.Fields(list.Message).Where(static field => field is { Number: 3, Bytes: not null }))
        {
            var key = (uint)(ProtobufMessage.Number(entry.Bytes!.Value, 1) ?? 0);
            into[key] = into == _strings
                ? ProtobufMessage.Bytes(entry.Bytes.Value, 3) is { } text ? Encoding.UTF8.GetString(text.Span).ReplaceLineEndings(" ") : ""
                : string.Join(' ', objects.References(entry.Bytes.Value).Where(static found => found.Type == RichTextType)
                    .SelectMany(payload => objects.References(payload.Message)).Select(textOf)).ReplaceLineEndings(" ").Trim();
        }
    }

    // TileRowInfo: 6 the records, 7 where each column's record starts (-1: none), 8 whether those are counted in steps of four bytes.
    private void AppendRow(ReadOnlyMemory<byte> row, PageText page)
    {
        if (ProtobufMessage.Bytes(row, 6) is not { } records || ProtobufMessage.Bytes(row, 7) is not { } starts)
            return;
        var step = ProtobufMessage.Number(row, 8) == 1 ? 4 : 1;
        var first = true;
        for (var column = 0; column < Math.Min(starts.Length / 2, MaxColumns); column++)
        {
            var start = BinaryPrimitives.ReadInt16LittleEndian(starts.Span[(column * 2)..]);
            var text = start < 0 || start * step + CellHeader > records.Length ? null : ReadCell(records.Span[(start * step)..]);
            if (string.IsNullOrEmpty(text))
                continue;
            page.Append(first ? "" : "\t").Append(text);
            first = false;
        }
    }

    private string? ReadCell(ReadOnlySpan<byte> cell)
    {
        const int boolean = 6;
        if (cell[0] != 5)
            return null;
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(cell[8..]);
        var at = CellHeader;
        var number = Take(cell, flags, HasDecimal, 16, ref at) is { Length: > 0 } packed ? Decimal(packed) : null;
        if (Take(cell, flags, HasDouble, 8, ref at) is { Length: > 0 } real)
            number ??= BinaryPrimitives.ReadDoubleLittleEndian(real).ToString(CultureInfo.InvariantCulture);
        if (Take(cell, flags, HasSeconds, 8, ref at) is { Length: > 0 } seconds)
            number ??= WorkspaceGrid.Show(BinaryPrimitives.ReadDoubleLittleEndian(seconds));
        if (Take(cell, flags, HasString, 4, ref at) is { Length: > 0 } text)
            return _strings.GetValueOrDefault(BinaryPrimitives.ReadUInt32LittleEndian(text));
        if (Take(cell, flags, HasRichText, 4, ref at) is { Length: > 0 } rich)
            return _richTexts.GetValueOrDefault(BinaryPrimitives.ReadUInt32LittleEndian(rich));
        return cell[1] == boolean ? number is null or "0" ? "FALSE" : "TRUE" : number;
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> cell, uint flags, uint flag, int size, ref int at)
    {
        if ((flags & flag) == 0 || at + size > cell.Length)
            return [];
        at += size;
        return cell.Slice(at - size, size);
    }

    // IEEE 754-2008 decimal128 in its binary form: sign, 14 bits of exponent with a bias of 6176, 113 bits of digits.
    private static string Decimal(ReadOnlySpan<byte> bytes)
    {
        const int bias = 6176, mostShown = 28;
        var exponent = ((bytes[15] & 0x7F) << 7 | bytes[14] >> 1) - bias;
        var digits = new System.Numerics.BigInteger(bytes[..14], isUnsigned: true) + ((System.Numerics.BigInteger)(bytes[14] & 1) << 112);
        if (bytes[15] >= 0x80)
            digits = -digits;
        if (exponent is > mostShown or < -mostShown)
            return ((double)digits * Math.Pow(10, exponent)).ToString(CultureInfo.InvariantCulture);
        if (exponent >= 0)
            return (digits * System.Numerics.BigInteger.Pow(10, exponent)).ToString(CultureInfo.InvariantCulture);
        var text = System.Numerics.BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).PadLeft(1 - exponent, '0');
        var shown = $"{text[..(text.Length + exponent)]}.{text[(text.Length + exponent)..]}".TrimEnd('0').TrimEnd('.');
        return digits.Sign < 0 ? $"-{shown}" : shown;
    }
}
