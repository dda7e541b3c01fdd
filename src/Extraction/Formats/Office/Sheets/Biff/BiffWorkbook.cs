namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>A sheet as the workbook lists it.</summary>
/// <param name="Position">Where its records begin in the stream.</param>
/// <param name="Name">As its users see it.</param>
internal sealed record BoundSheet(long Position, string Name);

/// <summary>What all sheets share: names, texts, formats, code page, encryption. Read from the globals, or from a single sheet's own records.</summary>
internal sealed class BiffWorkbook(BiffRecords records, BiffText text, StringTable shared, PageSink pages)
{
    private const ushort BeginFile = 0x809, EndFile = 0x0A, FilePass = 0x2F, CodePage = 0x42, DateMode = 0x22, Country = 0x8C, Sheet = 0x85, SharedStrings = 0xFC,
        Format2 = 0x1E, Format4 = 0x41E, Style2 = 0x43, Style3 = 0x243, Style4 = 0x443, Style5 = 0xE0, DrawingGroup = 0xEB;
    private const int VisualBasic = 6, MaxSheets = 1 << 16, UnitedStates = 1;

    private readonly List<BoundSheet> _sheets = [];
    private int _formats;

    internal IReadOnlyList<BoundSheet> Sheets => _sheets;

    internal CellFormats Formats { get; } = new();

    internal StringTable Shared => shared;

    internal BiffText Text => text;

    /// <summary>Reads the globals up to their end; the record before was their BOF.</summary>
    internal void ReadGlobals()
    {
        while (records.Read() && records.Type != EndFile && records.Type != BeginFile)
            Take();
    }

    /// <summary>Takes the present record, if it says something about the workbook.</summary>
    /// <exception cref="UnreadableDocumentException">With <c>encrypted</c> when another password than the default one is needed.</exception>
    internal void Take()
    {
        var fields = records.Fields;
        switch (records.Type)
        {
            case FilePass:
                records.Cipher ??= BiffDecryption.Open(records.Body, text.Version)
                    ?? throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The workbook is protected by a password.");
                break;
            case CodePage:
                text.SetCodePage(fields.ReadUInt16());
                break;
            case DateMode:
                Formats.From1904 = fields.ReadUInt16() == 1;
                break;
            case Country: // the language of the program comes first, that of the system after it
                Formats.English = fields.ReadUInt16() == UnitedStates;
                break;
            case Sheet when _sheets.Count < MaxSheets:
                var position = fields.ReadUInt32();
                fields.Skip(1);
                if (fields.ReadByte() != VisualBasic)
                    _sheets.Add(new(position, text.ReadShort(ref fields)));
                break;
            case SharedStrings:
                ReadShared();
                break;
            case Format2 or Format4:
                ReadFormat(fields);
                break;
            case Style2 or Style3 or Style4 or Style5:
                ReadStyle(fields);
                break;
        }
    }

    private void ReadShared()
    {
        var strings = new ContinuedFields(records);
        _ = strings.ReadUInt32();
        var count = strings.ReadUInt32();
        for (var i = 0u; i < count && strings.ReadRichText() is { } entry; i++)
        {
            shared.Add(entry);
            if ((i & 1023) == 0)
                pages.Progress();
        }
    }

    // Formats get numbers of their own from version 5 on; before, they are counted.
    private void ReadFormat(RecordFields fields)
    {
        var id = text.Version >= 5 ? fields.ReadUInt16() : _formats++;
        if (text.Version == 4)
            fields.Skip(2);
        Formats.Define(id, text.Version == 8 ? text.ReadLong(ref fields) : text.ReadShort(ref fields));
    }

    private void ReadStyle(RecordFields fields)
    {
        var bytes = fields.ReadBytes(4);
        if (bytes.Length < 4)
            return;
        Formats.AddStyle(text.Version switch
        {
            2 => bytes[2] & 0x3F,
            3 or 4 => bytes[1],
            _ => bytes[2] | bytes[3] << 8,
        });
    }
}
