namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Reads one parsed message: a page with its head and its text, then its attachments as parts.</summary>
internal sealed class MessageReader(SourceDocument document, PageSink pages, FileStream file, bool inMailbox)
{
    private readonly PageText _page = new();
    private readonly List<MimeEntity> _parts = [];
    private readonly List<PlainBody.Inlay> _inlays = [];
    private readonly List<(string Name, string Code)> _unread = [];

    internal DocumentMetadata Read(MimeEntity message)
    {
        var head = MessageHead.Of(message.Fields);
        head.Write(_page);
        Visit(message, isMessage: true);
        pages.Add(_page);
        ReadParts();
        return head.Metadata;
    }

    // Nesting is bounded by the parser.
    private void Visit(MimeEntity entity, bool isMessage = false)
    {
        if (entity.TooDeep)
            _unread.Add((MimeNames.Of(entity) ?? "Multipart", ReasonCodes.NestingLimit));
        else if (entity.IsMultipart && entity.Children.Count > 0)
            VisitMultipart(entity);
        else if (MimeKinds.IsNoise(entity.Type))
            return;
        else if (MimeKinds.IsText(entity) && (isMessage || !MimeKinds.IsAttachment(entity)))
            AppendText(entity);
        else
            _parts.Add(entity);
    }

    private void VisitMultipart(MimeEntity entity)
    {
        switch (entity.Type)
        {
            case "multipart/alternative":
                VisitAlternatives(entity);
                break;
            case "multipart/related":
                VisitRelated(entity);
                break;
            case "multipart/encrypted":
                _unread.Add(("Encrypted message", ReasonCodes.Encrypted));
                break;
            default:
                foreach (var child in entity.Children)
                    Visit(child);
                break;
        }
    }

    // The same text in several forms: the richest one that can be read. What else the others carry is kept.
    private void VisitAlternatives(MimeEntity entity)
    {
        var found = false;
        foreach (var child in entity.Children.OrderByDescending(MimeKinds.Richness))
        {
            if (found)
            {
                KeepParts(child);
                continue;
            }
            var before = _page.Length;
            Visit(child);
            found = _page.HasTextFrom(before);
        }
        foreach (var calendar in entity.Children.Where(static child => child.Type == "text/calendar" && !MimeKinds.IsAttachment(child)))
            AppendText(calendar);
    }

    // The root shows the others, such as pictures; a saved page has its frames and style sheets there.
    private void VisitRelated(MimeEntity entity)
    {
        var start = entity.ContentType["start"];
        var root = entity.Children.Find(child => start is not null && child.Fields.Text("Content-ID") == start) ?? entity.Children[0];
        Visit(root);
        foreach (var child in entity.Children.Where(child => child != root && child.Type is not ("text/css" or "text/javascript" or "application/javascript" or "application/x-javascript")))
        {
            if (child.Type == "text/html")
                AppendText(child);
            else
                Visit(child);
        }
    }

    private void KeepParts(MimeEntity entity)
    {
        foreach (var child in entity.Children)
            KeepParts(child);
        if (entity.Children.Count == 0 && !MimeKinds.IsNoise(entity.Type) && (!MimeKinds.IsText(entity) || MimeKinds.IsAttachment(entity)))
            _parts.Add(entity);
    }

    private void AppendText(MimeEntity entity)
    {
        // Recognition walks here too, and needs the same choice of bodies to count the same parts.
        if (_page.Length > pages.Room)
            return;
        _page.EndLine();
        var bytes = ReadBody(entity);
        switch (entity.Type)
        {
            case "text/html" or "application/xhtml+xml" or "text/x-amp-html" or "text/watch-html":
                AppendHtml(entity, bytes);
                break;
            case "text/rtf" or "application/rtf" or "text/richtext" or "text/enriched" when bytes.AsSpan().StartsWith("{\\rtf"u8):
                _ = FormattedBody.Append(document, pages, _page, ContentTypes.Rtf, bytes);
                break;
            case "text/calendar" or "text/vcard" or "text/x-vcard" or "text/x-vcalendar":
                CalendarText.Append(Charsets.Decode(bytes, entity.Charset ?? "utf-8"), _page);
                break;
            case "text/enriched" or "text/richtext":
                _page.Append(PlainBody.WithoutTags(Charsets.Decode(bytes, entity.Charset)));
                break;
            default:
                _page.Append(PlainBody.Read(Charsets.Decode(bytes, entity.Charset), entity.ContentType, inMailbox, _inlays));
                break;
        }
        _page.EndLine();
    }

    private void AppendHtml(MimeEntity entity, byte[] bytes)
    {
        // A label outside of the document goes before one inside; without it the HTML is asked.
        var read = Charsets.Find(entity.Charset) is null
            ? FormattedBody.Append(document, pages, _page, ContentTypes.Html, bytes)
            : FormattedBody.AppendHtml(document, pages, _page, Charsets.Decode(bytes, entity.Charset));
        if (!read && bytes.Length > 0)
            _page.Append(TagStripper.Strip(Charsets.Decode(bytes, entity.Charset)));
    }

    // A little more than fits, so that the sink notices and marks the cut.
    private byte[] ReadBody(MimeEntity entity)
    {
        using var body = document.Expansion.Counting(entity.Open(file));
        var most = (int)Math.Min(256 << 20, pages.Room * 4 + 4);
        using var bytes = new MemoryStream();
        var block = new byte[64 * 1024];
        while (bytes.Length < most && body.Read(block) is > 0 and var read)
            bytes.Write(block, 0, read);
        pages.Progress();
        return bytes.ToArray();
    }

    private void ReadParts()
    {
        for (var i = 0; i < _parts.Count && !pages.IsFull; i++)
        {
            var part = _parts[i];
            var name = MimeNames.Of(part) ?? (MimeKinds.IsMessage(part.Type) ? MimeNames.OfMessage(part, file) : $"Attachment {i + 1}");
            PartReader.Read(document, pages, name, () => MimeKinds.IsLabelledText(part) && Charsets.Find(part.Charset) is { } encoding
                ? new Utf8Stream(part.Open(file), encoding)
                : part.Open(file));
        }
        foreach (var inlay in _inlays)
        {
            if (inlay.Encoded is { } lines)
                PartReader.Read(document, pages, inlay.Name, () => new UuStream(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(lines))));
            else
                PartReader.Report(pages, inlay.Name, ReasonCodes.Encrypted);
        }
        foreach (var (name, code) in _unread)
            PartReader.Report(pages, name, code);
    }
}
