using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>The files embedded in an Office package: documents, packed files and objects, and chunks of other formats merged in.</summary>
internal sealed class OfficeParts(OfficePackage package)
{
    private readonly List<string> _found = [];
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Remembers the embedded files a part leads to, those of its charts included.</summary>
    internal void Collect(IReadOnlyList<Relationship> links, int depth = 0)
    {
        foreach (var link in links.Where(static link => !link.External))
        {
            if (link.Kind is "package" or "oleObject" or "aFChunk" or "subDocument" && _seen.Add(link.Target))
                _found.Add(link.Target);
            else if (depth < 2 && DrawingText.IsDrawing(link) && _seen.Add(link.Target))
                Survives(() => Collect(package.Relationships(link.Target), depth + 1));
        }
    }

    /// <summary>Reads all of them, as parts of the document.</summary>
    internal void Read(SourceDocument document, PageSink pages)
    {
        foreach (var part in _found)
        {
            var name = part[(part.LastIndexOf('/') + 1)..];
            using var content = package.OpenContent(part);
            if (content is not null)
                PartReader.Read(document, pages, name, content);
        }
    }

    /// <summary>Runs a step of reading. Where damage ends it, what was read stays, and the document remembers.</summary>
    internal static void Guard(SourceDocument document, Action read)
    {
        if (!Survives(read))
            document.NoteDamage("A part of the document is damaged; what could be read of it was kept.");
    }

    /// <summary>Runs a step of reading; false when damage in the package ended it.</summary>
    internal static bool Survives(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (Exception fault) when (fault is XmlException or InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }
}
