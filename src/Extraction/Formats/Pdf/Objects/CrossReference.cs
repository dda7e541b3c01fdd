namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Where an object stands.</summary>
/// <param name="Offset">In the file; or the number of the object stream that holds it.</param>
/// <param name="Index">Place inside that object stream; -1 for an object of its own.</param>
internal readonly record struct ObjectPlace(long Offset, int Index)
{
    internal bool IsPacked => Index >= 0;
}

/// <summary>The table of objects (ISO 32000-2, section 7.5.4 and 7.5.8), followed from the end of the file through all its updates.</summary>
internal sealed class CrossReference(PdfFile file, PdfBytes bytes)
{
    /// <summary>More objects than any document made by people has; bounds the memory of the table.</summary>
    internal const int MostObjects = 4_000_000;

    private const int MaxUpdates = 10_000;

    internal Dictionary<int, ObjectPlace> Places { get; } = [];

    internal PdfDictionary Trailer { get; } = [];

    // Bytes before the header shift every offset.
    private long _header;

    /// <summary>False when the table cannot be found or leads nowhere.</summary>
    internal bool Read()
    {
        _header = Math.Max(0, bytes.Slice(0, 1024).IndexOf("%PDF-"u8));
        var tailStart = Math.Max(0, bytes.Length - 2048);
        var tail = bytes.Slice(tailStart, 2048);
        var at = tail.LastIndexOf("startxref"u8);
        if (at < 0)
            return false;
        var lexer = new PdfLexer(tail[(at + 9)..]);
        if (!lexer.TryReadInteger(out var offset))
            return false;

        var waiting = new Stack<long>([offset]);
        var seen = new HashSet<long>();
        while (waiting.TryPop(out offset))
        {
            if (!seen.Add(offset) || seen.Count > MaxUpdates)
                continue;
            if (ReadSection(offset + _header) is not { } trailer)
                return false;
            foreach (var (key, value) in trailer)
                Trailer.TryAdd(key, value);
            if (trailer.GetValueOrDefault("Prev") is double previous)
                waiting.Push((long)previous);
            // A hybrid file: what its streams add counts before older updates (section 7.5.8.4).
            if (trailer.GetValueOrDefault("XRefStm") is double stream)
                waiting.Push((long)stream);
        }
        return Trailer.ContainsKey("Root");
    }

    private PdfDictionary? ReadSection(long offset)
    {
        var start = bytes.Slice(offset, 64);
        var lexer = new PdfLexer(start);
        if (lexer.TryReadWord("xref"u8))
            return ReadTable(offset + lexer.Position);
        return file.ReadAt(offset, null) is PdfStream { Dictionary: var dictionary } stream && ReadStream(stream) ? dictionary : null;
    }

    private PdfDictionary? ReadTable(long offset)
    {
        while (true)
        {
            var lexer = new PdfLexer(bytes.Slice(offset, 256));
            if (lexer.TryReadWord("trailer"u8))
                return file.ReadValue(offset + lexer.Position) as PdfDictionary;
            if (!lexer.TryReadInteger(out var first) || !lexer.TryReadInteger(out var count) || first < 0 || count < 0)
                return null;
            offset += lexer.Position;
            if (ReadEntries(ref offset, first, count) is false)
                return null;
        }
    }

    // Entries should have 20 bytes each; some writers make them 19, so they are read as words.
    private bool ReadEntries(ref long offset, long first, long count)
    {
        const int batch = 512;
        for (long done = 0; done < count;)
        {
            var lexer = new PdfLexer(bytes.Slice(offset, batch * 24));
            var batchEnd = Math.Min(count, done + batch);
            for (; done < batchEnd; done++)
            {
                if (!lexer.TryReadInteger(out var place) || !lexer.TryReadInteger(out _))
                    return false;
                var inUse = lexer.TryReadWord("n"u8);
                if (!inUse && !lexer.TryReadWord("f"u8))
                    return false;
                if (inUse && !Add(first + done, new(place + _header, -1)))
                    return false;
                if (!inUse && first + done is > 0 and < MostObjects)
                    Places.TryAdd((int)(first + done), new(-1, -1));
            }
            offset += lexer.Position;
        }
        return true;
    }

    private bool ReadStream(PdfStream stream)
    {
        var dictionary = stream.Dictionary;
        if (dictionary.GetValueOrDefault("W") is not PdfArray { Count: >= 3 } widths || widths.Any(static width => width is not double and >= 0 and <= 8))
            return false;
        var (type, place, index) = ((int)(double)widths[0]!, (int)(double)widths[1]!, (int)(double)widths[2]!);
        var entry = type + place + index;
        var data = file.ReadStream(stream);
        if (entry <= 0 || data is null)
            return false;
        double[] ranges = dictionary.GetValueOrDefault("Index") is PdfArray given ? [.. given.OfType<double>()] : [0, dictionary.GetValueOrDefault("Size") as double? ?? 0];
        var at = 0;
        for (var range = 0; range + 1 < ranges.Length; range += 2)
        {
            for (var n = 0; n < ranges[range + 1] && at + entry <= data.Length; n++, at += entry)
            {
                var row = data.AsSpan(at, entry);
                // Without a type field every entry is an object of its own (table 17).
                var kind = type == 0 ? 1 : Field(row[..type]);
                var (second, third) = (Field(row.Slice(type, place)), Field(row.Slice(type + place, index)));
                if (!Add((long)ranges[range] + n, kind switch { 1 => new(second + _header, -1), 2 => new(second, (int)Math.Min(third, int.MaxValue)), _ => new(-1, -1) }))
                    return false;
            }
        }
        return true;
    }

    private static long Field(ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        foreach (var part in bytes)
            value = value << 8 | part;
        return value;
    }

    // What was read first is newest.
    private bool Add(long number, ObjectPlace place)
    {
        if (number is < 0 or >= int.MaxValue || Places.Count >= MostObjects)
            return false;
        Places.TryAdd((int)number, place);
        return true;
    }
}
