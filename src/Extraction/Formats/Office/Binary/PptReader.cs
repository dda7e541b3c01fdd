using System.IO.Compression;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>PowerPoint 97 to 2003 ([MS-PPT]): a slide is a page, its title the heading; then notes, comments, links, and what its master says itself.</summary>
internal static class PptReader
{
    private const int MaxStream = 256 << 20, MaxUser = 4096;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var compound = CompoundFile.Open(document);
        // A file for old and new versions keeps what the new ones read in a storage of its own ([MS-PPT] 2.1).
        var root = compound.Find("PP97_DUALSTORAGE") is { IsStorage: true } dual && dual.Find("PowerPoint Document") is not null ? dual : compound.Root;
        if (root.Find("PowerPoint Document") is not { } entry)
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The presentation has no document stream.");
        var records = new PptRecords(compound.ReadAll(entry, MaxStream));
        var user = root.Find("Current User") is { } current ? compound.ReadAll(current, MaxUser) : [];
        var directory = PptDirectory.Read(records, user);
        if (directory.EncryptionObject != 0)
            throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The presentation is protected by a password.");
        if (directory.Document is not { } found)
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The presentation has no document record.");
        var slides = new PptDeck(records, directory, found, pages).Read();
        new PptObjects(records, directory, document, pages).Read(found);
        return new(PropertySet.Summary(compound) with { PageCount = slides });
    }
}

/// <summary>The objects embedded in a presentation, as parts of it.</summary>
internal sealed class PptObjects(PptRecords records, PptDirectory directory, SourceDocument document, PageSink pages)
{
    private const int MenuName = 1, ProgramName = 2, SizeBefore = 4;

    internal void Read(PptRecord presentation)
    {
        if (records.Find(presentation, PptType.ObjectList) is not { } list)
            return;
        foreach (var item in records.Children(list))
        {
            if (pages.IsFull)
                return;
            if (item.Type is PptType.Embedded or PptType.Linked or PptType.Control && records.Find(item, PptType.OleObject) is { } atom
                && directory.Find(records.Number(atom, 16), PptType.ObjectStorage) is { } storage)
                ReadObject(storage, records.Text(item, MenuName) ?? records.Text(item, ProgramName) ?? "Object");
        }
    }

    // A compound file, mostly packed, its length before it.
    private void ReadObject(PptRecord storage, string name)
    {
        if (storage.Instance == 0)
        {
            using var plain = records.Open(storage, 0);
            PartReader.Read(document, pages, name, plain);
            return;
        }
        using var packed = records.Open(storage, SizeBefore);
        using var content = new ZLibStream(packed, CompressionMode.Decompress);
        PartReader.Read(document, pages, name, content);
    }
}
