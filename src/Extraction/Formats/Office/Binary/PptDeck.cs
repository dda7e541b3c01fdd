namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>One presentation while its slides are read.</summary>
internal sealed class PptDeck(PptRecords records, PptDirectory directory, PptRecord presentation, PageSink pages)
{
    private const int Slides = 0, Masters = 1, Notes = 2, SlideFurniture = 3, NotesFurniture = 4, MaxListed = 100_000, MaxMasters = 3;
    private const int LinkTarget = 1, CommentAuthor = 0, CommentText = 1;

    private readonly Dictionary<uint, string> _backgrounds = [];
    private readonly Dictionary<uint, Listed> _masters = [];
    private readonly Dictionary<uint, Listed> _notes = [];
    private readonly Dictionary<uint, string> _links = [];

    /// <summary>An entry of a list of slides: its number, where its records are, and its texts in the outline.</summary>
    private sealed record Listed(uint Id, PptRecord? Records, IReadOnlyList<PptRecord> Outline);

    /// <summary>Adds a page for each slide; gives their number.</summary>
    internal int Read()
    {
        foreach (var master in List(Masters))
            _masters.TryAdd(master.Id, master);
        foreach (var notes in List(Notes))
            _notes.TryAdd(notes.Id, notes);
        ReadLinks();
        var slides = List(Slides);
        // The list is lost: slides as they stand in the file.
        if (slides.Count == 0)
            slides = [.. records.Top().Where(static record => record.Type == PptType.Slide).Take(MaxListed).Select(static record => new Listed(0, record, []))];
        for (var i = 0; i < slides.Count && !pages.IsFull; i++)
        {
            var page = new PageText();
            AppendSlide(slides[i], page);
            if (i == slides.Count - 1)
                AppendMedia(page);
            pages.Add(page);
            pages.Progress();
        }
        return slides.Count;
    }

    private List<Listed> List(int kind)
    {
        var entries = new List<Listed>();
        if (records.Find(presentation, PptType.SlideList, kind) is not { } list)
            return entries;
        List<PptRecord> outline = [];
        foreach (var record in records.Children(list))
        {
            if (record.Type != PptType.SlidePersist)
            {
                outline.Add(record);
                continue;
            }
            if (entries.Count == MaxListed)
                break;
            outline = [];
            entries.Add(new(records.Number(record, 12), directory.Find(records.Number(record, 0), PptType.Slide, PptType.Notes, PptType.MainMaster), outline));
        }
        return entries;
    }

    private void AppendSlide(Listed slide, PageText page)
    {
        var furniture = FurnitureOf(slide.Records, SlideFurniture);
        var outline = PptTexts.Read(records, slide.Outline, furniture);
        var shown = slide.Records is { } found ? PptShapes.Read(records, found, furniture) : [];
        AppendTexts(page, outline, shown);
        AppendFurniture(page, furniture);
        AppendLinks(page, slide);
        if (slide.Records is not { } container || records.Find(container, PptType.SlideAtom) is not { } atom)
            return;
        if (_notes.TryGetValue(records.Number(atom, 16), out var notes))
            AppendNotes(notes, page);
        AppendComments(container, page);
        page.AppendLine(Background(records.Number(atom, 12), 0));
    }

    // Titles first, where they are read first; texts of the outline that no shape claims stay at the end.
    private static void AppendTexts(PageText page, List<PptText> outline, List<PptShape> shapes)
    {
        var rest = new PageText();
        var claimed = new HashSet<uint>();
        foreach (var shape in shapes)
        {
            var text = shape.Text;
            if (shape.Outline is { } number && number < outline.Count && claimed.Add(number))
                text = outline[(int)number];
            AppendText(page, rest, text);
            foreach (var aside in shape.Asides)
                rest.AppendLine(aside);
        }
        for (var i = 0; i < outline.Count; i++)
        {
            if (!claimed.Contains((uint)i))
                AppendText(page, rest, outline[i]);
        }
        page.AppendLine(rest.ToString());
    }

    private static void AppendText(PageText page, PageText rest, PptText? text)
    {
        if (text is not { Content.Length: > 0 })
            return;
        if (!text.IsTitle)
        {
            rest.AppendLine(text.Content);
            return;
        }
        page.EndLine();
        var start = page.Length;
        page.Append(text.Content);
        page.MarkHeading(start, 1);
        page.EndLine();
    }

    private PptFurniture FurnitureOf(PptRecord? slide, int instance) => PptFurniture.Read(records,
        (slide is { } found ? records.Find(found, PptType.HeadersFooters) : null) ?? records.Find(presentation, PptType.HeadersFooters, instance));

    private static void AppendFurniture(PageText page, PptFurniture furniture)
    {
        page.AppendLine(furniture.Header);
        page.AppendLine(furniture.Footer);
        page.AppendLine(furniture.Date);
    }

    private void AppendNotes(Listed notes, PageText page)
    {
        var furniture = FurnitureOf(notes.Records, NotesFurniture);
        foreach (var text in PptTexts.Read(records, notes.Outline, furniture))
            page.AppendLine(text.Content);
        if (notes.Records is not { } container)
            return;
        foreach (var shape in PptShapes.Read(records, container, furniture))
        {
            page.AppendLine(shape.Text?.Content);
            foreach (var aside in shape.Asides)
                page.AppendLine(aside);
        }
        AppendFurniture(page, furniture);
        AppendLinks(page, notes);
    }

    private void AppendComments(PptRecord slide, PageText page)
    {
        foreach (var comment in records.Descendants(slide, PptType.Comment))
        {
            page.AppendLine(records.Text(comment, CommentAuthor));
            page.AppendLine(records.Text(comment, CommentText)?.Replace('\r', '\n'));
        }
    }

    // What a master says itself, not the prompts in its placeholders. Read once, however many slides share it.
    private string Background(uint master, int depth)
    {
        if (depth == MaxMasters || !_masters.TryGetValue(master, out var found) || found.Records is not { } container)
            return "";
        if (_backgrounds.TryGetValue(master, out var text))
            return text;
        var own = new PageText();
        var furniture = PptFurniture.Read(records, records.Find(container, PptType.HeadersFooters));
        foreach (var shape in PptShapes.Read(records, container, furniture).Where(static shape => shape.Placeholder == 0 || shape.IsHeaderOrFooter))
        {
            own.AppendLine(shape.Text?.Content);
            foreach (var aside in shape.Asides.Where(_ => shape.Placeholder == 0))
                own.AppendLine(aside);
        }
        // A title master stands on a master of its own.
        if (container.Type == PptType.Slide && records.Find(container, PptType.SlideAtom) is { } atom)
            own.AppendLine(Background(records.Number(atom, 12), depth + 1));
        return _backgrounds[master] = own.ToString();
    }

    private void ReadLinks()
    {
        if (records.Find(presentation, PptType.ObjectList) is not { } list)
            return;
        foreach (var link in records.Children(list).Where(static item => item.Type == PptType.Hyperlink).Take(MaxListed))
        {
            if (records.Find(link, PptType.HyperlinkAtom) is { } atom && records.Text(link, LinkTarget) is { Length: > 0 } target)
                _links.TryAdd(records.Number(atom, 0), target);
        }
    }

    private void AppendLinks(PageText page, Listed slide)
    {
        var seen = new HashSet<uint>();
        var interactions = slide.Outline.Where(static record => record.IsContainer).SelectMany(record => records.Descendants(record, PptType.Interaction));
        if (slide.Records is { } container)
            interactions = interactions.Concat(records.Descendants(container, PptType.Interaction));
        foreach (var interaction in interactions)
        {
            var link = records.Number(interaction, 4);
            if (_links.TryGetValue(link, out var target) && seen.Add(link))
                page.AppendLine(target);
        }
    }

    // Sounds and films by the names of their files.
    private void AppendMedia(PageText page)
    {
        if (records.Find(presentation, PptType.ObjectList) is not { } list)
            return;
        foreach (var item in records.Children(list).Where(static item => item.Type is PptType.Video or PptType.Movie or PptType.OtherMovie or PptType.Midi or PptType.SoundLink))
        {
            foreach (var name in records.Descendants(item, PptType.String))
                page.AppendLine(DrawingRecords.Unicode(records.Content(name)));
        }
    }
}
