using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>A message or a part of one: its header, and where its body stands in the file (RFC 2045).</summary>
internal sealed class MimeEntity
{
    private HeaderParameters? _type;
    private HeaderParameters? _disposition;

    internal HeaderFields Fields { get; } = new();

    /// <summary>The parts of a multipart, in order.</summary>
    internal List<MimeEntity> Children { get; } = [];

    /// <summary>Where the body starts in the file.</summary>
    internal long BodyStart { get; set; }

    /// <summary>Where the body ends; the line end before a boundary belongs to the boundary.</summary>
    internal long BodyEnd { get; set; }

    /// <summary>True when multiparts are nested beyond what is followed.</summary>
    internal bool TooDeep { get; set; }

    /// <summary>What a part without a type is: plain text, but a message inside a digest.</summary>
    internal string DefaultType { get; init; } = "text/plain";

    /// <summary>The media type in lower case.</summary>
    internal string Type => ContentType.Value.Contains('/', StringComparison.Ordinal) ? ContentType.Value : DefaultType;

    internal HeaderParameters ContentType => _type ??= HeaderParameters.Parse(Fields.Raw("Content-Type"));

    internal HeaderParameters Disposition => _disposition ??= HeaderParameters.Parse(Fields.Raw("Content-Disposition"));

    internal bool IsMultipart => Type.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>In lower case; empty when none is named.</summary>
    internal string TransferEncoding => HeaderParameters.Parse(Fields.Raw("Content-Transfer-Encoding")).Value;

    internal string? Charset => ContentType["charset"];

    /// <summary>The name of the file the part was made from, or null.</summary>
    internal string? FileName => Known(Disposition["filename"]) ?? Known(ContentType["name"]);

    /// <summary>What parts the parts of a multipart; empty when nothing is named.</summary>
    internal byte[] Boundary => IsMultipart && ContentType["boundary"] is { Length: > 0 and <= 256 } boundary ? Encoding.UTF8.GetBytes(boundary.TrimEnd()) : [];

    /// <summary>The body as it stands in the file.</summary>
    internal Stream OpenRaw(FileStream file) => new JoinedSlices(file, BodyStart, Math.Max(BodyStart, BodyEnd));

    /// <summary>The body with its transfer encoding undone.</summary>
    internal Stream Open(FileStream file) => Mail.TransferEncoding.Decode(OpenRaw(file), TransferEncoding);

    private static string? Known(string? name) => string.IsNullOrWhiteSpace(name) ? null : name.Trim();
}
