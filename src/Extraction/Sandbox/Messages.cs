using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Serialization;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>What the child shall do with the content that follows.</summary>
/// <param name="FileName">As stored; a hint where the content leaves a choice.</param>
/// <param name="Recognize">Pages to recognise; null asks for text extraction.</param>
/// <param name="Languages">Tesseract codes, best first.</param>
/// <param name="Limits">What this file may cost.</param>
internal sealed record TaskMessage(string FileName, IReadOnlyList<int>? Recognize, IReadOnlyList<string> Languages, ExtractionLimits Limits);

/// <summary>The child is ready for files.</summary>
/// <param name="Confinement">What the launcher put in force.</param>
internal sealed record ReadyMessage(string Confinement);

/// <summary>The last word on one file.</summary>
/// <param name="Status">As in <see cref="ExtractedDocument"/>, like the next five.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="MimeType">Found in the content.</param>
/// <param name="PagesNeedingOcr">Pages without a text layer.</param>
/// <param name="Truncated">A limit cut the text.</param>
/// <param name="Metadata">What the document says about itself.</param>
/// <param name="Engine">OCR engine and version, when it was used.</param>
/// <param name="Fault">Set when not the file but the machine is at fault (a full disk): the worker throws, and the job tries again.</param>
/// <param name="Recycle">The child should not get another file.</param>
internal sealed record ResultMessage(
    string Status, string? Detail, string MimeType, IReadOnlyList<int> PagesNeedingOcr, bool Truncated,
    DocumentMetadata Metadata, string? Engine, string? Fault, bool Recycle)
{
    /// <summary>As in <see cref="ExtractedDocument"/>; null when no reader was found.</summary>
    public string? PipelineVersion { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskMessage))]
[JsonSerializable(typeof(ReadyMessage))]
[JsonSerializable(typeof(ResultMessage))]
[JsonSerializable(typeof(PageProblem))]
internal sealed partial class MessageJson : JsonSerializerContext;

/// <summary>A page on the wire: number, confidence (NaN: none), headings, text. Text is the bulk, so none of it is JSON.</summary>
internal static class PageCodec
{
    internal static byte[] Encode(ExtractedPage page)
    {
        using var buffer = new MemoryStream(page.Text.Length + 256);
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(page.Number);
        writer.Write(page.OcrConfidence ?? double.NaN);
        writer.Write(page.Headings.Count);
        foreach (var (offset, level, title) in page.Headings)
        {
            writer.Write(offset);
            writer.Write(level);
            writer.Write(title);
        }
        writer.Write(Encoding.UTF8.GetBytes(page.Text));
        writer.Flush();
        return buffer.ToArray();
    }

    /// <summary>Trusts nothing: the child may have been taken over by what it read.</summary>
    /// <exception cref="InvalidDataException">Not a page.</exception>
    internal static ExtractedPage Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 16)
            throw new InvalidDataException("A page frame without a header.");
        var number = BinaryPrimitives.ReadInt32LittleEndian(payload);
        var confidence = BinaryPrimitives.ReadDoubleLittleEndian(payload[4..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload[12..]);
        payload = payload[16..];
        var headings = new List<Heading>(Math.Clamp(count, 0, 1024));
        for (var i = 0; i < count; i++)
        {
            if (payload.Length < 9)
                throw new InvalidDataException("A heading outside the frame.");
            var (offset, level) = (BinaryPrimitives.ReadInt32LittleEndian(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[4..]));
            payload = payload[8..];
            var length = ReadLength(ref payload);
            if (length > payload.Length)
                throw new InvalidDataException("A heading outside the frame.");
            headings.Add(new(offset, level, Encoding.UTF8.GetString(payload[..length])));
            payload = payload[length..];
        }
        var text = Encoding.UTF8.GetString(payload);
        if (number < 1 || headings.Exists(heading => heading.Offset < 0 || heading.Offset > text.Length))
            throw new InvalidDataException("A heading outside the page.");
        return new(number, text, headings, double.IsNaN(confidence) ? null : Math.Clamp(confidence, 0, 100));
    }

    // BinaryWriter's length prefix: seven bits a byte, low ones first.
    private static int ReadLength(ref ReadOnlySpan<byte> payload)
    {
        var value = 0;
        for (var shift = 0; shift < 35 && !payload.IsEmpty; shift += 7)
        {
            var part = payload[0];
            payload = payload[1..];
            value |= (part & 0x7f) << shift;
            if (part < 0x80)
                return value < 0 ? int.MaxValue : value;
        }
        throw new InvalidDataException("A broken length.");
    }
}
