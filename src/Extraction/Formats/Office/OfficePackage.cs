using System.Globalization;
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
    private readonly PackageArchive _archive;

    /// <exception cref="InvalidDataException">Not a readable archive.</exception>
    internal OfficePackage(SourceDocument document)
        : this(new PackageArchive(document))
    {
    }

    internal OfficePackage(PackageArchive archive) => _archive = archive;

    internal ExtractionLimits Limits => _archive.Limits;

    /// <summary>The part that holds the document itself.</summary>
    internal string? MainPart() => Relationships("").FirstOrDefault(static link => link.Kind is "officeDocument" or "document")?.Target;

    internal bool Has(string part) => _archive.Has(part);

    /// <summary>Names of all parts, in the archive's order.</summary>
    internal IEnumerable<string> Parts => _archive.Parts;

    /// <summary>A reader over one part, or null when it is not there.</summary>
    internal XmlReader? Open(string part) => _archive.OpenXml(part);

    /// <summary>The unpacked bytes of one part, not counted, or null when it is not there.</summary>
    internal Stream? OpenContent(string part) => _archive.OpenUncounted(part);

    /// <summary>The unpacked bytes of one part, counted, or null when it is not there.</summary>
    internal Stream? OpenCounted(string part) => _archive.OpenBytes(part);

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

    internal string RootElement(string part)
    {
        using var reader = Open(part);
        return reader?.MoveToContent() == XmlNodeType.Element ? reader.LocalName : "";
    }

    internal static string Resolve(string folder, string target)
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
