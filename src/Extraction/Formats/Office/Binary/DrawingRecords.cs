using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Texts that drawings carry as properties of their shapes ([MS-ODRAW]): word art, alternative text, names of picture files, links and tips.</summary>
internal static class DrawingRecords
{
    internal const int HeaderSize = 8;

    // Property tables (2.2.9 to 2.2.11) and the properties read from them (2.3).
    private const int Primary = 0xF00B, Secondary = 0xF121, Tertiary = 0xF122;
    private const int WordArt = 0x00C0, PictureName = 0x0105, Description = 0x0381, Link = 0x0382, Tip = 0x038D;

    private const int MaxDepth = 32, MaxText = 64 << 10;

    /// <summary>All texts in a row of records, in their order.</summary>
    internal static List<string> Texts(ReadOnlySpan<byte> records)
    {
        var texts = new List<string>();
        Collect(records, texts, 0);
        return texts;
    }

    private static void Collect(ReadOnlySpan<byte> records, List<string> texts, int depth)
    {
        while (records.Length >= HeaderSize)
        {
            var (version, instance) = (records[0] & 15, LittleEndian.UInt16(records, 0) >> 4);
            var type = LittleEndian.UInt16(records, 2);
            var content = LittleEndian.Slice(records, HeaderSize, LittleEndian.UInt32(records, 4));
            if (type is Primary or Secondary or Tertiary)
                CollectProperties(content, instance, texts);
            else if (version == 15 && depth < MaxDepth)
                Collect(content, texts, depth + 1);
            records = records[(HeaderSize + content.Length)..];
        }
    }

    /// <summary>Adds the texts of one property table: entries of six bytes, then the values that do not fit into four.</summary>
    internal static void CollectProperties(ReadOnlySpan<byte> table, int count, List<string> texts)
    {
        long value = count * 6L;
        for (var i = 0; i < count && i * 6 + 6 <= table.Length; i++)
        {
            var property = LittleEndian.UInt16(table, i * 6);
            if ((property & 0x8000) == 0)
                continue;
            var size = LittleEndian.UInt32(table, i * 6 + 2);
            var content = LittleEndian.Slice(table, value, Math.Min(size, MaxText));
            value += size;
            var text = (property & 0x3FFF) switch
            {
                WordArt or PictureName or Description or Tip => Unicode(content),
                Link => HyperlinkAddress.Find(content),
                _ => null,
            };
            if (!string.IsNullOrWhiteSpace(text))
                texts.Add(text);
        }
    }

    /// <summary>Characters up to the first zero.</summary>
    internal static string Unicode(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Unicode.GetString(bytes[..(bytes.Length / 2 * 2)]);
        return text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : text;
    }
}

/// <summary>The address in a stored hyperlink ([MS-OSHARED] 2.3.7.1).</summary>
internal static class HyperlinkAddress
{
    private static ReadOnlySpan<byte> UrlMoniker => [0xE0, 0xC9, 0xEA, 0x79, 0xF9, 0xBA, 0xCE, 0x11, 0x8C, 0x82, 0x00, 0xAA, 0x00, 0x4B, 0xA9, 0x0B];

    private static ReadOnlySpan<byte> FileMoniker => [0x03, 0x03, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

    /// <summary>The web address or path; null when there is none.</summary>
    internal static string? Find(ReadOnlySpan<byte> hyperlink)
    {
        var url = hyperlink.IndexOf(UrlMoniker);
        if (url >= 0)
            return DrawingRecords.Unicode(LittleEndian.Slice(hyperlink, url + 20, LittleEndian.UInt32(hyperlink, url + 16)));
        var file = hyperlink.IndexOf(FileMoniker);
        if (file < 0)
            return null;
        var path = LittleEndian.Slice(hyperlink, file + 22, LittleEndian.UInt32(hyperlink, file + 18));
        return (CodePages.Find(1252) ?? Encoding.Latin1).GetString(path).TrimEnd('\0');
    }
}
