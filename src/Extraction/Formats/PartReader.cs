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

    /// <summary>Reads one part whose bytes may be out of reach: opening it belongs to reading it. The stream is closed.</summary>
    internal static void Read(SourceDocument owner, PageSink pages, string name, Func<Stream> open) => Read(owner, pages, name, () =>
    {
        var content = open();
        try
        {
            ReadContent(owner, pages, name, owner.Expansion.Counting(content));
        }
        finally
        {
            Close(content);
        }
    });

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
        catch (Exception fault) when (ContentFault.Is(fault))
        {
            pages.ReportPart(ContentFault.CodeOf(fault));
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
        var length = 0;
        var fault = Fill(content, head, ref length);
        if (length == 0)
            throw fault ?? new UnreadableDocumentException(ReasonCodes.Empty, "No bytes.");
        var type = ContentTypes.FromContent(head.AsSpan(0, length), name);
        if (!DocumentReaders.MayRead(type))
            throw new UnreadableDocumentException(ReasonCodes.UnsupportedType, $"There is no reader for {type}.", type);

        var path = Path.Combine(owner.Folder, $"part-{Guid.NewGuid():N}");
        try
        {
            if (fault is null && length == head.Length)
                fault = Unpack(content, path, head, pages);
            else
                File.WriteAllBytes(path, head.AsSpan(0, length));
            var part = new SourceDocument(path, owner.Folder, name, owner.Limits) { Depth = owner.Depth + 1, Expansion = owner.Expansion };
            _ = DocumentReaders.ReadPages(part, pages);
            if (fault is not null)
                pages.ReportPart(ContentFault.CodeOf(fault), partly: true);
            else if (part.Damage is not null)
                pages.ReportPart(ReasonCodes.Corrupt, partly: true);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // What came before a damaged place is kept, and read: the start of a letter is better than none of it.
    private static Exception? Unpack(Stream content, string path, byte[] head, PageSink pages)
    {
        using var file = new TemporaryFile(path);
        file.Write(head);
        var block = new byte[256 * 1024];
        while (true)
        {
            var length = 0;
            var fault = Fill(content, block, ref length);
            file.Write(block.AsSpan(0, length));
            pages.Progress();
            if (fault is not null || length < block.Length)
                return fault;
        }
    }

    private static Exception? Fill(Stream content, byte[] buffer, ref int length)
    {
        try
        {
            while (length < buffer.Length && content.Read(buffer, length, buffer.Length - length) is > 0 and var read)
                length += read;
            return null;
        }
        catch (Exception fault) when (ContentFault.Is(fault))
        {
            return fault;
        }
    }

    // Some decoders read on when they are closed, and fail again.
    private static void Close(Stream content)
    {
        try
        {
            content.Dispose();
        }
        catch (Exception fault) when (ContentFault.Is(fault))
        {
        }
    }
}
