using System.Globalization;
using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>Cells of a table in the edition of 2009. They stand in one row of elements; each may say how far it is from the one before, counted in a grid 256 columns wide.</summary>
internal sealed class WorkspaceGrid(XmlReader reader)
{
    private const int GridWidth = 256;

    private static readonly DateTime Epoch = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Reads the cells inside the present element: a row is a line, filled cells are parted by tabs.</summary>
    internal void Read(PageText page, PageSink pages)
    {
        page.EndLine();
        var (position, row, lineStart) = (0L, 0L, page.Length);
        var depth = SafeXml.Enter(reader);
        while (page.Length <= pages.Room && SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            position += long.TryParse(Attribute("ct"), CultureInfo.InvariantCulture, out var step) && step is >= 0 and < int.MaxValue ? step : 1;
            if (position / GridWidth != row)
            {
                row = position / GridWidth;
                page.EndLine();
                lineStart = page.Length;
                pages.Progress();
            }
            var text = ReadCell();
            if (text.Length > 0)
                page.Append(page.Length > lineStart ? "\t" : "").Append(text);
        }
        page.EndLine();
    }

    // A cell of text (t), a number (n), a date (d), a formula with its result (f), a menu with its choices (pm).
    private string ReadCell()
    {
        var menu = reader.LocalName == "pm";
        var (text, choices) = (new PageText(), new Dictionary<string, string>(StringComparer.Ordinal));
        string? choice = null, chosen = null;
        Append();
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                // Text of several paragraphs stands inside, where a short one is an attribute.
                if (reader.NodeType == XmlNodeType.Text)
                    text.Append(reader.Value);
                continue;
            }
            if (menu && reader.LocalName is "t" or "n")
                choice = Attribute("ID");
            if (reader.LocalName.EndsWith("-ref", StringComparison.Ordinal))
                chosen = Attribute("IDREF") ?? chosen;
            Append();
        }
        return chosen is not null && choices.TryGetValue(chosen, out var only) ? only : text.ToString();

        void Append()
        {
            var value = reader.LocalName switch
            {
                "ct" or "so" => Attribute("s"),
                "n" or "rn" or "rt" => Number(Attribute("v")),
                "d" or "rd" => Date(Attribute("cell-date") ?? Attribute("v")),
                _ => null,
            };
            if (string.IsNullOrEmpty(value))
                return;
            text.AppendSpace();
            text.Append(value);
            if (choice is not null)
                choices.TryAdd(choice, value);
        }
    }

    private static string? Number(string? value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : value;

    private static string? Date(string? seconds) =>
        double.TryParse(seconds, CultureInfo.InvariantCulture, out var since) ? Show(since) : seconds;

    /// <summary>A date as seconds since 2001, the beginning of time in these formats.</summary>
    internal static string? Show(double seconds)
    {
        // The calendar ends sooner to the past than to the future.
        if (!(seconds is > -6e10 and < 1e11))
            return null;
        var date = Epoch.AddSeconds(seconds);
        return date.ToString(date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private string? Attribute(string localName) => OfficeXml.Attribute(reader, localName);
}
