using System.Globalization;
using System.Text;
using System.Xml;
using ScaiDrive.Extraction.Formats.Archives;

namespace ScaiDrive.Extraction.Formats;

/// <summary>A ZIP archive that is one document made of named parts: Office Open XML, OpenDocument, EPUB, XPS, iWork. Counts what it unpacks.</summary>
/// <remarks>Where the archive's directory is lost, as in a file cut short, the parts are found by the headers that stand before each of them.</remarks>
internal sealed class PackageArchive : IDisposable
{
    private readonly SourceDocument _document;
    private readonly FileStream _file;
    private readonly Dictionary<string, ZipMember> _parts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SortedList<int, ZipMember>> _pieces = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidDataException">Not an archive: no part can be found.</exception>
    internal PackageArchive(SourceDocument document)
    {
        _document = document;
        _file = document.Open();
        var directory = new ZipDirectory(_file);
        try
        {
            foreach (var member in directory.Members())
            {
                if (member.IsFile && !member.IsEncrypted)
                    Add(PartName(member.UnicodeName ?? Encoding.UTF8.GetString(member.Name)), member);
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        if (directory.IsDamaged)
            document.NoteDamage("The archive's directory is damaged; the parts that could be found without it were read.");
        if (_parts.Count > 0)
            return;
        _file.Dispose();
        throw new InvalidDataException("There are no parts in the archive.");
    }

    internal SourceDocument Document => _document;

    internal ExtractionLimits Limits => _document.Limits;

    /// <summary>Names of all parts, in the archive's order.</summary>
    internal IEnumerable<string> Parts => _parts.Keys;

    internal bool Has(string part) => _parts.ContainsKey(part);

    /// <summary>The bytes of a part, counted, or null when it is not there.</summary>
    /// <exception cref="InvalidDataException">It is packed in a way nobody reads here.</exception>
    internal Stream? OpenBytes(string part) => OpenUncounted(part) is { } bytes ? _document.Expansion.Counting(bytes) : null;

    /// <summary>The bytes of a part for <see cref="PartReader"/>, which counts them itself.</summary>
    internal Stream? OpenUncounted(string part) => !_parts.TryGetValue(part, out var member) ? null
        : _pieces.TryGetValue(part, out var pieces) ? new JoinedStream(pieces.Values, _file.SafeFileHandle)
        : member.Open(_file.SafeFileHandle);

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

    public void Dispose() => _file.Dispose();

    // Printers write a part in pieces between those of others (ECMA-376, part 2, 7.2.4): name/[0].piece, name/[1].last.piece.
    private void Add(string name, ZipMember member)
    {
        var slash = name.LastIndexOf('/');
        var piece = name[(slash + 1)..];
        var close = piece.IndexOf(']', StringComparison.Ordinal);
        if (slash < 0 || !piece.StartsWith('[') || !piece.EndsWith(".piece", StringComparison.OrdinalIgnoreCase)
            || !int.TryParse(piece.AsSpan(1, Math.Max(0, close - 1)), CultureInfo.InvariantCulture, out var number))
        {
            _parts.TryAdd(name, member);
            return;
        }
        var whole = name[..slash];
        _parts.TryAdd(whole, member);
        if (!_pieces.TryGetValue(whole, out var pieces))
            _pieces[whole] = pieces = [];
        pieces.TryAdd(number, member);
    }

    private static string PartName(string name) => name.Replace('\\', '/').TrimStart('/');

    private sealed class JoinedStream(IEnumerable<ZipMember> pieces, Microsoft.Win32.SafeHandles.SafeFileHandle file) : ReadOnlyStream
    {
        private readonly Queue<ZipMember> _left = new(pieces);
        private Stream? _present;

        public override int Read(Span<byte> buffer)
        {
            while (true)
            {
                if (_present?.Read(buffer) is > 0 and var read)
                    return read;
                _present?.Dispose();
                if (!_left.TryDequeue(out var next))
                    return 0;
                _present = next.Open(file);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _present?.Dispose();
            base.Dispose(disposing);
        }
    }
}
