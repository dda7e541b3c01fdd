using SharpCompress.Archives;
using SharpCompress.Archives.Rar;
using SharpCompress.Archives.SevenZip;
using SharpCompress.Common;
using SharpCompress.Readers;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>7z and RAR archives. In a solid one each member is unpacked from what stood before it, so those are read in one go; the others member by member.</summary>
internal static class PackedArchiveReader
{
    // Attributes of a 7z member: the flag that the upper half holds a Unix mode, and a symbolic link in it.
    private const int UnixMode = 0x8000, FileTypeMask = 0xF000, Link = 0xA000;

    internal static ReadResult SevenZip(SourceDocument document, PageSink pages) =>
        Read(document, pages, static file => SevenZipArchive.OpenArchive(file, new ReaderOptions()));

    internal static ReadResult Rar(SourceDocument document, PageSink pages) =>
        Read(document, pages, static file => RarArchive.OpenArchive(file, new ReaderOptions()));

    private static ReadResult Read(SourceDocument document, PageSink pages, Func<Stream, IArchive> open)
    {
        using var file = document.Open();
        try
        {
            using var archive = open(file);
            if (archive.IsSolid)
                ReadInOrder(document, pages, archive);
            else
                ReadEach(document, pages, archive);
        }
        catch (CryptographicException)
        {
            throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The archive's directory is protected by a password.");
        }
        return ReadResult.TextOnly;
    }

    private static void ReadEach(SourceDocument document, PageSink pages, IArchive archive)
    {
        foreach (var entry in archive.Entries)
        {
            if (pages.IsFull)
                return;
            pages.Progress();
            if (IsFile(entry))
                ReadMember(document, pages, entry, entry.OpenEntryStream);
        }
    }

    private static void ReadInOrder(SourceDocument document, PageSink pages, IArchive archive)
    {
        using var reader = archive.ExtractAllEntries();
        while (!pages.IsFull && reader.MoveToNextEntry())
        {
            pages.Progress();
            if (IsFile(reader.Entry))
                ReadMember(document, pages, reader.Entry, reader.OpenEntryStream);
        }
    }

    private static void ReadMember(SourceDocument document, PageSink pages, IEntry entry, Func<Stream> open)
    {
        var name = MemberNames.Shown(entry.Key ?? "");
        if (entry.IsEncrypted)
            PartReader.Report(pages, name, ReasonCodes.Encrypted);
        else if (entry.Size == 0)
            PartReader.Report(pages, name, ReasonCodes.Empty);
        else
            PartReader.Read(document, pages, name, open);
    }

    private static bool IsFile(IEntry entry) =>
        !entry.IsDirectory && string.IsNullOrEmpty(entry.LinkTarget) && !MemberNames.IsClutter(entry.Key ?? "")
        && !(entry.Attrib is { } attributes && (attributes & UnixMode) != 0 && ((attributes >> 16) & FileTypeMask) == Link);
}
