using System.IO.Compression;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>Documents of Apple's Pages, Numbers and Keynote: XML until the edition of 2009, archives of objects since 2013.</summary>
internal static class Workspace
{
    // A protected document carries a hint or a verifier for its password beside the encrypted content.
    private static readonly string[] PasswordMarks = [".iwph", ".iwpv2", ".iwpv"];

    private const string Objects = "Index.zip", DocumentObjects = "Index/Document.iwa", PreviewPart = "QuickLook/Preview.pdf";

    internal static string? FindType(PackageArchive archive)
    {
        if (FindXml(archive) is { } index)
        {
            if (IndexName(index).StartsWith("index.apxl", StringComparison.OrdinalIgnoreCase))
                return ContentTypes.Keynote;
            using var reader = OpenXml(archive, index);
            return (reader.MoveToContent(), reader.NamespaceURI) switch
            {
                (XmlNodeType.Element, "http://developer.apple.com/namespaces/sl") => ContentTypes.Pages,
                (XmlNodeType.Element, "http://developer.apple.com/namespaces/ls") => ContentTypes.Numbers,
                (XmlNodeType.Element, "http://developer.apple.com/namespaces/keynote2") => ContentTypes.Keynote,
                _ => null,
            };
        }
        if (archive.Has(DocumentObjects))
            return ArchivedWorkspace.FindType(archive);
        if (archive.Has(Objects))
        {
            // The objects are an archive of their own inside the package; only opened where it has to be, which is here for its type.
            using var inner = OpenInner(archive);
            return inner is null ? null : ArchivedWorkspace.FindType(inner) ?? (PasswordMarks.Any(archive.Has) ? ContentTypes.Pages : null);
        }
        return PasswordMarks.Any(archive.Has) ? ContentTypes.Pages : null;
    }

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var archive = new PackageArchive(document);
        if (PasswordMarks.Any(archive.Has))
            throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password.");
        var before = pages.Count;
        var result = ReadOwn(archive, pages);
        if (pages.Count == before && archive.OpenUncounted(PreviewPart) is { } preview)
        {
            using (preview)
                PartReader.Read(document, pages, PreviewPart, preview);
        }
        return result;
    }

    private static ReadResult ReadOwn(PackageArchive archive, PageSink pages)
    {
        if (FindXml(archive) is { } index)
        {
            using var reader = OpenXml(archive, index);
            return new WorkspaceXml(reader, archive.Document, pages).Read();
        }
        if (!archive.Has(Objects))
            return ArchivedWorkspace.Read(archive, pages);
        using var inner = OpenInner(archive) ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The archive of objects is damaged.");
        return ArchivedWorkspace.Read(inner, pages);
    }

    // A package saved as a folder may have been packed with that folder around it.
    private static string? FindXml(PackageArchive archive) => archive.Parts.FirstOrDefault(static part =>
        IndexName(part).ToLowerInvariant() is "index.apxl" or "index.apxl.gz" or "index.xml" or "index.xml.gz" && part.Count(static character => character == '/') <= 1);

    private static string IndexName(string part) => part[(part.LastIndexOf('/') + 1)..];

    private static XmlReader OpenXml(PackageArchive archive, string part)
    {
        var bytes = archive.OpenBytes(part)!;
        return SafeXml.Open(
            part.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? archive.Document.Expansion.Counting(new GZipStream(bytes, CompressionMode.Decompress)) : bytes,
            archive.Document);
    }

    private static PackageArchive? OpenInner(PackageArchive archive)
    {
        var path = Path.Combine(archive.Document.Folder, $"objects-{Guid.NewGuid():N}");
        using (var bytes = archive.OpenBytes(Objects))
        using (var file = File.Create(path))
            bytes!.CopyTo(file);
        try
        {
            return new(archive.Document with { Path = path });
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            File.Delete(path); // it stays readable while it is open
        }
    }
}
