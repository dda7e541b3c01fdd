using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ScaiDrive.Bench.Hostile;

/// <summary>Office documents that unpack, repeat or point at themselves without end.</summary>
internal static class OfficeBombs
{
    private const string Links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    internal static byte[] SharedStrings() => Sheet("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", $"<sst xmlns=\"{Main}\"><si><t>{new string('a', 200 << 20)}</t></si></sst>");

    internal static byte[] FarCells()
    {
        var rows = new StringBuilder();
        for (var row = 0; row < 5000; row++)
            rows.Append(CultureInfo.InvariantCulture, $"<row r=\"{row * 200 + 1}\"><c r=\"XFD{row * 200 + 1}\"><v>1</v></c></row>");
        return Sheet(rows.Append("<row r=\"2147483647\"><c r=\"ZZZZZZZ2147483647\"><v>2</v></c></row>").ToString(), null);
    }

    internal static byte[] ManyCells() => Sheet(string.Concat(Enumerable.Repeat("<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>", 1_000_000)),
        $"<sst xmlns=\"{Main}\"><si><t>{new string('a', 30_000)}</t></si></sst>");

    internal static byte[] Laughs() => Sheet("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", Encoding.UTF8.GetString(MarkupBombs.Laughs($"<sst xmlns=\"{Main}\"><si><t>&lol9;</t></si></sst>")));

    internal static byte[] Relationships() => Word("<w:p><w:r><w:t>text</w:t></w:r></w:p>",
        string.Concat(Enumerable.Range(0, 300_000).Select(static number => $"<Relationship Id=\"h{number}\" Type=\"{Links}/header\" Target=\"document.xml\"/>")));

    internal static byte[] OwnPart() => Word("<w:altChunk r:id=\"self\"/><w:subDoc r:id=\"self\"/><w:object><o:OLEObject r:id=\"self\"/></w:object><w:p><w:footnoteReference w:id=\"1\"/></w:p>",
        $"<Relationship Id=\"self\" Type=\"{Links}/aFChunk\" Target=\"document.xml\"/><Relationship Id=\"f\" Type=\"{Links}/footnotes\" Target=\"document.xml\"/>");

    internal static byte[] DeepTables() => Word(
        string.Concat(Enumerable.Repeat("<w:tbl><w:tr><w:tc>", 3000)) + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" + string.Concat(Enumerable.Repeat("</w:tc></w:tr></w:tbl>", 3000)), "");

    internal static byte[] RepeatedCells() => OriginalDocuments.Zip(
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"u8.ToArray()),
        ("content.xml", """
            <office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
            <office:body><office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="2147483647"><text:p>x<text:s text:c="2147483647"/></text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>
            """u8.ToArray()));

    /// <summary>A compound file whose allocation table, directory and streams run in circles ([MS-CFB] 2.2 to 2.6).</summary>
    internal static byte[] FatCycle()
    {
        var file = new byte[512 * 4];
        ((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(file);
        Short(24, 0x3E);
        Short(26, 3);
        Short(28, 0xFFFE);
        Short(30, 9);
        Short(32, 6);
        Int(44, 1);
        Int(48, 1);
        Int(56, 4096);
        Int(60, 1);
        Int(64, 1);
        Int(68, 0);
        Int(72, 0x7FFFFFFF);
        file.AsSpan(76, 436).Fill(0xFF);
        Int(76, 0);
        for (var sector = 0; sector < 128; sector++)
            Int(512 + sector * 4, sector == 0 ? 0xFFFFFFFD : sector == 1 ? 1u : (uint)(sector ^ 1));
        Entry(0, "Root Entry", 5, 0xFFFFFFFF, 0xFFFFFFFF, 1);
        Entry(1, "WordDocument", 2, 2, 1, 0xFFFFFFFF);
        Entry(2, "1Table", 2, 1, 2, 2);
        Entry(3, "loop", 1, 3, 3, 0);
        return file;

        void Short(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);
        void Int(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
        void Entry(int number, string name, byte kind, uint left, uint right, uint child)
        {
            var at = 1024 + number * 128;
            Encoding.Unicode.GetBytes(name, file.AsSpan(at));
            Short(at + 64, (ushort)(name.Length * 2 + 2));
            file[at + 66] = kind;
            Int(at + 68, left);
            Int(at + 72, right);
            Int(at + 76, child);
            Int(at + 116, 2);
            Int(at + 120, 0x7FFFFFFF);
        }
    }

    private static byte[] Sheet(string rows, string? strings) => Package("xl/workbook.xml",
    [
        ("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Links}\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"s\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", $"<Relationships><Relationship Id=\"s\" Type=\"{Links}/worksheet\" Target=\"sheet1.xml\"/><Relationship Id=\"t\" Type=\"{Links}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"),
        ("xl/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><dimension ref=\"A1:XFD1048576\"/><sheetData>{rows}</sheetData></worksheet>"),
        ("xl/sharedStrings.xml", strings ?? "<sst/>"),
    ]);

    private static byte[] Word(string body, string links) => Package("word/document.xml",
    [
        ("word/document.xml", $"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"{Links}\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"><w:body>{body}</w:body></w:document>"),
        ("word/_rels/document.xml.rels", $"<Relationships>{links}</Relationships>"),
    ]);

    private static byte[] Package(string main, IEnumerable<(string Name, string Content)> parts) => OriginalDocuments.Zip(
        (IEnumerable<(string, byte[])>)[
            ("[Content_Types].xml", "<Types/>"u8.ToArray()),
            ("_rels/.rels", Encoding.UTF8.GetBytes($"<Relationships><Relationship Id=\"m\" Type=\"{Links}/officeDocument\" Target=\"{main}\"/></Relationships>")),
            .. parts.Select(static part => (part.Name, Encoding.UTF8.GetBytes(part.Content))),
        ]);
}
