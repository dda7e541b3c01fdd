namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Walks a list of property modifiers ([MS-DOC] 2.2.5).</summary>
internal ref struct DocSprms(ReadOnlySpan<byte> list)
{
    // What the readers look for ([MS-DOC] 2.6).
    internal const int IsDeleted = 0x0800, IsSpecial = 0x0855, HoldsData = 0x0806, Picture = 0x6A03, Symbol = 0x6A09,
        ListLevel = 0x260A, List = 0x460B, OutlineLevel = 0x2640, BreakBefore = 0x2407, EndsRow = 0x2417, EndsInnerCell = 0x244B, EndsInnerRow = 0x244C,
        Elsewhere = 0x6646, ElsewhereOld = 0x6645, SectionBreak = 0x3009;

    private const int Tabs = 0xC615, Table = 0xD608, TableOld = 0xD606;

    private readonly ReadOnlySpan<byte> _list = list;
    private int _next;

    /// <summary>Which property.</summary>
    internal int Code { get; private set; }

    /// <summary>Its value.</summary>
    internal ReadOnlySpan<byte> Operand { get; private set; }

    internal readonly bool IsOn => LittleEndian.Byte(Operand, 0) is not 0;

    internal bool Next()
    {
        if (_next + 2 > _list.Length)
            return false;
        Code = LittleEndian.UInt16(_list, _next);
        _next += 2;
        var size = (Code >> 13) switch
        {
            0 or 1 => 1,
            2 or 4 or 5 => 2,
            3 => 4,
            7 => 3,
            _ => VariableSize(),
        };
        Operand = LittleEndian.Slice(_list, _next, size);
        _next += size;
        return true;
    }

    // The size stands before the operand; three properties count it their own way.
    private int VariableSize()
    {
        var size = LittleEndian.Byte(_list, _next);
        if (Code is Table or TableOld)
        {
            size = Math.Max(0, LittleEndian.UInt16(_list, _next) - 1);
            _next += 2;
        }
        else if (Code == Tabs && size == 255)
        {
            var deleted = LittleEndian.Byte(_list, _next + 1) * 4;
            size = 2 + deleted + LittleEndian.Byte(_list, _next + 2 + deleted) * 3;
            _next++;
        }
        else
        {
            _next++;
        }
        return size;
    }
}
