using System.Collections.Frozen;
using System.Globalization;
using ScaiDrive.Extraction.Formats.Apple;
using ScaiDrive.Extraction.Formats.Archives;
using ScaiDrive.Extraction.Formats.Mail;
using ScaiDrive.Extraction.Formats.Office;
using ScaiDrive.Extraction.Formats.Office.Binary;
using ScaiDrive.Extraction.Formats.Office.Protection;
using ScaiDrive.Extraction.Formats.Office.Sheets;
using ScaiDrive.Extraction.Formats.Office.Sheets.Biff;
using ScaiDrive.Extraction.Formats.Office.Sheets.Binary;
using ScaiDrive.Extraction.Formats.OpenDocument;
using ScaiDrive.Extraction.Formats.Pdf;
using ScaiDrive.Extraction.Formats.Publishing;
using ScaiDrive.Extraction.Formats.RichText;

namespace ScaiDrive.Extraction.Formats;

/// <summary>What reads one type of content.</summary>
/// <param name="Name">Short and stable; part of the pipeline version.</param>
/// <param name="Version">Raised whenever the same bytes may give another text: stored text of an older one is then read again.</param>
/// <param name="Read">Reads the document into the sink.</param>
internal sealed record Format(string Name, int Version, Func<SourceDocument, PageSink, ReadResult> Read)
{
    /// <summary>As it stands in a pipeline version, such as <c>pdf.1</c>.</summary>
    internal string Stamp { get; } = $"{Name}.{Version}";
}

/// <summary>Which reader serves which type. Why each engine was chosen: <c>docs/adr/0007</c>.</summary>
internal static class FormatTable
{
    /// <summary>Raised whenever the type of the same bytes may be found differently, or a reader is added: files that ended without a reader are then looked at again.</summary>
    internal const string TypesStamp = "types.1";

    private static readonly Format Text = new("text", 1, PlainTextReader.Read);
    private static readonly Format Csv = new("csv", 1, static (document, pages) => DelimitedReader.Read(document, pages, null));
    private static readonly Format Tsv = new("csv", 1, static (document, pages) => DelimitedReader.Read(document, pages, '\t'));
    private static readonly Format Markdown = new("markdown", 1, MarkdownReader.Read);
    private static readonly Format Html = new("html", 1, HtmlReader.Read);
    private static readonly Format Xml = new("xml", 1, MarkupReader.Read);
    private static readonly Format Pdf = new("pdf", 1, PdfReader.Read);
    private static readonly Format Json = new("json", 1, JsonReader.Read);
    private static readonly Format Word = new("word", 1, WordReader.Read);
    private static readonly Format Ppt = new("ppt", 1, PptReader.Read);
    private static readonly Format Doc = new("doc", 1, DocReader.Read);
    private static readonly Format Sheet = new("sheet", 1, SheetReader.Read);
    private static readonly Format OldSheet = new("xls", 1, OldSheetReader.Read);
    private static readonly Format FlatSheet = new("sheetxml", 1, FlatSheetReader.Read);
    private static readonly Format BinarySheet = new("xlsb", 1, BinarySheetReader.Read);
    private static readonly Format Slides = new("slides", 1, SlideReader.Read);
    private static readonly Format Protected = new("encrypted", 1, EncryptedPackageReader.Read);
    private static readonly Format Embedded = new("ole", 1, EmbeddedObject.Read);
    private static readonly Format Mail = new("mail", 1, MailReader.Read);
    private static readonly Format Mailbox = new("mbox", 1, MailboxReader.Read);
    private static readonly Format Outlook = new("msg", 1, OutlookReader.Read);
    private static readonly Format Calendar = new("calendar", 1, CalendarText.Read);
    private static readonly Format Tnef = new("tnef", 1, TnefReader.Read);
    private static readonly Format Signed = new("cms", 1, SignedContentReader.Read);
    private static readonly Format RichText = new("rtf", 1, RtfReader.Read);
    private static readonly Format Image = new("image", 1, ImageReader.Read);
    private static readonly Format OpenDocument = new("opendocument", 1, OpenDocumentReader.Read);
    private static readonly Format FlatOffice = new("flatopc", 1, FlatOfficeReader.Read);
    private static readonly Format WordXml = new("word2003", 1, WordXmlReader.Read);
    private static readonly Format Epub = new("epub", 1, EpubReader.Read);
    private static readonly Format Xps = new("xps", 1, XpsReader.Read);
    private static readonly Format Visio = new("visio", 1, VisioReader.Read);
    private static readonly Format Iwork = new("iwork", 1, Workspace.Read);

    private static readonly Format Zip = new("zip", 1, ZipReader.Read);
    private static readonly Format Tar = new("tar", 1, TarReader.Read);
    private static readonly Format SevenZip = new("7z", 1, PackedArchiveReader.SevenZip);
    private static readonly Format Rar = new("rar", 1, PackedArchiveReader.Rar);
    private static readonly Format Gzip = new("gzip", 1, CompressedReader.Gzip);
    private static readonly Format Bzip2 = new("bzip2", 1, CompressedReader.Bzip2);
    private static readonly Format Xz = new("xz", 1, CompressedReader.Xz);
    private static readonly Format Zstandard = new("zstd", 1, CompressedReader.Zstandard);
    private static readonly Format Lzip = new("lzip", 1, CompressedReader.Lzip);
    private static readonly Format Compress = new("compress", 1, CompressedReader.Compress);

    private static readonly FrozenDictionary<string, Format> ByType = new Dictionary<string, Format>
    {
        [ContentTypes.Plain] = Text,
        [ContentTypes.Json] = Json,
        [ContentTypes.Csv] = Csv,
        [ContentTypes.TabSeparated] = Tsv,
        [ContentTypes.Markdown] = Markdown,
        [ContentTypes.Html] = Html,
        [ContentTypes.Xml] = Xml,
        [ContentTypes.Svg] = Xml,
        [ContentTypes.Pdf] = Pdf,
        [ContentTypes.Word] = Word,
        [ContentTypes.Doc] = Doc,
        [ContentTypes.Ppt] = Ppt,
        [ContentTypes.Sheet] = Sheet,
        [ContentTypes.Xlsb] = BinarySheet,
        [ContentTypes.Xls] = OldSheet,
        [ContentTypes.SheetXml] = FlatSheet,
        [ContentTypes.Slides] = Slides,
        [ContentTypes.Ole] = Embedded,
        [ContentTypes.Rtf] = RichText,
        [ContentTypes.Mail] = Mail,
        [ContentTypes.Mailbox] = Mailbox,
        [ContentTypes.Calendar] = Calendar,
        [ContentTypes.Contact] = Calendar,
        [ContentTypes.Tnef] = Tnef,
        [ContentTypes.Signed] = Signed,
        [ContentTypes.OutlookMessage] = Outlook,
        [ContentTypes.Zip] = Zip,
        [ContentTypes.Tar] = Tar,
        [ContentTypes.SevenZip] = SevenZip,
        [ContentTypes.Rar] = Rar,
        [ContentTypes.Gzip] = Gzip,
        [ContentTypes.Bzip2] = Bzip2,
        [ContentTypes.Xz] = Xz,
        [ContentTypes.Zstandard] = Zstandard,
        [ContentTypes.Lzip] = Lzip,
        [ContentTypes.Compress] = Compress,
        [CompoundFile.EncryptedType] = Protected,
        [ContentTypes.Png] = Image,
        [ContentTypes.Jpeg] = Image,
        [ContentTypes.Gif] = Image,
        [ContentTypes.Tiff] = Image,
        [ContentTypes.Webp] = Image,
        [ContentTypes.Bmp] = Image,
        [ContentTypes.FlatOffice] = FlatOffice,
        [ContentTypes.WordXml] = WordXml,
        [ContentTypes.Epub] = Epub,
        [ContentTypes.Xps] = Xps,
        [ContentTypes.Visio] = Visio,
        [ContentTypes.Pages] = Iwork,
        [ContentTypes.Numbers] = Iwork,
        [ContentTypes.Keynote] = Iwork,
        [ContentTypes.OpenText] = OpenDocument,
        [ContentTypes.OpenText + "-template"] = OpenDocument,
        [ContentTypes.OpenText + "-master"] = OpenDocument,
        [ContentTypes.OpenText + "-web"] = OpenDocument,
        [ContentTypes.OpenSheet] = OpenDocument,
        [ContentTypes.OpenSheet + "-template"] = OpenDocument,
        [ContentTypes.OpenSlides] = OpenDocument,
        [ContentTypes.OpenSlides + "-template"] = OpenDocument,
        [ContentTypes.OpenDrawing] = OpenDocument,
        [ContentTypes.OpenDrawing + "-template"] = OpenDocument,
        ["application/vnd.oasis.opendocument.chart"] = OpenDocument,
        ["application/vnd.oasis.opendocument.formula"] = OpenDocument,
        ["application/vnd.sun.xml.writer"] = OpenDocument,
        ["application/vnd.sun.xml.writer.template"] = OpenDocument,
        ["application/vnd.sun.xml.writer.global"] = OpenDocument,
        ["application/vnd.sun.xml.calc"] = OpenDocument,
        ["application/vnd.sun.xml.calc.template"] = OpenDocument,
        ["application/vnd.sun.xml.impress"] = OpenDocument,
        ["application/vnd.sun.xml.impress.template"] = OpenDocument,
        ["application/vnd.sun.xml.draw"] = OpenDocument,
        ["application/vnd.sun.xml.draw.template"] = OpenDocument,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Stamps = ByType.Values.Select(static format => format.Stamp).Append(TypesStamp).Append(Ocr.PageRecognizer.Stamp).ToFrozenSet();

    private static readonly FrozenDictionary<string, int> Versions = Stamps.Select(Parse).ToFrozenDictionary(static stamp => stamp.Name, static stamp => stamp.Version);

    /// <summary>The stamp of the reader of HTML, which other formats carry inside.</summary>
    internal static string HtmlStamp => Html.Stamp;

    /// <summary>The reader of a type, or null.</summary>
    internal static Format? Find(string type) => ByType.GetValueOrDefault(type);

    /// <summary>True when every reader that had a hand in a text still stands in the table with the same version.</summary>
    internal static bool IsCurrent(string pipelineVersion) => pipelineVersion.Split('+').All(Stamps.Contains);

    /// <summary>True when a reader has a higher version here, and none a lower one or none at all, as a newer build's would.</summary>
    internal static bool IsOutdated(string pipelineVersion)
    {
        var isOlder = false;
        foreach (var stamp in pipelineVersion.Split('+'))
        {
            var (name, version) = Parse(stamp);
            if (!Versions.TryGetValue(name, out var here) || version > here)
                return false;
            isOlder |= version < here;
        }
        return isOlder;
    }

    /// <summary>The version of an ending that names no readers: that of the type's own, or of the search for one.</summary>
    internal static string VersionFor(string type) => Find(type)?.Stamp ?? TypesStamp;

    private static (string Name, int Version) Parse(string stamp) =>
        stamp.LastIndexOf('.') is > 0 and var dot && int.TryParse(stamp.AsSpan(dot + 1), CultureInfo.InvariantCulture, out var version)
            ? (stamp[..dot], version)
            : (stamp, 0);
}
