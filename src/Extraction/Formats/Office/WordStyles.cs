using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Which paragraph styles are headings, and which belong to a list.</summary>
internal sealed class WordStyles
{
    // Styles that are based on each other in a circle end here.
    private const int MaxHops = 20;

    private readonly Dictionary<string, Style> _styles = [];

    private sealed record Style
    {
        internal int? Level { get; set; }

        internal string? BasedOn { get; set; }

        internal string? List { get; set; }

        internal int? ListLevel { get; set; }
    }

    /// <summary>The language most text is in, when the defaults say so.</summary>
    internal string? Language { get; private set; }

    internal static WordStyles None { get; } = new();

    internal static WordStyles Read(OfficePackage package, string part)
    {
        var styles = new WordStyles();
        using var reader = package.Open(part);
        Style? style = null;
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "lang")
                styles.Language ??= OfficeXml.Value(reader);
            if (reader.LocalName == "style")
                style = styles._styles[OfficeXml.Attribute(reader, "styleId") ?? ""] = new();
            else if (style is not null)
                ReadProperty(reader, style);
        }
        return styles;
    }

    private static void ReadProperty(XmlReader reader, Style style)
    {
        switch (reader.LocalName)
        {
            case "name":
                style.Level ??= LevelOf(OfficeXml.Value(reader) ?? "");
                break;
            case "basedOn":
                style.BasedOn = OfficeXml.Value(reader);
                break;
            case "outlineLvl" when OfficeXml.Number(reader) is { } outline:
                style.Level = outline < 9 ? outline + 1 : null;
                break;
            case "numId":
                style.List = OfficeXml.Value(reader);
                break;
            case "ilvl":
                style.ListLevel = OfficeXml.Number(reader);
                break;
        }
    }

    /// <summary>The level of the built-in headings by their name, which is the same in all languages; null for other styles.</summary>
    internal static int? LevelOf(string styleName) =>
        styleName.Equals("title", StringComparison.OrdinalIgnoreCase) ? 1
        : styleName.StartsWith("heading ", StringComparison.OrdinalIgnoreCase) && int.TryParse(styleName.AsSpan(8), CultureInfo.InvariantCulture, out var number) ? number
        : null;

    /// <summary>Level from 1 when paragraphs of this style are headings.</summary>
    internal int? HeadingLevel(string? style) => Chain(style).Select(static found => found.Level).FirstOrDefault(static level => level is not null);

    /// <summary>The list that paragraphs of this style belong to, and their level when the style says it.</summary>
    internal (string? List, int? Level) ListOf(string? style)
    {
        var chain = Chain(style);
        return (chain.Select(static found => found.List).FirstOrDefault(static list => list is not null),
            chain.Select(static found => found.ListLevel).FirstOrDefault(static level => level is not null));
    }

    /// <summary>The style and those it is based on.</summary>
    internal IEnumerable<string> Ancestry(string? style)
    {
        for (var hops = 0; style is not null && hops < MaxHops && _styles.TryGetValue(style, out var found); hops++)
        {
            yield return style;
            style = found.BasedOn;
        }
    }

    private Style[] Chain(string? style) => [.. Ancestry(style).Select(id => _styles[id])];
}
