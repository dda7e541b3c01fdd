using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>One link from a part to another part or to the outside.</summary>
/// <param name="Id">As the part's markup refers to it.</param>
/// <param name="Kind">Last segment of the relationship's type, such as <c>slide</c>; the same in the strict and the transitional vocabulary.</param>
/// <param name="Target">Name of a part, or an address when <paramref name="External"/>.</param>
/// <param name="External">True when it leads out of the document.</param>
internal sealed record Relationship(string Id, string Kind, string Target, bool External);

/// <summary>An Office Open XML document (ECMA-376): a ZIP archive of XML parts with relationships. Counts what it unpacks.</summary>
internal sealed class OfficePackage : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly SourceDocument _document;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidDataException">Not a readable archive.</exception>
    internal OfficePackage(SourceDocument document)
    {
        _document = document;
        _archive = new(document.Open(), ZipArchiveMode.Read, leaveOpen: false);
        foreach (var entry in _archive.Entries)
            _entries.TryAdd(entry.FullName.Replace('\\', '/').TrimStart('/'), entry);
    }

    internal ExtractionLimits Limits => _document.Limits;

    /// <summary>Which document the archive is, by its main part; <c>application/zip</c> when it is none.</summary>
    /// <exception cref="UnreadableDocumentException">With <c>corrupt</c> when the archive has no readable directory.</exception>
    internal static string FindType(SourceDocument document)
    {
        try
        {
            using var package = new OfficePackage(document);
            if (package._entries.TryGetValue("mimetype", out var mimetype) && mimetype.Length < 200)
            {
                using var reader = new StreamReader(mimetype.Open(), Encoding.ASCII);
                return reader.ReadToEnd().Trim();
            }
            if (!package._entries.ContainsKey("[Content_Types].xml"))
                return ContentTypes.Zip;
            var main = package.MainPart();
            return main is null ? ContentTypes.Zip
                : main.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? ContentTypes.Xlsb
                : package.RootElement(main) switch
                {
                    "document" => ContentTypes.Word,
                    "workbook" => ContentTypes.Sheet,
                    "presentation" => ContentTypes.Slides,
                    "VisioDocument" => ContentTypes.Visio,
                    _ => ContentTypes.Zip,
                };
        }
        catch (Exception fault) when (ContentFault.Is(fault))
        {
            // The reader of plain archives finds members without a directory; that of a document needs it.
            var type = ContentTypes.FromContent(document.Head(ContentTypes.HeadSize), document.FileName);
            return type == ContentTypes.Zip ? type : throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The archive is damaged.", type);
        }
    }

    /// <summary>The part that holds the document itself.</summary>
    internal string? MainPart() => Relationships("").FirstOrDefault(static link => link.Kind is "officeDocument" or "document")?.Target;

    internal bool Has(string part) => _entries.ContainsKey(part);

    /// <summary>Names of all parts, in the archive's order.</summary>
    internal IEnumerable<string> Parts => _entries.Keys;

    /// <summary>A reader over one part, or null when it is not there.</summary>
    internal XmlReader? Open(string part)
    {
        if (!_entries.TryGetValue(part, out var entry))
            return null;
        var settings = SafeXml.Settings(Limits);
        settings.CloseInput = true;
        return XmlReader.Create(_document.Expansion.Counting(entry.Open()), settings);
    }

    /// <summary>The unpacked bytes of one part, not counted, or null when it is not there.</summary>
    internal Stream? OpenContent(string part) => _entries.TryGetValue(part, out var entry) ? entry.Open() : null;

    /// <summary>Links of a part (<c>""</c>: of the package), targets resolved to part names.</summary>
    internal IReadOnlyList<Relationship> Relationships(string part)
    {
        var slash = part.LastIndexOf('/');
        var folder = slash < 0 ? "" : part[..(slash + 1)];
        using var reader = Open($"{folder}_rels/{part[(slash + 1)..]}.rels");
        if (reader is null)
            return [];
        var links = new List<Relationship>();
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "Relationship" })
                continue;
            var (id, type, target) = (reader.GetAttribute("Id"), reader.GetAttribute("Type"), reader.GetAttribute("Target"));
            if (id is null || type is null || target is null)
                continue;
            var external = reader.GetAttribute("TargetMode") == "External";
            links.Add(new(id, type[(type.LastIndexOf('/') + 1)..], external ? target : Resolve(folder, target), external));
        }
        return links;
    }

    /// <summary>What the document says about itself in its property parts.</summary>
    internal DocumentMetadata Metadata()
    {
        var metadata = DocumentMetadata.None;
        foreach (var link in Relationships("").Where(static link => link.Kind is "core-properties" or "extended-properties"))
        {
            try
            {
                using var reader = Open(link.Target);
                while (reader is not null && reader.Read())
                {
                    if (reader is not { NodeType: XmlNodeType.Element, Depth: 1, IsEmptyElement: false })
                        continue;
                    var name = reader.LocalName;
                    if (name is not ("title" or "creator" or "created" or "modified" or "language" or "Pages" or "Slides"))
                        continue;
                    reader.Read();
                    if (reader.NodeType is not XmlNodeType.Text || reader.Value.Trim() is not { Length: > 0 } value)
                        continue;
                    metadata = name switch
                    {
                        "title" => metadata with { Title = value },
                        "creator" => metadata with { Author = value },
                        "created" => metadata with { CreatedAt = Date(value) },
                        "modified" => metadata with { ModifiedAt = Date(value) },
                        "language" => metadata with { Language = value },
                        _ => int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count > 0 ? metadata with { PageCount = count } : metadata,
                    };
                }
            }
            catch (XmlException)
            {
                // The text matters more than what is said about it.
            }
        }
        return metadata;
    }

    private static DateTimeOffset? Date(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;

    private string RootElement(string part)
    {
        using var reader = Open(part);
        return reader?.MoveToContent() == XmlNodeType.Element ? reader.LocalName : "";
    }

    private static string Resolve(string folder, string target)
    {
        var fragment = target.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0)
            target = target[..fragment];
        var segments = new List<string>();
        foreach (var segment in (target.StartsWith('/') ? target : folder + target).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                if (segments.Count > 0)
                    segments.RemoveAt(segments.Count - 1);
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }
        return string.Join('/', segments);
    }

    public void Dispose() => _archive.Dispose();
}
