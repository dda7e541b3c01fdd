namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>What is read of a paragraph's properties. Null: not said.</summary>
internal record struct DocParagraphFormat
{
    internal int Style { get; set; }

    internal int? List { get; set; }

    internal int? ListLevel { get; set; }

    internal int? OutlineLevel { get; set; }

    internal bool EndsRow { get; set; }

    internal bool EndsInnerCell { get; set; }

    internal bool EndsInnerRow { get; set; }
}

/// <summary>What is read of a run's properties, and which bytes of the text it covers.</summary>
internal record struct DocRunFormat(long From, long To)
{
    internal bool IsDeleted { get; set; }

    internal bool IsSpecial { get; set; }

    internal bool HoldsData { get; set; }

    /// <summary>Where in the data stream the run's picture or form field stands.</summary>
    internal long? Picture { get; set; }

    /// <summary>A character of a symbol font, with the number of the font.</summary>
    internal (int Font, int Code)? Symbol { get; set; }
}

/// <summary>Properties of paragraphs and runs by the offset of their text. They stand in pages of 512 bytes ([MS-DOC] 2.9.33, 2.9.175).</summary>
internal sealed class DocFormatting(DocHeader header, byte[] stream, byte[] tables, DocDataStream data)
{
    private const int PageSize = 512, ParagraphEntry = 13, RunEntry = 1;

    private readonly uint[] _paragraphPages = Pages(header.Table(tables, DocHeader.ParagraphPages), out _);
    private readonly uint[] _runPages = Pages(header.Table(tables, DocHeader.RunPages), out _);
    private readonly uint[] _paragraphStarts = Starts(header.Table(tables, DocHeader.ParagraphPages));
    private readonly uint[] _runStarts = Starts(header.Table(tables, DocHeader.RunPages));

    /// <summary>True when the document says how its text is formatted.</summary>
    internal bool IsKnown => _paragraphPages.Length > 0;

    /// <summary>The paragraph whose last character stands at an offset.</summary>
    internal DocParagraphFormat ParagraphAt(long offset)
    {
        var format = new DocParagraphFormat();
        var page = PageOf(_paragraphPages, _paragraphStarts, offset);
        var entry = Find(page, offset, ParagraphEntry, out _);
        if (entry <= 0)
            return format;
        // A count of words; 0 is followed by the real one, which then counts two bytes less.
        var words = LittleEndian.Byte(page, entry);
        var properties = words > 0 ? LittleEndian.Slice(page, entry + 1, words * 2 - 1) : LittleEndian.Slice(page, entry + 2, LittleEndian.Byte(page, entry + 1) * 2);
        format.Style = LittleEndian.UInt16(properties, 0);
        Apply(LittleEndian.Slice(properties, 2, properties.Length), ref format, mayLeadElsewhere: true);
        return format;
    }

    /// <summary>Applies a list of modifiers, such as those of a style.</summary>
    internal void Apply(ReadOnlySpan<byte> list, ref DocParagraphFormat format, bool mayLeadElsewhere = false)
    {
        var sprms = new DocSprms(list);
        while (sprms.Next())
        {
            switch (sprms.Code)
            {
                case DocSprms.ListLevel:
                    format.ListLevel = LittleEndian.Byte(sprms.Operand, 0);
                    break;
                case DocSprms.List:
                    format.List = LittleEndian.UInt16(sprms.Operand, 0);
                    break;
                case DocSprms.OutlineLevel:
                    format.OutlineLevel = LittleEndian.Byte(sprms.Operand, 0);
                    break;
                case DocSprms.EndsRow:
                    format.EndsRow = sprms.IsOn;
                    break;
                case DocSprms.EndsInnerCell:
                    format.EndsInnerCell = sprms.IsOn;
                    break;
                case DocSprms.EndsInnerRow:
                    format.EndsInnerRow = sprms.IsOn;
                    break;
                case DocSprms.Elsewhere or DocSprms.ElsewhereOld when mayLeadElsewhere:
                    Apply(data.Properties(LittleEndian.UInt32(sprms.Operand, 0)), ref format);
                    break;
            }
        }
    }

    /// <summary>The run that holds the character at an offset.</summary>
    internal DocRunFormat RunAt(long offset)
    {
        var page = PageOf(_runPages, _runStarts, offset);
        var entry = Find(page, offset, RunEntry, out var run);
        if (entry <= 0)
            return run;
        var sprms = new DocSprms(LittleEndian.Slice(page, entry + 1, LittleEndian.Byte(page, entry)));
        while (sprms.Next())
        {
            switch (sprms.Code)
            {
                case DocSprms.IsDeleted:
                    run.IsDeleted = sprms.IsOn;
                    break;
                case DocSprms.IsSpecial:
                    run.IsSpecial = sprms.IsOn;
                    break;
                case DocSprms.HoldsData:
                    run.HoldsData = sprms.IsOn;
                    break;
                case DocSprms.Picture:
                    run.Picture = LittleEndian.UInt32(sprms.Operand, 0);
                    break;
                case DocSprms.Symbol:
                    run.Symbol = (LittleEndian.UInt16(sprms.Operand, 0), LittleEndian.UInt16(sprms.Operand, 2));
                    break;
            }
        }
        return run;
    }

    private static uint[] Pages(ReadOnlySpan<byte> table, out int count)
    {
        count = Math.Max(0, (table.Length - 4) / 8);
        var pages = new uint[count];
        for (var i = 0; i < count; i++)
            pages[i] = LittleEndian.UInt32(table, (count + 1) * 4 + i * 4) & 0x3FFFFF;
        return pages;
    }

    private static uint[] Starts(ReadOnlySpan<byte> table)
    {
        _ = Pages(table, out var count);
        var starts = new uint[count];
        for (var i = 0; i < count; i++)
            starts[i] = LittleEndian.UInt32(table, i * 4);
        return starts;
    }

    private ReadOnlySpan<byte> PageOf(uint[] pages, uint[] starts, long offset)
    {
        var at = Array.BinarySearch(starts, (uint)Math.Clamp(offset, 0, uint.MaxValue));
        at = at < 0 ? ~at - 1 : at;
        return at < 0 ? [] : LittleEndian.Slice(stream, (long)pages[at] * PageSize, PageSize);
    }

    // The offsets stand first, then one entry for each range, the number of ranges last. 0: no properties.
    private static int Find(ReadOnlySpan<byte> page, long offset, int entrySize, out DocRunFormat range)
    {
        range = new(offset, offset + 1);
        if (page.Length < PageSize)
            return 0;
        int count = page[PageSize - 1], low = 0, high = count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (offset < LittleEndian.UInt32(page, middle * 4))
                high = middle - 1;
            else if (offset >= LittleEndian.UInt32(page, middle * 4 + 4))
                low = middle + 1;
            else
            {
                range = new(LittleEndian.UInt32(page, middle * 4), LittleEndian.UInt32(page, middle * 4 + 4));
                return LittleEndian.Byte(page, (count + 1) * 4 + middle * entrySize) * 2;
            }
        }
        return 0;
    }
}
