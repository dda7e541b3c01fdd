using System.Buffers;

namespace ScaiDrive.Extraction;

/// <summary>Which kind of XML a text is, by its first element: its name, its namespace and what it says of itself.</summary>
internal static class XmlTypes
{
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(" \t\r\n/>");

    /// <summary>A type, or null when the text does not begin like XML.</summary>
    internal static string? Find(ReadOnlySpan<char> text)
    {
        var declared = text.StartsWith("<?xml", StringComparison.Ordinal);
        if (!SkipProlog(ref text))
            return declared ? ContentTypes.Xml : null;
        var end = text.IndexOf('>');
        var root = end < 0 ? text : text[..end];
        var name = root[1..];
        name = name[..(name.IndexOfAny(NameEnds) is >= 0 and var stop ? stop : name.Length)];
        var local = name[(name.IndexOf(':') + 1)..];
        return local switch
        {
            "html" or "HTML" => ContentTypes.Html,
            "svg" => ContentTypes.Svg,
            "document" when root.Contains("opendocument:xmlns:office", StringComparison.Ordinal) => OpenDocument(root),
            "package" when root.Contains("http://schemas.microsoft.com/office/2006/xmlPackage", StringComparison.Ordinal) => ContentTypes.FlatOffice,
            "wordDocument" when root.Contains("schemas.microsoft.com/office/word/2003", StringComparison.Ordinal) => ContentTypes.WordXml,
            "Workbook" when root.Contains("urn:schemas-microsoft-com:office:spreadsheet", StringComparison.Ordinal) => ContentTypes.SheetXml,
            _ => declared || root.Contains("xmlns", StringComparison.Ordinal) ? ContentTypes.Xml : null,
        };
    }

    // Declaration, comments, processing instructions, document type. True when an element follows.
    private static bool SkipProlog(ref ReadOnlySpan<char> text)
    {
        while (true)
        {
            text = text.TrimStart();
            if (text.Length < 2 || text[0] != '<')
                return false;
            if (text[1] is not ('?' or '!'))
                return char.IsLetter(text[1]) || text[1] == '_';
            var end = text.StartsWith("<?", StringComparison.Ordinal) ? "?>"
                : text.StartsWith("<!--", StringComparison.Ordinal) ? "-->"
                : text[..Math.Min(text.Length, Math.Max(0, text.IndexOf('>')))].Contains('[') ? "]>"
                : ">";
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at < 0)
                return false;
            text = text[(at + end.Length)..];
        }
    }

    private static string OpenDocument(ReadOnlySpan<char> root)
    {
        foreach (var type in (ReadOnlySpan<string>)[ContentTypes.OpenText, ContentTypes.OpenSheet, ContentTypes.OpenSlides, ContentTypes.OpenDrawing])
        {
            if (root.Contains(type, StringComparison.Ordinal))
                return type;
        }
        return ContentTypes.OpenText;
    }
}
