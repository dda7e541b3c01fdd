using System.Text;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>Text of iWork documents since 2013, by the types of their objects: texts, tables, comments and links, arranged by slide or sheet.</summary>
internal sealed class ArchivedWorkspace
{
    private const ulong Show = 2, Sheet = 2, SlideNode = 4, Note = 15, Story = 2001, StoryOld = 2005, Link = 2032, Comment = 3056, TableFrame = 6000, PagesDocument = 10000;
    private const int KindBody = 0, KindHeader = 1, KindNote = 4, KindCell = 5, MaxHops = 6;

    private readonly ObjectArchive _objects;
    private readonly PageSink _pages;
    private readonly HashSet<ulong> _shown = [];

    private ArchivedWorkspace(ObjectArchive objects, PageSink pages) => (_objects, _pages) = (objects, pages);

    /// <summary>Which program's document it is, by the type of its first object and its parts.</summary>
    internal static string? FindType(PackageArchive archive)
    {
        if (!archive.Has("Index/Document.iwa"))
            return null;
        try
        {
            if (ObjectArchive.ReadPart(archive, "Index/Document.iwa").FirstOrDefault()?.Type == PagesDocument)
                return ContentTypes.Pages;
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            // The names tell as much.
        }
        return archive.Parts.Any(IsSlide) ? ContentTypes.Keynote
            : archive.Parts.Any(static part => part.StartsWith("Index/Tables/", StringComparison.OrdinalIgnoreCase)) || archive.Has("Index/CalculationEngine.iwa") ? ContentTypes.Numbers
            : ContentTypes.Pages;
    }

    internal static ReadResult Read(PackageArchive archive, PageSink pages)
    {
        var type = FindType(archive);
        var reading = new ArchivedWorkspace(ObjectArchive.Read(archive, static type => IsRead(type), pages.Progress), pages);
        if (type == ContentTypes.Keynote)
            reading.ReadSlides();
        else if (type == ContentTypes.Numbers)
            reading.ReadSheets();
        else
            reading.ReadText(reading._objects.Objects.Where(static found => !IsTemplate(found.Component)));
        return ReadResult.TextOnly;
    }

    private static bool IsSlide(string part) => part.StartsWith("Index/Slide", StringComparison.OrdinalIgnoreCase);

    // Masters and templates hold prompts for authors.
    private static bool IsTemplate(string part) =>
        part.StartsWith("Index/MasterSlide", StringComparison.OrdinalIgnoreCase) || part.StartsWith("Index/TemplateSlide", StringComparison.OrdinalIgnoreCase);

    // Drawings (3000 and on) lead from sheets to the texts in them.
    private static bool IsRead(ulong type) => type is 1 or 2 or 4 or 5 or 6 or 7 or Note or Story or StoryOld or Link or >= 2003 and <= 2014 or >= 3000 and < 3100
        or TableFrame or ArchivedTable.TableType or ArchivedTable.TileType or ArchivedTable.ListType or ArchivedTable.RichTextType;

    private void ReadSlides()
    {
        foreach (var slide in SlideOrder())
        {
            if (_pages.IsFull)
                return;
            ReadText(_objects.Objects.Where(found => found.Component == slide));
        }
    }

    // Show: 3 the tree, in it 2 the nodes in order; a node refers to its slide, which stands in a part of its own.
    private List<string> SlideOrder()
    {
        var order = _objects.Objects.Where(static found => found is { Type: Show, Component: "Index/Document.iwa" })
            .SelectMany(show => ProtobufMessage.Bytes(show.Message, 3) is { } tree ? _objects.References(tree) : [])
            .Where(static node => node.Type == SlideNode)
            .SelectMany(node => _objects.References(node.Message))
            .Select(static found => found.Component).Where(IsSlide);
        return [.. order.Concat(_objects.Objects.Select(static found => found.Component).Where(IsSlide)).Distinct(StringComparer.Ordinal)];
    }

    private void ReadSheets()
    {
        var sheets = _objects.Objects.Where(static found => found is { Type: Sheet, Component: "Index/Document.iwa" }).ToList();
        foreach (var sheet in sheets)
        {
            if (_pages.IsFull)
                return;
            var page = new PageText();
            if (ProtobufMessage.Bytes(sheet.Message, 1) is { } name)
                page.AppendLine(Encoding.UTF8.GetString(name.Span));
            page.MarkHeading(0, 1);
            Append(Within(sheet), page);
            _pages.Add(page);
        }
        if (sheets.Count == 0)
            ReadText(_objects.Objects);
    }

    // What a sheet leads to, without what leads back: other sheets and the document.
    private List<ArchivedObject> Within(ArchivedObject root)
    {
        var (found, seen) = (new List<ArchivedObject>(), new HashSet<ulong> { root.Id });
        List<ArchivedObject> edge = [root];
        for (var hop = 0; hop < MaxHops && edge.Count > 0; hop++)
        {
            edge = [.. edge.Where(static one => one.Type is not (ArchivedTable.TableType or ArchivedTable.ListType)).SelectMany(one => _objects.References(one.Message))
                .Where(one => one.Type >= Story && seen.Add(one.Id))];
            found.AddRange(edge);
        }
        return found;
    }

    private void ReadText(IEnumerable<ArchivedObject> objects)
    {
        var page = new PageText();
        Append([.. objects], page);
        _pages.Add(page);
    }

    private void Append(List<ArchivedObject> found, PageText page)
    {
        foreach (var story in found.Where(static one => one.Type is Story or StoryOld && KindOf(one) != KindCell).OrderBy(static one => Rank(KindOf(one))))
        {
            if (_shown.Add(story.Id) && page.Length <= _pages.Room)
                page.AppendLine(TextOf(story));
            _pages.Progress();
        }
        foreach (var table in found.Where(static one => one.Type == ArchivedTable.TableType))
        {
            if (_shown.Add(table.Id))
                new ArchivedTable(_objects, TextOf).Append(table, page, _pages);
        }
        foreach (var table in found.Where(static one => one.Type == TableFrame).SelectMany(one => _objects.References(one.Message)).Where(static one => one.Type == ArchivedTable.TableType))
        {
            if (_shown.Add(table.Id))
                new ArchivedTable(_objects, TextOf).Append(table, page, _pages);
        }
        foreach (var aside in found.Where(static one => one.Type is Comment or Link))
        {
            // Comment: 1 its text. Link: 2 its target.
            if (_shown.Add(aside.Id) && ProtobufMessage.Bytes(aside.Message, aside.Type == Comment ? 1 : 2) is { } text)
                page.AppendLine(Encoding.UTF8.GetString(text.Span));
        }
    }

    private static int KindOf(ArchivedObject story) => (int)(ProtobufMessage.Number(story.Message, 1) ?? KindBody);

    private static int Rank(int kind) => kind switch { KindHeader => 0, KindBody => 1, KindNote => 3, _ => 2 };

    // StorageArchive: 3 the text. Attachments are one character each, other controls end lines, columns and pages.
    private static string TextOf(ArchivedObject story)
    {
        if (story.Type is not (Story or StoryOld))
            return "";
        var text = new StringBuilder();
        foreach (var field in ProtobufMessage.Fields(story.Message).Where(static field => field is { Number: 3, Bytes: not null }))
        {
            foreach (var character in field.Text)
                text.Append(character switch { '\uFFFC' => ' ', '\t' => '\t', '\u2028' or '\u2029' or < ' ' => '\n', _ => character });
        }
        return text.ToString();
    }
}
