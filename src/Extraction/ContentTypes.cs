using System.Buffers;
using System.Text;

namespace ScaiDrive.Extraction;

/// <summary>Finds the type of a file in its first bytes; the name only chooses among types that look the same.</summary>
public static class ContentTypes
{
    /// <summary>Bytes worth passing to <see cref="FromContent"/>; more does no harm.</summary>
    public const int HeadSize = 8192;

    internal const string Unknown = "application/octet-stream";
    internal const string Plain = "text/plain";
    internal const string Markdown = "text/markdown";
    internal const string Csv = "text/csv";
    internal const string TabSeparated = "text/tab-separated-values";
    internal const string Calendar = "text/calendar";
    internal const string Contact = "text/vcard";
    internal const string Json = "application/json";
    internal const string Html = "text/html";
    internal const string Xml = "application/xml";
    internal const string Svg = "image/svg+xml";
    internal const string FlatOffice = "application/vnd.ms-office.flat-opc+xml";
    internal const string WordXml = "application/vnd.ms-wordml+xml";
    internal const string SheetXml = "application/vnd.ms-spreadsheetml+xml";
    internal const string Pdf = "application/pdf";
    internal const string Zip = "application/zip";
    internal const string Ole = "application/x-ole-storage";
    internal const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    internal const string Sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    internal const string Slides = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    internal const string Doc = "application/msword";
    internal const string Xls = "application/vnd.ms-excel";
    internal const string Ppt = "application/vnd.ms-powerpoint";
    internal const string Xlsb = "application/vnd.ms-excel.sheet.binary.macroenabled.12";
    internal const string OutlookMessage = "application/vnd.ms-outlook";
    internal const string Visio = "application/vnd.ms-visio.drawing";
    internal const string Mail = "message/rfc822";
    internal const string Mailbox = "application/mbox";
    internal const string OpenText = "application/vnd.oasis.opendocument.text";
    internal const string OpenSheet = "application/vnd.oasis.opendocument.spreadsheet";
    internal const string OpenSlides = "application/vnd.oasis.opendocument.presentation";
    internal const string OpenDrawing = "application/vnd.oasis.opendocument.graphics";
    internal const string Epub = "application/epub+zip";
    internal const string Xps = "application/vnd.ms-xpsdocument";
    internal const string Pages = "application/vnd.apple.pages";
    internal const string Numbers = "application/vnd.apple.numbers";
    internal const string Keynote = "application/vnd.apple.keynote";
    internal const string Png = "image/png";
    internal const string Jpeg = "image/jpeg";
    internal const string Gif = "image/gif";
    internal const string Tiff = "image/tiff";
    internal const string Webp = "image/webp";
    internal const string Bmp = "image/bmp";
    internal const string Gzip = "application/gzip";
    internal const string Bzip2 = "application/x-bzip2";
    internal const string Xz = "application/x-xz";
    internal const string Zstandard = "application/zstd";
    internal const string SevenZip = "application/x-7z-compressed";
    internal const string Rar = "application/vnd.rar";
    internal const string Lzip = "application/x-lzip";
    internal const string Compress = "application/x-compress";
    internal const string Tar = "application/x-tar";
    internal const string Rtf = "application/rtf";

    private static readonly SearchValues<byte> TypeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789/.+-"u8);

    private static readonly (byte[] Magic, int Offset, string Type)[] Magics =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], 0, Png),
        ([0xFF, 0xD8, 0xFF], 0, Jpeg),
        ("GIF87a"u8.ToArray(), 0, Gif),
        ("GIF89a"u8.ToArray(), 0, Gif),
        ([(byte)'I', (byte)'I', 42, 0], 0, Tiff),
        ([(byte)'M', (byte)'M', 0, 42], 0, Tiff),
        ([(byte)'I', (byte)'I', 43, 0], 0, Tiff),
        ([(byte)'M', (byte)'M', 0, 43], 0, Tiff),
        ("WEBP"u8.ToArray(), 8, Webp),
        ("PK\x03\x04"u8.ToArray(), 0, Zip),
        ("PK\x05\x06"u8.ToArray(), 0, Zip),
        ("PK\x07\x08PK\x03\x04"u8.ToArray(), 0, Zip), // once meant for several disks, and fitted on one
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], 0, Ole),
        ([0xDB, 0xA5, 0x2D, 0], 0, Doc), // Word 2, before there were compound files
        ([0x1F, 0x8B], 0, Gzip),
        ([0x1F, 0x9D], 0, Compress),
        ("LZIP\x01"u8.ToArray(), 0, Lzip),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], 0, Xz),
        ([0x28, 0xB5, 0x2F, 0xFD], 0, Zstandard),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C], 0, SevenZip),
        ("Rar!\x1A\x07"u8.ToArray(), 0, Rar),
        ("ustar"u8.ToArray(), 257, Tar),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], 0, "application/x-executable"),
        ("SQLite format 3\0"u8.ToArray(), 0, "application/vnd.sqlite3"),
        ("OggS"u8.ToArray(), 0, "audio/ogg"),
        ("ID3"u8.ToArray(), 0, "audio/mpeg"),
        ("fLaC"u8.ToArray(), 0, "audio/flac"),
        ("WAVE"u8.ToArray(), 8, "audio/wav"),
        ("ftyp"u8.ToArray(), 4, "video/mp4"),
        ([0x1A, 0x45, 0xDF, 0xA3], 0, "video/x-matroska"),
        ("{\\rtf"u8.ToArray(), 0, Rtf),
        ("%!PS"u8.ToArray(), 0, "application/postscript"),
    ];

    /// <summary>The type of a file.</summary>
    /// <param name="head">The first bytes, at least <see cref="HeadSize"/> of them or the whole file.</param>
    /// <param name="fileName">Name with extension, or empty.</param>
    /// <returns>A lower-case MIME type; <c>application/octet-stream</c> when nothing is known.</returns>
    public static string FromContent(ReadOnlySpan<byte> head, string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var extension = Path.GetExtension(fileName).ToLowerInvariant();
        if (head.IsEmpty)
            return "application/x-empty";

        // Readers accept junk before the header within the first kilobyte (ISO 32000-1, annex H.3).
        if (head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) >= 0)
            return Pdf;
        foreach (var (magic, offset, type) in Magics)
        {
            if (head.Length >= offset + magic.Length && head.Slice(offset, magic.Length).SequenceEqual(magic))
                return type == Zip ? InsideZip(head, extension) : type;
        }
        if (IsBzip2(head))
            return Bzip2;
        if (IsSkippableFrame(head))
            return Zstandard;
        if (Formats.Archives.TarHeader.IsHeader(head))
            return Tar;
        if (head.Length >= 26 && head[..2].SequenceEqual("BM"u8) && head[14] is 12 or 40 or 52 or 56 or 64 or 108 or 124 && head[15] == 0)
            return Bmp;

        return TextDecoder.LooksLikeText(head, out var encoding) ? KindOfText(encoding.GetString(head), extension) : Unknown;
    }

    // "BZh" and a digit could begin a text; a block or the end of an empty stream follows.
    private static bool IsBzip2(ReadOnlySpan<byte> head) => head.Length >= 10 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9'
        && (head[4..].StartsWith((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) || head[4..].StartsWith((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]));

    // Metadata in front of the first frame (RFC 8878, 3.1.2).
    private static bool IsSkippableFrame(ReadOnlySpan<byte> head) =>
        head.Length >= 8 && head[0] is >= 0x50 and <= 0x5F && head[1..].StartsWith((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]);

    // Good enough for a listing: names of the first members stand in the local headers. Readers look at the directory instead.
    private static string InsideZip(ReadOnlySpan<byte> head, string extension)
    {
        if (head.Length > 46 && head.Slice(30, 8).SequenceEqual("mimetype"u8))
        {
            var rest = head[38..];
            var end = rest.IndexOfAnyExcept(TypeCharacters);
            var type = Encoding.ASCII.GetString(rest[..(end < 0 ? rest.Length : end)]);
            if (type.StartsWith("application/", StringComparison.Ordinal))
                return type.EndsWith("PK", StringComparison.Ordinal) ? type[..^2] : type;
        }
        if (head.IndexOf("[Content_Types].xml"u8) < 0 && head.IndexOf("_rels/.rels"u8) < 0)
            return Zip;
        return head.IndexOf("word/"u8) >= 0 ? Word
            : head.IndexOf("xl/"u8) >= 0 ? Sheet
            : head.IndexOf("ppt/"u8) >= 0 ? Slides
            : extension switch { ".docx" => Word, ".xlsx" => Sheet, ".pptx" => Slides, _ => Zip };
    }

    private static string KindOfText(string text, string extension)
    {
        var start = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return Html;
        if (XmlTypes.Find(start) is { } markup)
            return markup;
        if (start.StartsWith("BEGIN:VCALENDAR", StringComparison.OrdinalIgnoreCase))
            return Calendar;
        if (start.StartsWith("BEGIN:VCARD", StringComparison.OrdinalIgnoreCase))
            return Contact;
        return extension switch
        {
            ".json" or ".geojson" or ".ipynb" when start.StartsWith("{") || start.StartsWith("[") => Json,
            ".md" or ".markdown" or ".mdown" or ".mkd" => Markdown,
            ".csv" => Csv,
            ".tsv" or ".tab" => TabSeparated,
            ".html" or ".htm" or ".xhtml" when start.Contains('<') => Html,
            ".xml" or ".xsd" or ".xsl" or ".rss" or ".atom" when start.StartsWith("<") => Xml,
            _ when LooksLikeHtml(start) => Html,
            _ => Plain,
        };
    }

    private static bool LooksLikeHtml(ReadOnlySpan<char> start)
    {
        foreach (var tag in (string[])["<head", "<body", "<title", "<meta", "<!--", "<table", "<div", "<p>", "<h1"])
        {
            if (start.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
                return start.Contains("</", StringComparison.Ordinal) || start.Contains("<body", StringComparison.OrdinalIgnoreCase);
        }
        return false;
    }
}
