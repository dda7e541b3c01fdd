using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Writes a table of objects as a stream (ISO 32000-2, section 7.5.8), which can name packed objects too.</summary>
internal static class MendedTable
{
    // Kind, offset or number of the object stream, index in it.
    private const int Kind = 1, Place = 8, Index = 4;

    internal static void Write(Stream target, IReadOnlyDictionary<int, ObjectPlace> places, PdfDictionary trailer)
    {
        int[] numbers = [.. places.Where(static entry => entry.Value.Offset >= 0).Select(static entry => entry.Key).Order()];
        var own = numbers.Length > 0 ? numbers[^1] + 1 : 1;
        Write(target, "\n");
        var start = target.Position;
        var keys = new StringBuilder($"<< /Type /XRef /W [{Kind} {Place} {Index}] /Size {own + 1} /Length {numbers.Length * (Kind + Place + Index)} /Index [");
        foreach (var number in numbers)
            keys.Append(CultureInfo.InvariantCulture, $"{number} 1 ");
        keys.Append(']');
        foreach (var key in (ReadOnlySpan<string>)["Root", "Info", "Encrypt"])
        {
            if (trailer.GetValueOrDefault(key) is PdfReference reference)
                keys.Append(CultureInfo.InvariantCulture, $" /{key} {reference.Number} {reference.Generation} R");
        }
        if (trailer.GetValueOrDefault("ID") is PdfArray id)
            keys.Append(CultureInfo.InvariantCulture, $" /ID [{string.Join(' ', id.OfType<PdfString>().Select(static part => $"<{Convert.ToHexString(part.Bytes)}>"))}]");
        Write(target, $"{own} 0 obj\n{keys} >>\nstream\n");
        Span<byte> row = stackalloc byte[Kind + Place + Index];
        foreach (var number in numbers)
        {
            var place = places[number];
            row[0] = place.IsPacked ? (byte)2 : (byte)1;
            BinaryPrimitives.WriteInt64BigEndian(row[Kind..], place.Offset);
            BinaryPrimitives.WriteInt32BigEndian(row[(Kind + Place)..], place.IsPacked ? place.Index : 0);
            target.Write(row);
        }
        Write(target, $"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n");
    }

    private static void Write(Stream target, string text) => target.Write(Encoding.Latin1.GetBytes(text));
}
