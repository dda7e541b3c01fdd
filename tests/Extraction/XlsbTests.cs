using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class XlsbTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const int Row = 0, Rk = 2, Error = 3, Bool = 4, Real = 5, Text = 6, Shared = 7, FormulaText = 8, RichText = 62, SharedItem = 19, Format = 44, CellStyle = 47, NamedStyle = 48,
        Validation = 64, Properties = 153, Sheet = 156, Margins = 479, Link = 494, BeginCellStyles = 617, EndCellStyles = 618, Author = 632, Comment = 635, CommentText = 637;

    [Fact]
    public async Task Cells_are_shown_in_their_formats_and_what_hangs_on_the_sheet_follows()
    {
        byte[] cell = [0, 0, 0, 0, 0, 0, 0, 0], dated = [0, 0, 0, 0, 1, 0, 0, 0];
        var document = await fixture.ExtractAsync("a.xlsb", Workbook(
            BinaryParts.Records(
                (Row, []), (Shared, [cell, 0]), (Shared, [cell, 1]), (Real, [cell, 1234.5]), (Real, [dated, 39219.0 - 1462]), (Rk, [cell, (125 << 2) | 3]),
                (Row, []), (Text, [cell, BinaryParts.Text("in place")]), (RichText, [cell, (byte)0, BinaryParts.Text("rich")]), (Bool, [cell, (byte)1]), (Error, [cell, (byte)0x2A]),
                (Row, []), (FormulaText, [cell, BinaryParts.Text("formula text"), (ushort)0]), (17, [new byte[4], BinaryParts.Text("short cell")]),
                (Margins, [(ushort)0, BinaryParts.Text("&LQuay"), BinaryParts.NoText, BinaryParts.NoText, BinaryParts.Text("&Ceven foot"), BinaryParts.NoText, BinaryParts.NoText]),
                (Link, [new byte[16], BinaryParts.Text("rId9"), BinaryParts.Text("Other!B2"), BinaryParts.Text("a tip"), BinaryParts.Text("shown already")]),
                (Validation, [0, 1, new byte[16], BinaryParts.NoText, BinaryParts.Text("not that"), BinaryParts.Text("Pick"), BinaryParts.Text("one of them")])),
            comments: BinaryParts.Records((Author, [BinaryParts.Text("Ann")]), (Comment, [0, new byte[32]]), (CommentText, [(byte)0, BinaryParts.Text("check this")]))));

        Assert.Equal(("ok", "application/vnd.ms-excel.sheet.binary.macroenabled.12"), (document.Status, document.MimeType));
        Assert.Equal("""
            Berths
            plain	日本 ニホン	1234.5	17-May-07	1.25
            in place	rich	TRUE	#N/A
            formula text	short cell
            Quay
            even foot
            #Other!B2
            a tip
            not that
            Pick
            one of them
            Ann: check this
            """, document.AllText());
    }

    [Fact]
    public async Task A_sheet_that_is_cut_off_or_claims_too_much_keeps_what_stands_before()
    {
        byte[] cell = [0, 0, 0, 0, 0, 0, 0, 0];
        var whole = BinaryParts.Records((Row, []), (Text, [cell, BinaryParts.Text("kept")]), (Text, [cell, int.MaxValue, "cut"u8.ToArray()]), (Row, []), (Real, [cell, 7.0]));

        Assert.Equal("Berths\nkept\t\n7".Replace("\t\n", "\tc\n", StringComparison.Ordinal).Length, (await fixture.ExtractAsync("a.xlsb", Workbook(whole, []))).AllText().Length);
        Assert.StartsWith("Berths\nkept", (await fixture.ExtractAsync("a.xlsb", Workbook(whole[..^4], []))).AllText(), StringComparison.Ordinal);
    }

    private static byte[] Workbook(byte[] sheet, byte[] comments)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", "<Types/>"u8.ToArray());
            Add("_rels/.rels", Encoding.UTF8.GetBytes(OfficeDocuments.Relationships(("m", "officeDocument", "xl/workbook.bin"))));
            Add("xl/workbook.bin", BinaryParts.Records((Properties, [1, 0]), (Sheet, [0, 1, BinaryParts.Text("s"), BinaryParts.Text("Berths")])));
            Add("xl/_rels/workbook.bin.rels", Encoding.UTF8.GetBytes(OfficeDocuments.Relationships(("s", "worksheet", "s.bin"), ("t", "sharedStrings", "t.bin"), ("y", "styles", "y.bin"))));
            Add("xl/t.bin", BinaryParts.Records((SharedItem, [(byte)0, BinaryParts.Text("plain")]),
                (SharedItem, [(byte)3, BinaryParts.Text("日本"), 1, 0, BinaryParts.Text("ニホン"), 0])));
            Add("xl/y.bin", BinaryParts.Records((Format, [(ushort)200, BinaryParts.Text("d-mmm-yy")]), (CellStyle, [(ushort)0, (ushort)9]),
                (BeginCellStyles, [2]), (CellStyle, [(ushort)0, (ushort)0]), (CellStyle, [(ushort)0, (ushort)200]), (EndCellStyles, []), (NamedStyle, [0, (ushort)1, (byte)0, (byte)0, BinaryParts.Text("Normal")])));
            Add("xl/s.bin", sheet);
            Add("xl/_rels/s.bin.rels", Encoding.UTF8.GetBytes(OfficeDocuments.Relationships(("c", "comments", "c.bin"))));
            Add("xl/c.bin", comments);

            void Add(string name, byte[] content)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return buffer.ToArray();
    }
}
