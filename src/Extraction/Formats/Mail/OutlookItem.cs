using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Writes an item of a mail store - a message, an appointment, a contact, a task - as people see it, from its properties.</summary>
internal sealed class OutlookItem(SourceDocument document, PageSink pages, MapiProperties item, Func<uint, ushort?> named, Func<string, ushort?> namedByText)
{
    private const int MaxBody = 64 << 20, Hidden = 0x10;
    private const uint ListMembers = 0x8054;

    // PidLid names ([MS-OXPROPS] 2) of appointments, tasks, journals and contacts; their numbers do not collide.
    private static readonly (uint Lid, string Label)[] NamedLines =
    [
        (0x8208, "Location"), (0x820D, "Start"), (0x820E, "End"), (0x8232, "Recurrence"), (0x8238, "Attendees"), (0x8104, "Start"), (0x8105, "Due"), (0x810F, "Completed"),
        (0x811F, "Owner"), (0x8706, "Start"), (0x8708, "End"), (0x8712, "Entry type"), (0x8539, "Companies"), (0x853A, "Contacts"), (0x8535, "Billing"), (0x8534, "Mileage"),
        (0x8005, "File as"), (0x8080, "Email"), (0x8083, "Email"), (0x8090, "Email"), (0x8093, "Email"), (0x80A0, "Email"), (0x80A3, "Email"), (0x8062, "Instant messaging"),
        (0x802B, "Web page"), (0x801B, "Business address"), (0x801A, "Home address"), (0x801C, "Other address"), (0x804F, "User field 1"), (0x8050, "User field 2"), (0x8051, "User field 3"), (0x8052, "User field 4"),
    ];

    private static readonly (ushort Tag, string Label)[] ContactLines =
    [
        (0x3A4F, "Nickname"), (0x3A16, "Company"), (0x3A18, "Department"), (0x3A17, "Job title"), (0x3A46, "Profession"), (0x3A19, "Office"), (0x3A4E, "Manager"), (0x3A30, "Assistant"),
        (0x3A48, "Spouse"), (0x3A08, "Business telephone"), (0x3A1B, "Business telephone"), (0x3A09, "Home telephone"), (0x3A2F, "Home telephone"), (0x3A1C, "Mobile telephone"),
        (0x3A1A, "Primary telephone"), (0x3A1F, "Other telephone"), (0x3A57, "Company telephone"), (0x3A2E, "Assistant's telephone"), (0x3A1E, "Car telephone"), (0x3A1D, "Radio telephone"),
        (0x3A02, "Callback telephone"), (0x3A21, "Pager"), (0x3A24, "Business fax"), (0x3A25, "Home fax"), (0x3A23, "Primary fax"), (0x3A2C, "Telex"), (0x3A2D, "ISDN"), (0x3A4B, "Text telephone"),
        (0x3A51, "Business page"), (0x3A50, "Personal page"), (0x3A4C, "FTP site"), (0x3A42, "Birthday"), (0x3A41, "Anniversary"), (0x3A43, "Hobbies"), (0x3A47, "Referred by"),
        (0x3A00, "Account"), (0x3A07, "Government number"), (0x3A4A, "Customer number"),
    ];

    private readonly PageText _page = new();

    /// <summary>Adds the item's page; parts are its reader's to add.</summary>
    internal DocumentMetadata Write(IReadOnlyList<MapiProperties> recipients)
    {
        var head = Head(recipients);
        head.Write(_page);
        if (!pages.PicturesOnly)
        {
            WriteProperties();
            WriteBody();
        }
        pages.Add(_page);
        return head.Metadata with { CreatedAt = head.At ?? item.Moment(MapiTags.CreationTime), ModifiedAt = item.Moment(MapiTags.ChangeTime) };
    }

    private MessageHead Head(IReadOnlyList<MapiProperties> recipients)
    {
        var sent = MessageHead.Of(SentFields());
        var from = Address(item.Text(MapiTags.FromName), item.Text(MapiTags.FromSmtpAddress) ?? item.Text(MapiTags.FromAddress));
        var sender = Address(item.Text(MapiTags.SenderName), item.Text(MapiTags.SenderSmtpAddress) ?? item.Text(MapiTags.SenderAddress));
        var at = item.Moment(MapiTags.SubmitTime) ?? item.Moment(MapiTags.DeliveryTime) ?? sent.At;
        return new()
        {
            Subject = Subject() ?? sent.Subject,
            From = from ?? sender ?? sent.From,
            Sender = from is null ? null : sender,
            To = Recipients(recipients, 1) ?? item.Text(MapiTags.DisplayTo) ?? sent.To,
            Cc = Recipients(recipients, 2) ?? item.Text(MapiTags.DisplayCc) ?? sent.Cc,
            Bcc = Recipients(recipients, 3) ?? item.Text(MapiTags.DisplayBcc),
            ReplyTo = sent.ReplyTo ?? item.Text(MapiTags.ReplyTo),
            Date = sent.Date ?? (at is { } time ? $"{time:yyyy-MM-dd HH:mm} UTC" : null),
            At = at,
        };
    }

    // The first character may tell the length of "Re: " behind it ([MS-OXMSG] keeps the prefix as stores have it).
    private string? Subject() => item.Text(MapiTags.Subject) is { } subject ? (subject[0] == '\u0001' && subject.Length > 2 ? subject[2..] : subject).Trim() : null;

    // The header of the mail as it came, if it came by mail.
    private HeaderFields SentFields()
    {
        var fields = new HeaderFields();
        foreach (var line in (item.Text(MapiTags.Headers) ?? "").Split('\n'))
        {
            if (line.TrimEnd('\r') is { Length: > 0 } text)
                _ = fields.Add(Encoding.UTF8.GetBytes(text));
            else if (!fields.IsEmpty)
                break;
        }
        return fields;
    }

    private static string? Recipients(IReadOnlyList<MapiProperties> recipients, int kind)
    {
        // Flags in the upper bits tell who has answered ([MS-OXOCAL] and [MS-OXOMSG] 2.2.3.1).
        string[] all = [.. recipients.Where(recipient => (recipient.Number(MapiTags.RecipientType) ?? 1) % Hidden == kind)
            .Select(static recipient => Address(recipient.Text(MapiTags.DisplayName), recipient.Text(MapiTags.SmtpAddress) ?? recipient.Text(MapiTags.EmailAddress))).OfType<string>()];
        return all.Length > 0 ? string.Join("; ", all) : null;
    }

    // Addresses inside an organisation are paths that nobody reads.
    private static string? Address(string? name, string? address)
    {
        if (address is null || address.StartsWith('/') || address.Equals(name, StringComparison.OrdinalIgnoreCase) || (name is not null && name.Contains(address, StringComparison.OrdinalIgnoreCase)))
            return name ?? (address?.StartsWith('/') == true ? null : address);
        return name is null ? address : $"{name} <{address}>";
    }

    private void WriteProperties()
    {
        var kind = item.Text(MapiTags.MessageClass) ?? "";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (kind.StartsWith("IPM.Contact", StringComparison.OrdinalIgnoreCase) || kind.StartsWith("IPM.DistList", StringComparison.OrdinalIgnoreCase))
            Line("Name", item.Shown(MapiTags.DisplayName));
        foreach (var (tag, label) in ContactLines)
            Line(label, item.Shown(tag));
        foreach (var (lid, label) in NamedLines)
            Line(label, named(lid) is { } tag ? item.Shown(tag) : null);
        foreach (var member in named(ListMembers) is { } members ? item.Blobs(members) : [])
            Line("Member", OneOff(member));
        Line("Categories", namedByText("Keywords") is { } keywords ? item.Shown(keywords) : null);
        _page.EndParagraph();

        void Line(string label, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value) && seen.Add(value))
                _page.AppendLine($"{label}: {value}");
        }
    }

    // A member by name and address: [MS-OXCDATA] 2.2.5.1, whose texts are in UTF-16 when a flag says so.
    private string? OneOff(byte[] entry)
    {
        const int header = 24, flags = 22, isUnicode = 0x80;
        if (entry.Length <= header)
            return null;
        var encoding = (entry[flags + 1] & isUnicode) != 0 ? Encoding.Unicode : item.Encoding ?? Encoding.Latin1;
        var texts = encoding.GetString(entry.AsSpan(header)).Split('\0');
        return texts.Length > 2 ? Address(texts[0], texts[2]) : null;
    }

    // Outlook keeps one text in up to three forms; the richest that holds something is shown.
    private void WriteBody()
    {
        if (!AppendHtml() && !AppendRtf() && item.Text(MapiTags.Body) is { } text)
            _page.Append(text);
        _page.EndLine();
    }

    private bool AppendHtml()
    {
        if (item.Find(MapiTags.Html) is not { } html)
            return false;
        if (item.Text(MapiTags.Html) is { } text)
            return FormattedBody.AppendHtml(document, pages, _page, text);
        var bytes = MapiProperties.Bytes(html, MaxBody);
        return CodePages.Find(item.Number(MapiTags.InternetCodePage) ?? 0) is { } encoding
            ? FormattedBody.AppendHtml(document, pages, _page, Charsets.Decode(bytes, encoding.WebName))
            : FormattedBody.Append(document, pages, _page, ContentTypes.Html, bytes);
    }

    private bool AppendRtf() => item.Find(MapiTags.CompressedRtf) is { } rtf
        && CompressedRtf.Decode(MapiProperties.Bytes(rtf, MaxBody)) is { Length: > 0 } text
        && FormattedBody.Append(document, pages, _page, ContentTypes.Rtf, text);
}
