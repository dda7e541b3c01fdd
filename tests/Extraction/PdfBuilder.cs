using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Writes small PDF files object by object. Objects 1 and 2 are the catalog and the pages, 3 is Helvetica.</summary>
internal sealed class PdfBuilder
{
    private readonly SortedDictionary<int, byte[]> _objects = [];
    private readonly List<int> _pages = [];
    private int _next = 4;

    /// <summary>Keys of the catalog beside type and pages.</summary>
    internal string Catalog { get; set; } = "";

    /// <summary>Keys of the trailer beside size and root.</summary>
    internal string Trailer { get; set; } = "";

    /// <summary>Objects and table as streams (PDF 1.5) instead of plain ones.</summary>
    internal bool Compact { get; init; }

    /// <summary>A page with this content; <paramref name="keys"/> are further keys of the page.</summary>
    /// <returns>The number of the page's object.</returns>
    internal int Page(string content, string keys = "", string resources = "")
    {
        var stream = Stream(content);
        var page = Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {stream} 0 R /Resources << /Font << /F 3 0 R >> {resources} >> {keys} >>");
        _pages.Add(page);
        return page;
    }

    /// <summary>Lines of text at their places, one after the other.</summary>
    internal static string Text(params (double X, double Y, string Line)[] lines) => string.Concat(lines.Select(line =>
        string.Create(CultureInfo.InvariantCulture, $"BT /F 12 Tf {line.X} {line.Y} Td ({line.Line}) Tj ET\n")));

    internal int Add(string value) => Add(Encoding.Latin1.GetBytes(value));

    internal int Add(byte[] value)
    {
        _objects[_next] = value;
        return _next++;
    }

    internal void Replace(int number, string value) => _objects[number] = Encoding.Latin1.GetBytes(value);

    internal int Stream(string content, string keys = "") => Stream(Encoding.Latin1.GetBytes(content), keys);

    internal int Stream(byte[] content, string keys = "") => Add(StreamObject(content, keys));

    /// <summary>A picture of one gray pixel.</summary>
    internal int Picture() => Stream([0x80], "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8");

    /// <summary>A specification of an embedded file.</summary>
    internal int File(string name, byte[] content) => Add($"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F {Stream(content, "/Type /EmbeddedFile")} 0 R >> >>");

    internal byte[] Build()
    {
        _objects[1] = Encoding.Latin1.GetBytes($"<< /Type /Catalog /Pages 2 0 R {Catalog} >>");
        _objects[2] = Encoding.Latin1.GetBytes($"<< /Type /Pages /Count {_pages.Count} /Kids [{string.Join(' ', _pages.Select(page => $"{page} 0 R"))}] >>");
        _objects[3] = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"u8.ToArray();
        using var file = new MemoryStream();
        file.Write("%PDF-1.7\n"u8);
        if (Compact)
            WriteCompact(file);
        else
            WritePlain(file);
        return file.ToArray();
    }

    private void WritePlain(MemoryStream file)
    {
        var offsets = _objects.ToDictionary(entry => entry.Key, entry => WriteObject(file, entry.Key, entry.Value));
        var table = file.Position;
        Write(file, $"xref\n0 {_next}\n0000000000 65535 f \n");
        for (var number = 1; number < _next; number++)
            Write(file, string.Create(CultureInfo.InvariantCulture, $"{offsets[number]:0000000000} 00000 n \n"));
        Write(file, $"trailer\n<< /Size {_next} /Root 1 0 R {Trailer} >>\nstartxref\n{table}\n%%EOF\n");
    }

    // Streams cannot be packed into an object stream, all else is.
    private void WriteCompact(MemoryStream file)
    {
        var packed = _objects.Where(entry => entry.Value.AsSpan().IndexOf("endstream"u8) < 0).ToList();
        var places = _objects.Except(packed).ToDictionary(entry => entry.Key, entry => WriteObject(file, entry.Key, entry.Value));
        var (numbers, values) = (new StringBuilder(), new StringBuilder());
        foreach (var (number, value) in packed)
        {
            numbers.Append(CultureInfo.InvariantCulture, $"{number} {values.Length} ");
            values.Append(Encoding.Latin1.GetString(value)).Append('\n');
        }
        var (container, table) = (_next, _next + 1);
        places[container] = WriteObject(file, container, StreamObject(Encoding.Latin1.GetBytes(numbers.ToString() + values),
            $"/Type /ObjStm /N {packed.Count} /First {numbers.Length}"));
        places[table] = file.Position;
        var rows = new MemoryStream();
        for (var number = 0; number <= table; number++)
        {
            var index = packed.FindIndex(entry => entry.Key == number);
            // Each row goes through PNG's filter "up", as most writers have it.
            rows.Write(number == 0 ? [0, 0, 0, 0, 0] : index >= 0 ? [2, 0, 0, (byte)container, (byte)index] : [1, 0, (byte)(places[number] >> 8), (byte)places[number], 0]);
        }
        WriteObject(file, table, StreamObject(Up(rows.ToArray(), 5), $"/Type /XRef /W [1 3 1] /Size {table + 1} /Root 1 0 R /DecodeParms << /Predictor 12 /Columns 5 >> {Trailer}"));
        Write(file, $"startxref\n{places[table]}\n%%EOF\n");
    }

    private static byte[] Up(byte[] rows, int width)
    {
        using var filtered = new MemoryStream();
        for (var i = 0; i < rows.Length; i++)
        {
            if (i % width == 0)
                filtered.WriteByte(2);
            filtered.WriteByte((byte)(rows[i] - (i < width ? 0 : rows[i - width])));
        }
        return filtered.ToArray();
    }

    private static byte[] StreamObject(byte[] content, string keys)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(content);
        return [.. Encoding.Latin1.GetBytes($"<< /Length {packed.Length} /Filter /FlateDecode {keys} >>\nstream\n"), .. packed.ToArray(), .. "\nendstream"u8];
    }

    private static long WriteObject(MemoryStream file, int number, byte[] value)
    {
        var at = file.Position;
        Write(file, $"{number} 0 obj\n");
        file.Write(value);
        Write(file, "\nendobj\n");
        return at;
    }

    private static void Write(MemoryStream file, string text) => file.Write(Encoding.Latin1.GetBytes(text));
}
