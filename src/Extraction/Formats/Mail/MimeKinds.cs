using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>What media types mean for a reader of mail.</summary>
internal static class MimeKinds
{
    /// <summary>Signatures and control parts: nothing anybody reads.</summary>
    internal static bool IsNoise(string type) => type is "application/pkcs7-signature" or "application/x-pkcs7-signature" or "application/pgp-signature" or "application/pgp-encrypted" or "application/applefile";

    /// <summary>True for a whole message inside a message.</summary>
    internal static bool IsMessage(string type) => type is "message/rfc822" or "message/global" or "message/news";

    /// <summary>True for what stands in the text of the message, unless it is attached.</summary>
    internal static bool IsText(MimeEntity entity) => entity.Type.StartsWith("text/", StringComparison.Ordinal) || entity.IsMultipart
        || entity.Type is "application/xhtml+xml" or "application/rtf" or "text"
        || (entity.Type.StartsWith("message/", StringComparison.Ordinal) && !IsMessage(entity.Type));

    /// <summary>True for a file: it says so, or it has a name.</summary>
    internal static bool IsAttachment(MimeEntity entity) => entity.Disposition.Value == "attachment" || entity.FileName is not null;

    /// <summary>True for text whose charset is known from its label alone.</summary>
    internal static bool IsLabelledText(MimeEntity entity) => entity.Charset is not null && entity.Type is "text/plain" or "text/csv" or "text/html" or "text/markdown" or "text/tab-separated-values";

    /// <summary>Which of several forms of a text says most.</summary>
    internal static int Richness(MimeEntity entity) => entity.Type switch
    {
        "text/html" or "application/xhtml+xml" => 5,
        "text/rtf" or "application/rtf" => 4,
        "text/enriched" or "text/richtext" => 3,
        "text/plain" => 2,
        "text/x-amp-html" or "text/watch-html" => 1,
        "text/calendar" => 0,
        _ when entity.IsMultipart && entity.Children.Count > 0 => entity.Children.Max(Richness),
        _ => -1,
    };
}

/// <summary>What parts of a message are called.</summary>
internal static class MimeNames
{
    private const int MaxHeader = 64 * 1024;

    /// <summary>The name the part gives itself, or null.</summary>
    internal static string? Of(MimeEntity entity) => entity.FileName ?? entity.Fields.Text("Content-Description") ?? LastSegment(entity.Fields.Text("Content-Location"));

    /// <summary>A message in a message is called by its subject.</summary>
    internal static string OfMessage(MimeEntity entity, FileStream file)
    {
        var head = new byte[MaxHeader];
        using var body = entity.Open(file);
        var length = body.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var fields = new HeaderFields();
        foreach (var line in head.AsSpan(0, length).Split((byte)'\n'))
        {
            var text = head.AsSpan(line).TrimEnd((byte)'\r');
            if (text.IsEmpty && fields.IsEmpty)
                continue;
            if (text.IsEmpty || !fields.Add(text))
                break;
        }
        return $"{fields.Text("Subject") ?? "Message"}.eml";
    }

    private static string? LastSegment(string? location)
    {
        if (location is null)
            return null;
        var path = location.Split('?', '#')[0].TrimEnd('/');
        var name = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        return name.Length > 0 ? name : null;
    }
}

/// <summary>Text in any encoding as UTF-8 with its mark, for readers that find the encoding in the bytes.</summary>
internal sealed class Utf8Stream(Stream inner, Encoding encoding) : DecodingStream(inner)
{
    private readonly Decoder _decoder = encoding.GetDecoder();
    private bool _begun;

    private protected override byte[] Decode(ReadOnlySpan<byte> input, bool last)
    {
        var characters = new char[encoding.GetMaxCharCount(input.Length)];
        var count = _decoder.GetChars(input, characters, last);
        var text = characters.AsSpan(0, count);
        if (!_begun && text.StartsWith("\uFEFF"))
            text = text[1..];
        byte[] mark = _begun ? [] : [0xEF, 0xBB, 0xBF];
        _begun = true;
        return [.. mark, .. Encoding.UTF8.GetBytes(text.ToArray())];
    }
}
