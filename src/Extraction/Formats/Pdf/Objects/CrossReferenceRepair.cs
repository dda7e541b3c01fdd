namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Makes a table of objects where the file's own is missing or wrong: whatever looks like the start of an object is one.</summary>
internal sealed class CrossReferenceRepair(PdfFile file, PdfBytes bytes)
{
    private const int Block = 1 << 20;

    // "4294967295 65535 obj" and white space before it.
    private const int Before = 32;

    // The keys that tell what a stream is stand at its start.
    private const int Look = 1024;

    internal Dictionary<int, ObjectPlace> Places { get; } = [];

    internal PdfDictionary Trailer { get; } = [];

    /// <summary>Numbers of object streams in the order they stand in the file.</summary>
    internal List<int> ObjectStreams { get; } = [];

    /// <summary>The last catalog seen, for files whose trailer names none, or a wrong one.</summary>
    internal PdfReference? Catalog { get; private set; }

    internal void Scan(Action progress)
    {
        for (long start = 0; start < bytes.Length; start += Block)
        {
            progress();
            foreach (var at in Find("obj"u8, start))
                Enter(at);
            foreach (var at in Find("trailer"u8, start))
                Merge(file.ReadValue(at + 7) as PdfDictionary);
        }
    }

    // Later ones are newer.
    private void Merge(PdfDictionary? trailer)
    {
        foreach (var (key, value) in trailer ?? [])
            Trailer[key] = value;
    }

    private List<long> Find(ReadOnlySpan<byte> word, long start)
    {
        var found = new List<long>();
        var data = bytes.Slice(start, Block + word.Length - 1);
        for (var from = 0; from < data.Length && data[from..].IndexOf(word) is >= 0 and var at; from += at + word.Length)
            found.Add(start + from + at);
        return found;
    }

    private void Enter(long at)
    {
        var from = Math.Max(0, at - Before);
        var data = bytes.Slice(from, (int)(at - from) + Look);
        var end = (int)(at - from);
        if (!NumberBefore(data, ref end, out var generation) || !NumberBefore(data, ref end, out var number)
            || number >= CrossReference.MostObjects || generation > 65535)
            return;
        Places[(int)number] = new(from + end, -1);
        var id = new PdfReference((int)number, (int)generation);

        var inside = data[(int)(at - from + 3)..];
        foreach (var stop in (ReadOnlySpan<byte[]>)["stream"u8.ToArray(), "endobj"u8.ToArray()])
        {
            if (inside.IndexOf(stop) is >= 0 and var cut)
                inside = inside[..cut];
        }
        if (inside.IndexOf("/Catalog"u8) >= 0)
            Catalog = id;
        // Last, because reading moves the window that is looked through.
        if (inside.IndexOf("/XRef"u8) >= 0 && inside.IndexOf("/Root"u8) >= 0)
            Merge(file.ReadValue(at + 3) as PdfDictionary);
        else if (inside.IndexOf("/ObjStm"u8) >= 0)
            ObjectStreams.Add(id.Number);
    }

    private static bool NumberBefore(ReadOnlySpan<byte> data, ref int end, out long number)
    {
        number = 0;
        var at = end;
        while (at > 0 && PdfLexer.IsWhiteSpace(data[at - 1]))
            at--;
        var last = at;
        while (at > 0 && data[at - 1] is >= (byte)'0' and <= (byte)'9')
            at--;
        if (at == last || !System.Buffers.Text.Utf8Parser.TryParse(data[at..last], out number, out _))
            return false;
        end = at;
        return true;
    }
}
