using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>The OLE objects that a compound file keeps in storages of their own.</summary>
internal static class OleObjects
{
    private const int MaxName = 256, NameOffset = 28;

    /// <summary>Reads every object below a storage as a part of the document.</summary>
    internal static void Read(CompoundFile compound, CompoundEntry? pool, SourceDocument document, PageSink pages)
    {
        foreach (var storage in pool?.Children.Where(static child => child.IsStorage) ?? [])
        {
            if (pages.IsFull)
                return;
            ReadOne(compound, storage, document, pages);
        }
    }

    private static void ReadOne(CompoundFile compound, CompoundEntry storage, SourceDocument document, PageSink pages)
    {
        try
        {
            EmbeddedObject.Read(compound, storage, document, pages, Name(compound, storage));
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            PartReader.Report(pages, storage.Name, ReasonCodes.Corrupt);
        }
    }

    // What its user calls the kind of object, such as "Microsoft Excel Worksheet" ([MS-OLEDS] 2.3.8).
    private static string Name(CompoundFile compound, CompoundEntry storage)
    {
        if (storage.Find("\u0001CompObj") is not { } entry)
            return storage.Name;
        var description = compound.ReadAll(entry, NameOffset + 4 + MaxName);
        var name = LittleEndian.Slice(description, NameOffset + 4, LittleEndian.UInt32(description, NameOffset));
        return (CodePages.Find(1252) ?? Encoding.Latin1).GetString(name).TrimEnd('\0') is { Length: > 0 } found ? found : storage.Name;
    }
}
