using System.IO.Compression;

namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Undoes what packs a stream (ISO 32000-2, section 7.4). Codecs of pictures are left alone: pictures are for recognition.</summary>
internal static class PdfFilters
{
    /// <summary>Largest stream that is unpacked in memory.</summary>
    internal const int MostInMemory = 64 << 20;

    private const int MaxFilters = 8;

    /// <summary>The stream unpacked, or null when a filter is unknown or a codec of pictures.</summary>
    internal static Stream? Decode(PdfFile file, PdfDictionary dictionary, Stream raw)
    {
        var filters = Names(file, file.Get(dictionary, "Filter") ?? file.Get(dictionary, "F"));
        var parameters = file.Get(dictionary, "DecodeParms") ?? file.Get(dictionary, "DP");
        if (filters.Count > MaxFilters)
            return null;
        var data = raw;
        for (var i = 0; i < filters.Count; i++)
        {
            var settings = parameters switch
            {
                PdfDictionary one when i == 0 => one,
                PdfArray several when i < several.Count => file.Resolve(several[i]) as PdfDictionary,
                _ => null,
            };
            if (Decode(file, filters[i], settings, data) is not { } decoded)
                return null;
            data = decoded;
        }
        return data;
    }

    /// <summary>All of a stream up to a limit; what is damaged ends it.</summary>
    internal static byte[] ReadUpTo(Stream stream, int most)
    {
        using var all = new MemoryStream();
        var block = new byte[64 * 1024];
        try
        {
            while (all.Length < most && stream.Read(block, 0, (int)Math.Min(block.Length, most - all.Length)) is > 0 and var read)
                all.Write(block, 0, read);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            // What came out before the damage is still good.
        }
        return all.ToArray();
    }

    private static List<string> Names(PdfFile file, object? filter) => filter switch
    {
        PdfName name => [name.Value],
        PdfArray several => [.. several.Select(file.Resolve).OfType<PdfName>().Select(static name => name.Value)],
        _ => [],
    };

    private static Stream? Decode(PdfFile file, string filter, PdfDictionary? settings, Stream data) => filter switch
    {
        "FlateDecode" or "Fl" => Predicted(file, settings, new ZLibStream(data, CompressionMode.Decompress)),
        "LZWDecode" or "LZW" => Predicted(file, settings, new MemoryStream(Lzw(ReadUpTo(data, MostInMemory), file.Number(settings, "EarlyChange") != 0))),
        "ASCIIHexDecode" or "AHx" => new MemoryStream(AsciiHexadecimal(ReadUpTo(data, MostInMemory))),
        "ASCII85Decode" or "A85" => new MemoryStream(Ascii85(ReadUpTo(data, MostInMemory))),
        "RunLengthDecode" or "RL" => new MemoryStream(RunLength(ReadUpTo(data, MostInMemory))),
        "Crypt" => data,
        _ => null,
    };

    private static Stream Predicted(PdfFile file, PdfDictionary? settings, Stream data)
    {
        var predictor = (int)(file.Number(settings, "Predictor") ?? 1);
        if (predictor < 10)
            return data; // TIFF's predictor 2 serves pictures alone
        var (colors, bits, columns) = (file.Number(settings, "Colors") ?? 1, file.Number(settings, "BitsPerComponent") ?? 8, file.Number(settings, "Columns") ?? 1);
        var row = Math.Ceiling(colors * bits * columns / 8);
        if (row is not (>= 1 and <= 1 << 20))
            return data;
        return new MemoryStream(UndoPng(ReadUpTo(data, MostInMemory), (int)row, (int)Math.Max(1, colors * bits / 8)));
    }

    // PNG filters, a type byte before each row (PNG specification, section 9).
    private static byte[] UndoPng(ReadOnlySpan<byte> data, int row, int pixel)
    {
        var rows = (data.Length + row) / (row + 1);
        var output = new byte[rows * row];
        for (var r = 0; r < rows; r++)
        {
            var line = data.Slice(r * (row + 1), Math.Min(row + 1, data.Length - r * (row + 1)));
            var start = r * row;
            for (var i = 0; i < line.Length - 1; i++)
            {
                int left = i >= pixel ? output[start + i - pixel] : 0, up = r > 0 ? output[start + i - row] : 0, corner = r > 0 && i >= pixel ? output[start + i - row - pixel] : 0;
                output[start + i] = (byte)(line[i + 1] + line[0] switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }
        }
        return output;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static byte[] AsciiHexadecimal(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf((byte)'>');
        return PdfLexer.Hexadecimal(end < 0 ? data : data[..end]);
    }

    // Five digits to base 85 are four bytes (section 7.4.3).
    private static byte[] Ascii85(ReadOnlySpan<byte> data)
    {
        using var output = new MemoryStream(data.Length);
        var (count, value) = (0, 0u);
        Span<byte> four = stackalloc byte[4];
        foreach (var digit in data)
        {
            if (digit == '~')
                break;
            if (digit == 'z' && count == 0)
                output.Write([0, 0, 0, 0]);
            if (digit is < (byte)'!' or > (byte)'u')
                continue;
            value = value * 85 + digit - '!';
            if (++count < 5)
                continue;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(four, value);
            output.Write(four);
            (count, value) = (0, 0);
        }
        if (count > 1)
        {
            for (var i = count; i < 5; i++)
                value = value * 85 + 84;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(four, value);
            output.Write(four[..(count - 1)]);
        }
        return output.ToArray();
    }

    private static byte[] RunLength(ReadOnlySpan<byte> data)
    {
        using var output = new MemoryStream(data.Length);
        for (var i = 0; i < data.Length && data[i] != 128 && output.Length < MostInMemory;)
        {
            var length = data[i++];
            if (length < 128)
            {
                var run = data[i..Math.Min(data.Length, i + length + 1)];
                output.Write(run);
                i += run.Length;
            }
            else if (i < data.Length)
            {
                for (var n = 257 - length; n > 0; n--)
                    output.WriteByte(data[i]);
                i++;
            }
        }
        return output.ToArray();
    }

    // Codes of 9 to 12 bits; 256 clears the table, 257 ends (section 7.4.4.2).
    private static byte[] Lzw(ReadOnlySpan<byte> data, bool early)
    {
        const int clear = 256, end = 257, most = 4096;
        var (prefix, last, length) = (new int[most], new byte[most], new int[most]);
        for (var i = 0; i < 256; i++)
            (prefix[i], last[i], length[i]) = (-1, (byte)i, 1);
        using var output = new MemoryStream(data.Length * 2);
        var (next, width, previous, bits, have, at) = (258, 9, -1, 0, 0, 0);
        var word = new byte[most];
        while (output.Length < MostInMemory)
        {
            while (have < width && at < data.Length)
                (bits, have) = (bits << 8 | data[at++], have + 8);
            if (have < width)
                break;
            var code = bits >> (have - width) & ((1 << width) - 1);
            have -= width;
            bits &= (1 << have) - 1;
            if (code == end)
                break;
            if (code == clear)
            {
                (next, width, previous) = (258, 9, -1);
                continue;
            }
            if (code > next || (code == next && previous < 0) || (code >= 256 && code < 258))
                break;
            if (previous >= 0 && next < most)
            {
                (prefix[next], length[next]) = (previous, length[previous] + 1);
                last[next] = First(code == next ? previous : code);
                next++;
            }
            if (code >= next)
                break;
            var count = length[code];
            for (int i = count - 1, c = code; i >= 0; i--, c = prefix[c])
                word[i] = last[c];
            output.Write(word, 0, count);
            previous = code;
            var limit = next + (early ? 1 : 0);
            width = limit >= 2048 ? 12 : limit >= 1024 ? 11 : limit >= 512 ? 10 : 9;
        }
        return output.ToArray();

        byte First(int code)
        {
            while (prefix[code] >= 0)
                code = prefix[code];
            return last[code];
        }
    }
}
