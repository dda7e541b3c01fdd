using System.Xml;

namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>Names of elements as the specification writes them (<c>text:p</c>), whatever prefixes a file uses, and the same for its forerunner of OpenOffice.org 1.</summary>
internal static class OpenNames
{
    internal const string XLink = "http://www.w3.org/1999/xlink";

    private const string Standard = "urn:oasis:names:tc:opendocument:xmlns:", Forerunner = "http://openoffice.org/2000/";
    private const int MaxKnown = 2000;

    [ThreadStatic]
    private static Dictionary<(string, string), string>? Known;

    internal static string Of(XmlReader reader)
    {
        var known = Known ??= [];
        var key = (reader.NamespaceURI, reader.LocalName);
        if (known.TryGetValue(key, out var name))
            return name;
        name = $"{Vocabulary(key.NamespaceURI)}:{key.LocalName}";
        if (known.Count < MaxKnown)
            known[key] = name;
        return name;
    }

    private static string Vocabulary(string uri)
    {
        if (uri.StartsWith(Standard, StringComparison.Ordinal))
        {
            var rest = uri[Standard.Length..];
            var end = rest.AsSpan().IndexOfAny(':', '-');
            return Prefix(end < 0 ? rest : rest[..end]);
        }
        return uri.StartsWith(Forerunner, StringComparison.Ordinal) ? Prefix(uri[Forerunner.Length..])
            : uri switch
            {
                "http://purl.org/dc/elements/1.1/" => "dc",
                "http://www.w3.org/2000/svg" => "svg",
                "http://www.w3.org/1998/Math/MathML" => "math",
                XLink => "xlink",
                // Additions of LibreOffice on their way into the standard, such as headers of first pages.
                "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0" => "style",
                _ => "other",
            };
    }

    private static string Prefix(string vocabulary) => vocabulary == "drawing" ? "draw" : vocabulary;
}
