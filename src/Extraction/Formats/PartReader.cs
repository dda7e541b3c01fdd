namespace ScaiDrive.Extraction.Formats;

/// <summary>Reads what a file carries inside: members of an archive, attachments of a mail, embedded documents. Each becomes pages of the file, under a heading with its name.</summary>
internal static class PartReader
{
    /// <summary>Reads one part. A part that cannot be read is named in the result; only limits of the whole file end it.</summary>
    /// <param name="owner">The document the part stands in.</param>
    /// <param name="pages">Where its pages go, after those already taken.</param>
    /// <param name="name">Name or path inside <paramref name="owner"/>, as its users see it. It is text of its own.</param>
    /// <param name="content">Unpacked bytes, read at most once and not closed. They are counted here; the stream need not.</param>
    internal static void Read(SourceDocument owner, PageSink pages, string name, Stream content) =>
        Read(owner, pages, name, () => ReadContent(owner, pages, name, owner.Expansion.Counting(content)));

    /// <summary>Reads a document that is kept as a storage of the compound file <paramref name="owner"/> stands in.</summary>
    internal static void ReadStorage(SourceDocument owner, PageSink pages, string name, IReadOnlyList<string> storage) =>
        Read(owner, pages, name, () => _ = DocumentReaders.ReadPages(owner with { FileName = name, Storage = storage, Depth = owner.Depth + 1 }, pages));

    private static void Read(SourceDocument owner, PageSink pages, string name, Action read)
    {
        if (!pages.BeginPart(name))
            return;
        try
        {
            if (owner.Depth >= owner.Limits.MaxDepth)
                throw new UnreadableDocumentException(ReasonCodes.NestingLimit, $"Files are packed inside each other more than {owner.Limits.MaxDepth} deep.");
            read();
        }
        catch (UnreadableDocumentException fault) when (fault.Code != ReasonCodes.ExpansionLimit)
        {
            pages.ReportPart(fault.Code);
        }
        catch (Exception fault) when (fault is InvalidDataException or System.Xml.XmlException or EndOfStreamException or FormatException
            or ArgumentException or InvalidOperationException or IndexOutOfRangeException or NotSupportedException or OverflowException or KeyNotFoundException)
        {
            // Parsers of foreign formats throw whatever they like at damaged input; the other parts are not to blame.
            pages.ReportPart(ReasonCodes.Corrupt);
        }
        finally
        {
            pages.EndPart();
        }
    }

    /// <summary>Names a part that its owner cannot hand out.</summary>
    internal static void Report(PageSink pages, string name, string code)
    {
        if (!pages.BeginPart(name))
            return;
        pages.ReportPart(code);
        pages.EndPart();
    }

    private static void ReadContent(SourceDocument owner, PageSink pages, string name, Stream content)
    {
        var head = new byte[ContentTypes.HeadSize * 8];
        var length = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length == 0)
            throw new UnreadableDocumentException(ReasonCodes.Empty, "No bytes.");
        var type = ContentTypes.FromContent(head.AsSpan(0, length), name);
        if (!DocumentReaders.MayRead(type))
            throw new UnreadableDocumentException(ReasonCodes.UnsupportedType, $"There is no reader for {type}.", type);

        var path = Path.Combine(owner.Folder, $"part-{Guid.NewGuid():N}");
        try
        {
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0))
            {
                file.Write(head, 0, length);
                var block = new byte[256 * 1024];
                while (content.Read(block) is > 0 and var read)
                {
                    file.Write(block, 0, read);
                    pages.Progress();
                }
            }
            _ = DocumentReaders.ReadPages(new(path, owner.Folder, name, owner.Limits) { Depth = owner.Depth + 1, Expansion = owner.Expansion }, pages);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
