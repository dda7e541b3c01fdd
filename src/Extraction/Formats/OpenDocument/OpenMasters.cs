using System.Xml;

namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>What stands on every page of a kind: headers and footers of texts and sheets, own texts of slide masters (ODF 1.3, part 3, 16.9).</summary>
internal sealed class OpenMasters
{
    private readonly Dictionary<string, Master> _masters = new(StringComparer.Ordinal);

    private sealed class Master
    {
        internal readonly PageText Header = new();
        internal readonly PageText Footer = new();
        internal readonly PageText Own = new();
    }

    /// <summary>Headers of all masters: texts change between them on the way.</summary>
    internal string Headers => Distinct(_masters.Values.Select(static master => master.Header));

    internal string Footers => Distinct(_masters.Values.Select(static master => master.Footer));

    /// <summary>Header and footer of sheets; of the first master when they name none. Programs write unused ones into every file.</summary>
    internal string OnSheets(IReadOnlySet<string> used)
    {
        var chosen = _masters.Where(master => used.Contains(master.Key)).Select(static master => master.Value).DefaultIfEmpty(_masters.Values.FirstOrDefault()).OfType<Master>();
        return Distinct(chosen.SelectMany(static master => (PageText[])[master.Header, master.Footer]));
    }

    /// <summary>What a master says on the slides that use it.</summary>
    internal string OnSlide(string? master) => master is not null && _masters.TryGetValue(master, out var found) ? found.Own.ToString() : "";

    internal static OpenMasters Read(XmlReader? reader, OpenSource source, PageSink pages)
    {
        var masters = new OpenMasters();
        if (reader is null)
            return masters;
        var story = new OpenStory(reader, source, pages) { IsMaster = true };
        while (!story.Full && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (OpenNames.Of(reader))
            {
                case "style:master-page":
                    masters.ReadPage(reader, story);
                    break;
                case "office:body" or "office:styles" or "office:automatic-styles" or "office:meta" or "office:settings" or "office:scripts" or "office:font-face-decls":
                    story.Skip();
                    break;
            }
        }
        return masters;
    }

    private void ReadPage(XmlReader reader, OpenStory story)
    {
        var name = Office.OfficeXml.Attribute(reader, "name") ?? "";
        var master = _masters[name] = new();
        var depth = SafeXml.Enter(reader);
        while (!story.Full && SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (OpenNames.Of(reader))
            {
                case var _ when Office.OfficeXml.Attribute(reader, "display") == "false":
                case "presentation:notes" or "office:forms":
                    story.Skip();
                    break;
                case "style:header" or "style:header-left" or "style:header-first":
                    master.Header.AppendLine(story.Capture());
                    break;
                case "style:footer" or "style:footer-left" or "style:footer-first":
                    master.Footer.AppendLine(story.Capture());
                    break;
                default:
                    master.Own.AppendLine(story.Capture(itself: true));
                    break;
            }
        }
    }

    // Left and right pages, first pages and masters derived from each other often say the same.
    private static string Distinct(IEnumerable<PageText> texts) =>
        string.Join('\n', texts.SelectMany(static text => text.ToString().Split('\n')).Where(static line => line.Any(char.IsLetterOrDigit)).Distinct());
}
