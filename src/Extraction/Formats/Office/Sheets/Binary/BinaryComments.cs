namespace ScaiDrive.Extraction.Formats.Office.Sheets.Binary;

/// <summary>The comments part of a binary workbook ([MS-XLSB] 2.1.7.15).</summary>
internal static class BinaryComments
{
    private const int Author = 632, Comment = 635, Text = 637;

    internal static void Append(Stream content, bool threaded, SheetPage page)
    {
        using var records = new BinaryRecords(content);
        var authors = new List<string>();
        var author = "";
        while (records.Read() && !page.IsFull)
        {
            var fields = records.Fields;
            switch (records.Type)
            {
                case Author:
                    authors.Add(fields.ReadText());
                    break;
                case Comment:
                    author = fields.ReadUInt32() is var index && index < authors.Count ? authors[(int)index] : "";
                    break;
                case Text:
                    var text = fields.ReadRichText();
                    if (!threaded || !SheetParts.IsShadow(author))
                        page.AddComment(author, text);
                    break;
            }
        }
    }
}
