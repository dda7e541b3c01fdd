using System.IO.Compression;
using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>A ZIP archive that is one document made of named parts: Office Open XML, OpenDocument, EPUB, XPS, iWork. Counts what it unpacks.</summary>
/// <remarks>Where the archive's directory is lost, as in a file cut short, the parts are found by the headers that stand before each of them.</remarks>
internal sealed class PackageArchive : IDisposable
{
    private readonly SourceDocument _document;
    private readonly ZipArchive? _archive;
    private readonly FileStream? _content;
    private readonly Dictionary<string, Func<Stream>> _parts = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidDataException">Not a readable archive, and no part can be found without its directory.</exception>
    internal PackageArchive(SourceDocument document)
    {
        _document = document;
        try
        {
            _archive = new(document.Open(), ZipArchiveMode.Read, leaveOpen: false);
            foreach (var entry in _archive.Entries)
                _parts.TryAdd(PartName(entry.FullName), entry.Open);
        }
        catch (InvalidDataException)
        {
            _archive?.Dispose();
            _parts.Clear();
            _content = document.Open();
            foreach (var part in ZipRecovery.Find(_content))
                _parts[PartName(part.Name)] = () => part.Open(_content);
            if (_parts.Count == 0)
            {
                _content.Dispose();
                throw;
            }
            document.NoteDamage("The archive's directory is damaged; the parts that could be found without it were read.");
        }
    }

    internal SourceDocument Document => _document;

    internal ExtractionLimits Limits => _document.Limits;

    /// <summary>Names of all parts, in the archive's order.</summary>
    internal IEnumerable<string> Parts => _parts.Keys;

    internal bool Has(string part) => _parts.ContainsKey(part);

    /// <summary>The bytes of a part, counted, or null when it is not there.</summary>
    /// <exception cref="InvalidDataException">It is packed in a way nobody reads here.</exception>
    internal Stream? OpenBytes(string part) => _parts.TryGetValue(part, out var open) ? _document.Expansion.Counting(open()) : null;

    /// <summary>The bytes of a part for <see cref="PartReader"/>, which counts them itself.</summary>
    internal Stream? OpenUncounted(string part) => _parts.TryGetValue(part, out var open) ? open() : null;

    /// <summary>A reader over one part, or null when it is not there.</summary>
    internal XmlReader? OpenXml(string part)
    {
        try
        {
            return OpenBytes(part) is { } bytes ? SafeXml.Open(bytes, _document) : null;
        }
        catch (Exception fault) when (fault is InvalidDataException or XmlException or EndOfStreamException)
        {
            _document.NoteDamage($"{part} is damaged and was not read.");
            return null;
        }
    }

    /// <summary>A small part as text, or null when it is not there or longer than <paramref name="most"/> bytes.</summary>
    internal string? ReadText(string part, int most)
    {
        using var bytes = OpenBytes(part);
        if (bytes is null)
            return null;
        var buffer = new byte[most + 1];
        var length = bytes.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length > most ? null : TextDecoder.Decode(buffer.AsSpan(0, length));
    }

    public void Dispose()
    {
        _archive?.Dispose();
        _content?.Dispose();
    }

    private static string PartName(string name) => name.Replace('\\', '/').TrimStart('/');
}
