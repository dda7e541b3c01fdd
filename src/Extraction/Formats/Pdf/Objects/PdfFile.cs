namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>The objects of a PDF file (ISO 32000-2, section 7.5), loaded one by one when asked for.</summary>
/// <remarks>Not for text or drawing, which are Poppler's: for what stands beside the pages. Whatever is damaged is null, as a missing key is; only limits throw.</remarks>
internal sealed class PdfFile : IDisposable
{
    private const int MaxHops = 32;
    private const int FirstLook = 16 * 1024;
    private const int MostRemembered = 20_000;
    private const int MostObjectStreams = 32;
    private const int MostInObjectStream = 1_000_000;

    private readonly SourceDocument _document;
    private readonly PdfBytes _bytes;
    private readonly Action _progress;
    private readonly Dictionary<int, object?> _loaded = [];
    private readonly HashSet<int> _loading = [];
    private readonly Dictionary<int, ObjectStream> _objectStreams = [];
    private Dictionary<int, ObjectPlace> _places = [];
    private PdfDecryption? _decryption;
    private bool _repaired;

    private PdfFile(SourceDocument document, Action progress) => (_document, _bytes, _progress) = (document, new(document), progress);

    private sealed record ObjectStream(byte[] Bytes, (int Number, int Offset)[] Objects, int First);

    internal PdfDictionary Trailer { get; private set; } = [];

    /// <summary>The root of the document, or null when nothing leads to one.</summary>
    internal PdfDictionary? Catalog { get; private set; }

    /// <summary>True when the empty password does not open it.</summary>
    internal bool NeedsPassword { get; private set; }

    internal ExtractionLimits Limits => _document.Limits;

    internal void Progress() => _progress();

    internal static PdfFile Open(SourceDocument document, Action progress)
    {
        var file = new PdfFile(document, progress);
        var table = new CrossReference(file, file._bytes);
        if (table.Read())
        {
            (file._places, file.Trailer) = (table.Places, table.Trailer);
            file.Unlock();
        }
        if (file.FindCatalog() is null)
            file.Repair();
        file.Catalog = file.FindCatalog();
        return file;
    }

    private PdfDictionary? FindCatalog() =>
        Dictionary(Trailer, "Root") is { } root && Dictionary(root, "Pages") is not null ? root : null;

    /// <summary>The object a reference leads to; anything else is itself.</summary>
    internal object? Resolve(object? value)
    {
        for (var hop = 0; value is PdfReference reference; hop++)
        {
            if (hop == MaxHops)
                return null;
            value = Load(reference);
        }
        return value;
    }

    internal object? Get(PdfDictionary? owner, string key) => owner is not null && owner.TryGetValue(key, out var value) ? Resolve(value) : null;

    /// <summary>A dictionary, also that of a stream.</summary>
    internal PdfDictionary? Dictionary(PdfDictionary? owner, string key) => AsDictionary(Get(owner, key));

    internal static PdfDictionary? AsDictionary(object? value) => value as PdfDictionary ?? (value as PdfStream)?.Dictionary;

    internal PdfArray? Array(PdfDictionary? owner, string key) => Get(owner, key) as PdfArray;

    internal string? Name(PdfDictionary? owner, string key) => (Get(owner, key) as PdfName)?.Value;

    internal double? Number(PdfDictionary? owner, string key) => Get(owner, key) as double?;

    /// <summary>A text string, or a stream in its place; null when it is missing or blank.</summary>
    internal string? Text(PdfDictionary? owner, string key) => AsText(Get(owner, key));

    internal string? AsText(object? value) => Resolve(value) switch
    {
        PdfString text => PdfText.Decode(text.Bytes),
        PdfStream stream when ReadStream(stream) is { } bytes => PdfText.Decode(bytes),
        _ => null,
    } is { } found && !string.IsNullOrWhiteSpace(found) ? found : null;

    /// <summary>The unpacked bytes of a stream; null when a filter is unknown. Damage ends them early.</summary>
    internal byte[]? ReadStream(PdfStream stream, int most = PdfFilters.MostInMemory)
    {
        using var decoded = OpenStream(stream);
        return decoded is null ? null : PdfFilters.ReadUpTo(_document.Expansion.Counting(decoded), most);
    }

    /// <summary>A stream's unpacked bytes, not counted; null when a filter is unknown.</summary>
    internal Stream? OpenStream(PdfStream stream)
    {
        Stream raw = new RawBytes(_bytes, stream.Start, LengthOf(stream));
        if (_decryption is { } decryption && decryption.Covers(this, stream.Dictionary))
            raw = new MemoryStream(decryption.DecryptStream(PdfFilters.ReadUpTo(raw, 4 * PdfFilters.MostInMemory), stream.Id));
        return PdfFilters.Decode(this, stream.Dictionary, raw);
    }

    /// <summary>The object that starts at an offset; null when none does, or it is another than the expected one.</summary>
    internal object? ReadAt(long offset, int? number)
    {
        var lexer = new PdfLexer(_bytes.Slice(offset, 64));
        return lexer.TryReadInteger(out var found) && (number is null || found == number) && lexer.TryReadInteger(out var generation) && lexer.TryReadWord("obj"u8)
            ? ReadValue(offset + lexer.Position, new((int)found, (int)generation))
            : null;
    }

    /// <summary>The value at an offset, however long.</summary>
    internal object? ReadValue(long offset, PdfReference id = default)
    {
        for (var size = FirstLook; ; size *= 16)
        {
            var data = _bytes.Slice(offset, size);
            var lexer = new PdfLexer(data);
            var value = lexer.Read();
            if (lexer.CutOff && data.Length == size && size < PdfFilters.MostInMemory)
                continue;
            if (value is PdfDictionary dictionary && lexer.TryReadWord("stream"u8))
            {
                // The word is followed by CR LF or LF; a lone CR is forgiven (section 7.3.8.1).
                var start = lexer.Position;
                if (start < data.Length && data[start] == '\r')
                    start++;
                if (start < data.Length && data[start] == '\n')
                    start++;
                value = new PdfStream(dictionary, offset + start, id);
            }
            return value is PdfKeyword ? null : value;
        }
    }

    /// <summary>Writes a copy with a table of objects at its end that leads to all that was found, for tools that give up without one.</summary>
    internal void WriteMended(Stream target)
    {
        const int block = 1 << 20;
        for (long at = 0; at < _bytes.Length; at += block)
        {
            _progress();
            target.Write(_bytes.Slice(at, block));
        }
        MendedTable.Write(target, _places, Trailer);
    }

    public void Dispose() => _bytes.Dispose();

    private object? Load(PdfReference reference)
    {
        if (_loaded.TryGetValue(reference.Number, out var known))
            return known;
        if (!_places.TryGetValue(reference.Number, out var place) || !_loading.Add(reference.Number))
            return null;
        try
        {
            var value = place.IsPacked ? LoadPacked(reference.Number, place) : LoadPlain(reference, place.Offset);
            if (_loaded.Count >= MostRemembered)
                _loaded.Clear();
            return _loaded[reference.Number] = value;
        }
        finally
        {
            _loading.Remove(reference.Number);
        }
    }

    private object? LoadPlain(PdfReference reference, long offset)
    {
        if (offset < 0)
            return null;
        var value = ReadAt(offset, reference.Number);
        if (value is null && !_repaired && !LooksRight(offset, reference.Number))
        {
            Repair();
            return _places.TryGetValue(reference.Number, out var place) ? place.IsPacked ? LoadPacked(reference.Number, place) : Decrypted(ReadAt(place.Offset, reference.Number), reference) : null;
        }
        return Decrypted(value, reference);
    }

    private bool LooksRight(long offset, int number)
    {
        var lexer = new PdfLexer(_bytes.Slice(offset, 64));
        return lexer.TryReadInteger(out var found) && found == number && lexer.TryReadInteger(out _) && lexer.TryReadWord("obj"u8);
    }

    private object? Decrypted(object? value, PdfReference id) => _decryption is null ? value : value switch
    {
        PdfString text => new PdfString(_decryption.DecryptString(text.Bytes, id)),
        PdfArray array => DecryptItems(array, id),
        PdfDictionary dictionary => DecryptValues(dictionary, id),
        PdfStream stream => stream with { Dictionary = DecryptValues(stream.Dictionary, id) },
        _ => value,
    };

    private PdfArray DecryptItems(PdfArray array, PdfReference id)
    {
        for (var i = 0; i < array.Count; i++)
            array[i] = Decrypted(array[i], id);
        return array;
    }

    private PdfDictionary DecryptValues(PdfDictionary dictionary, PdfReference id)
    {
        foreach (var key in dictionary.Keys.ToArray())
            dictionary[key] = Decrypted(dictionary[key], id);
        return dictionary;
    }

    private object? LoadPacked(int number, ObjectPlace place)
    {
        if (FindObjectStream((int)Math.Min(place.Offset, int.MaxValue)) is not { } packed)
            return null;
        var index = place.Index < packed.Objects.Length && packed.Objects[place.Index].Number == number ? place.Index
            : System.Array.FindIndex(packed.Objects, entry => entry.Number == number);
        if (index < 0 || packed.First + (long)packed.Objects[index].Offset is not (>= 0 and var start) || start >= packed.Bytes.Length)
            return null;
        var value = new PdfLexer(packed.Bytes.AsSpan((int)start)).Read();
        return value is PdfKeyword ? null : value;
    }

    private ObjectStream? FindObjectStream(int number)
    {
        if (_objectStreams.TryGetValue(number, out var known))
            return known;
        if (Load(new(number, 0)) is not PdfStream stream || ReadStream(stream) is not { } bytes)
            return null;
        var count = (int)Math.Clamp(Number(stream.Dictionary, "N") ?? 0, 0, Math.Min(MostInObjectStream, bytes.Length / 2));
        var first = (int)Math.Clamp(Number(stream.Dictionary, "First") ?? 0, 0, bytes.Length);
        var objects = new List<(int, int)>(count);
        var lexer = new PdfLexer(bytes);
        while (objects.Count < count && lexer.TryReadInteger(out var id) && lexer.TryReadInteger(out var offset))
            objects.Add(((int)id, (int)Math.Clamp(offset, -1, int.MaxValue)));
        if (_objectStreams.Count >= MostObjectStreams)
            _objectStreams.Clear();
        return _objectStreams[number] = new(bytes, [.. objects], first);
    }

    private void Repair()
    {
        if (_repaired)
            return;
        _repaired = true;
        var scan = new CrossReferenceRepair(this, _bytes);
        scan.Scan(_progress);
        _loaded.Clear();
        _objectStreams.Clear();
        _places = scan.Places;
        foreach (var (key, value) in Trailer)
            scan.Trailer.TryAdd(key, value);
        Trailer = scan.Trailer;
        _decryption = null;
        Unlock();
        HashSet<int> streams = [.. scan.ObjectStreams];
        foreach (var number in scan.ObjectStreams)
            EnterPacked(number, streams);
        FindLostCatalog(scan);
    }

    private void FindLostCatalog(CrossReferenceRepair scan)
    {
        if (FindCatalog() is null && scan.Catalog is { } catalog)
            Trailer["Root"] = catalog;
        foreach (var number in scan.ObjectStreams)
        {
            if (FindCatalog() is null && FindObjectStream(number) is { } packed)
                EnterCatalogOf(packed);
        }
    }

    private void EnterPacked(int number, HashSet<int> streams)
    {
        if (FindObjectStream(number) is not { } packed)
            return;
        _progress();
        for (var index = 0; index < packed.Objects.Length && _places.Count < CrossReference.MostObjects; index++)
        {
            var id = packed.Objects[index].Number;
            // An object of its own wins: which is newer cannot be told, and damaged updates are mostly those of old files.
            if (!streams.Contains(id) && (!_places.TryGetValue(id, out var place) || place.IsPacked))
                _places[id] = new(number, index);
        }
    }

    private void EnterCatalogOf(ObjectStream packed)
    {
        foreach (var (number, _) in packed.Objects)
        {
            if (Load(new(number, 0)) is PdfDictionary dictionary && Name(dictionary, "Type") == "Catalog")
                Trailer["Root"] = new PdfReference(number, 0);
        }
    }

    private void Unlock()
    {
        NeedsPassword = false;
        if (Dictionary(Trailer, "Encrypt") is not { } settings)
            return;
        var id = Array(Trailer, "ID") is [PdfString first, ..] ? first.Bytes : [];
        _decryption = PdfDecryption.Open(this, settings, id);
        NeedsPassword = _decryption is null;
        // Read before the key was known; the settings themselves stay as they are.
        _loaded.Clear();
        _objectStreams.Clear();
    }

    private long LengthOf(PdfStream stream)
    {
        var rest = _bytes.Length - stream.Start;
        if (Number(stream.Dictionary, "Length") is { } given and >= 0 && given <= rest)
        {
            var after = new PdfLexer(_bytes.Slice(stream.Start + (long)given, 32));
            if (after.TryReadWord("endstream"u8))
                return (long)given;
        }
        const int block = 1 << 20;
        var word = "endstream"u8;
        for (long from = 0; from < rest; from += block)
        {
            if (_bytes.Slice(stream.Start + from, block + word.Length - 1).IndexOf(word) is >= 0 and var at)
                return from + at;
        }
        return rest;
    }

    private sealed class RawBytes(PdfBytes bytes, long start, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var data = bytes.Slice(start + _position, (int)Math.Min(buffer.Length, length - _position));
            data.CopyTo(buffer);
            _position += data.Length;
            return data.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
