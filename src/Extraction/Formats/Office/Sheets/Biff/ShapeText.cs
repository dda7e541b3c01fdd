using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>What shapes say in their properties ([MS-ODRAW] 2.3): alternative text, WordArt, where a click leads.</summary>
internal static class ShapeText
{
    private const ushort Properties = 0xF00B, SecondProperties = 0xF121, ThirdProperties = 0xF122;
    private const int WordArt = 0x00C0, Link = 0x0382, Description = 0x0381, ToolTip = 0x038D, ComplexBit = 0x8000;

    /// <summary>Reads one record's worth of drawing; containers may run on into the next, properties do not.</summary>
    internal static void Read(ReadOnlySpan<byte> drawing, SheetPage page)
    {
        var fields = new RecordFields(drawing);
        while (fields.Length >= 8)
        {
            var head = fields.ReadUInt16();
            var type = fields.ReadUInt16();
            var length = fields.ReadUInt32();
            if ((head & 0xF) == 0xF)
                continue; // a container: what it holds comes next
            var body = fields.ReadBytes((int)Math.Min(length, int.MaxValue));
            if (type is Properties or SecondProperties or ThirdProperties)
                ReadProperties(body, head >> 4, page);
        }
    }

    private static void ReadProperties(ReadOnlySpan<byte> body, int count, SheetPage page)
    {
        var table = new RecordFields(body);
        var complex = new RecordFields(count * 6 <= body.Length ? body[(count * 6)..] : default);
        for (var i = 0; i < count && table.Length >= 6; i++)
        {
            var property = table.ReadUInt16();
            var value = table.ReadUInt32();
            if ((property & ComplexBit) == 0)
                continue;
            var content = complex.ReadBytes((int)Math.Min(value, int.MaxValue));
            switch (property & 0x3FFF)
            {
                case WordArt or Description or ToolTip:
                    page.AddTarget(Encoding.Unicode.GetString(content[..(content.Length & ~1)]).TrimEnd('\0'));
                    break;
                case Link when content.Length > 16: // after the class that reads it
                    OleHyperlink.Read(content[16..]).ForEach(page.AddTarget);
                    break;
            }
        }
    }
}
