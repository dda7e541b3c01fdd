using System.Xml;
using ScaiDrive.Extraction.Formats.Apple;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Which document a ZIP archive is, by the parts in it; <c>application/zip</c> when it is none.</summary>
internal static class PackageTypes
{
    private const int MaxTypeLength = 200;

    /// <exception cref="UnreadableDocumentException">With <c>corrupt</c> when no part of the archive can be found.</exception>
    internal static string Find(SourceDocument document)
    {
        var seeming = ContentTypes.FromContent(document.Head(ContentTypes.HeadSize), document.FileName);
        try
        {
            // On a copy: damage is for the reader to tell, which may not need what is damaged.
            var copy = document with { };
            using var archive = new PackageArchive(copy);
            if ((Stated(archive) ?? Workspace.FindType(archive) ?? OfficeType(archive)) is { } type)
                return type;
            if (copy.Damage is null)
                return ContentTypes.Zip;
        }
        catch (Exception fault) when (ContentFault.Is(fault))
        {
            // What it is follows from how it begins.
        }
        // The reader of plain archives finds members without a directory; that of a document needs its main part.
        return seeming == ContentTypes.Zip ? seeming : throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The archive is damaged.", seeming);
    }

    // OpenDocument (part 2, 3.3) and EPUB (OCF 4.3) write their type into the first member; some programs forget it.
    private static string? Stated(PackageArchive archive)
    {
        if (archive.ReadText("mimetype", MaxTypeLength)?.Trim() is { Length: > 0 } type && type.StartsWith("application/", StringComparison.Ordinal))
            return type;
        if (archive.Has("META-INF/container.xml"))
            return ContentTypes.Epub;
        if (!archive.Has("content.xml"))
            return null;
        using var manifest = archive.OpenXml("META-INF/manifest.xml");
        while (manifest is not null && manifest.Read())
        {
            if (manifest is { NodeType: XmlNodeType.Element, LocalName: "file-entry" } && manifest.GetAttribute("full-path", manifest.NamespaceURI) == "/"
                && manifest.GetAttribute("media-type", manifest.NamespaceURI) is { Length: > 0 } root)
                return root;
        }
        return null;
    }

    private static string? OfficeType(PackageArchive archive)
    {
        if (!archive.Has("[Content_Types].xml") && !archive.Has("_rels/.rels"))
            return null;
        var package = new OfficePackage(archive);
        if (package.Relationships("").Any(static link => link.Kind == "fixedrepresentation"))
            return ContentTypes.Xps;
        var main = package.MainPart();
        return main is null ? null
            : main.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? ContentTypes.Xlsb
            : package.RootElement(main) switch
            {
                "document" => ContentTypes.Word,
                "workbook" => ContentTypes.Sheet,
                "presentation" => ContentTypes.Slides,
                "VisioDocument" => ContentTypes.Visio,
                _ => null,
            };
    }
}
