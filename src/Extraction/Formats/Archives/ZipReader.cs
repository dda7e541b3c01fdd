namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>ZIP archives (PKWARE APPNOTE.TXT 6.3.10), each member a part of the file.</summary>
internal static class ZipReader
{
    // Enough to tell the encoding of all names; a second walk over a million of them would buy nothing.
    private const int NamesLookedAt = 1000;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var file = document.Open();
        var names = ZipNames.For(new ZipDirectory(file).Members().Take(NamesLookedAt));
        var directory = new ZipDirectory(file);
        var isEmpty = true;
        foreach (var member in directory.Members())
        {
            if (pages.IsFull)
                break;
            isEmpty = false;
            pages.Progress();
            if (member.IsFile && names.Read(member) is var name && !MemberNames.IsClutter(name))
                ReadMember(document, pages, MemberNames.Shown(name), member, file);
        }
        if (isEmpty && directory.IsDamaged)
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "No member of the archive can be found.");
        return new(DocumentMetadata.None, directory.IsDamaged ? "The archive's directory is damaged; its members were found by their own headers." : null);
    }

    private static void ReadMember(SourceDocument document, PageSink pages, string name, ZipMember member, FileStream file)
    {
        if (member.IsEncrypted)
            PartReader.Report(pages, name, ReasonCodes.Encrypted);
        else
            PartReader.Read(document, pages, name, () => member.Open(file.SafeFileHandle));
    }
}
