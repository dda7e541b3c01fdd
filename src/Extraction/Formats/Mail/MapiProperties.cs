using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>The value of one property ([MS-OXCDATA] 2.11) before it is read.</summary>
internal sealed record MapiValue(ushort Type, Func<Stream> Open);

/// <summary>The properties of a message, recipient or attachment by their tags; where they are kept is their reader's business.</summary>
internal sealed class MapiProperties
{
    private const ushort Text8 = 0x1E, Text16 = 0x1F, Texts8 = 0x101E, Texts16 = 0x101F, Int32 = 0x03, Double = 0x05, Flag = 0x0B, Time = 0x40;
    private const ushort Binaries = 0x1102;
    private const int MaxText = 64 << 20, MaxBlob = 64 * 1024;

    private readonly Dictionary<ushort, MapiValue> _values = [];
    private readonly Dictionary<ushort, List<MapiValue>> _lists = [];

    /// <summary>What 8-bit text is written in; null when nothing says so.</summary>
    internal Encoding? Encoding { get; set; }

    internal void Add(ushort tag, MapiValue value) => _values.TryAdd(tag, value);

    /// <summary>One of the values of a property that has several.</summary>
    internal void AddOne(ushort tag, MapiValue value)
    {
        if (!_lists.TryGetValue(tag, out var list))
            _lists[tag] = list = [];
        list.Add(value);
    }

    internal MapiValue? Find(ushort tag) => _values.GetValueOrDefault(tag);

    /// <summary>A text without the NUL at its end, or null when it is missing or blank.</summary>
    internal string? Text(ushort tag) => Find(tag) is { Type: Text8 or Text16 } value && Decode(value) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>All texts of a property that has several.</summary>
    internal IEnumerable<string> Texts(ushort tag) =>
        (_lists.GetValueOrDefault(tag) ?? []).Where(static value => value.Type is Texts8 or Texts16).Select(Decode).Where(static text => text.Length > 0);

    /// <summary>All binary values of a property that has several.</summary>
    internal IEnumerable<byte[]> Blobs(ushort tag) => (_lists.GetValueOrDefault(tag) ?? []).Where(static value => value.Type == Binaries).Select(static value => Bytes(value, MaxBlob));

    /// <summary>The value as it is shown: texts, numbers, times in UTC; null when it is missing or means nothing to people.</summary>
    internal string? Shown(ushort tag) => Find(tag) switch
    {
        null => Texts(tag).Any() ? string.Join(", ", Texts(tag)) : null,
        { Type: Text8 or Text16 } => Text(tag)?.Trim(),
        { Type: Time } => Moment(tag) is { } time ? time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : null,
        { Type: Double } value => BitConverter.ToDouble(Fixed(value)).ToString("0.##", CultureInfo.InvariantCulture),
        { Type: Int32 } => Number(tag)?.ToString(CultureInfo.InvariantCulture),
        _ => Texts(tag).Any() ? string.Join(", ", Texts(tag)) : null,
    };

    internal int? Number(ushort tag) => Find(tag) is { Type: Int32 or Flag } value ? BinaryPrimitives.ReadInt32LittleEndian(Fixed(value)) : null;

    internal DateTimeOffset? Moment(ushort tag) => Find(tag) is { Type: Time } value ? PropertySet.FileTime(BinaryPrimitives.ReadInt64LittleEndian(Fixed(value))) : null;

    /// <summary>The bytes of a binary property or text, at most <paramref name="most"/> of them.</summary>
    internal static byte[] Bytes(MapiValue value, int most)
    {
        using var stream = value.Open();
        using var content = new MemoryStream();
        var block = new byte[64 * 1024];
        while (content.Length < most && stream.Read(block, 0, (int)Math.Min(block.Length, most - content.Length)) is > 0 and var read)
            content.Write(block, 0, read);
        return content.ToArray();
    }

    /// <summary>Finds the encoding of 8-bit text among the properties of the message.</summary>
    internal void FindEncoding()
    {
        // PidTagMessageCodepage speaks of these texts; PidTagInternetCodepage of the mail as it was sent; the locale of who wrote it.
        Encoding ??= CodePages.Find(Number(MapiTags.MessageCodePage) ?? 0) ?? CodePages.Find(Number(MapiTags.InternetCodePage) ?? 0) ?? OfLocale(Number(MapiTags.MessageLocale));
    }

    private static Encoding? OfLocale(int? locale) => locale is > 0 ? CodePages.Find(WindowsLanguage.CodePage(locale.Value)) : null;

    private string Decode(MapiValue value)
    {
        var bytes = Bytes(value, MaxText);
        var text = value.Type is Text16 or Texts16 ? System.Text.Encoding.Unicode.GetString(bytes)
            : Encoding?.GetString(bytes) ?? TextDecoder.Decode(bytes.AsSpan().TrimEnd((byte)0));
        return text.TrimEnd('\0');
    }

    private static byte[] Fixed(MapiValue value)
    {
        var bytes = new byte[8];
        Bytes(value, 8).CopyTo(bytes, 0);
        return bytes;
    }
}

/// <summary>Property tags ([MS-OXPROPS]) that say something to people, or lead to what does.</summary>
internal static class MapiTags
{
    internal const ushort MessageClass = 0x001A, Subject = 0x0037, SubmitTime = 0x0039, FromName = 0x0042, ReplyTo = 0x0050, FromAddress = 0x0065, Headers = 0x007D,
        RecipientType = 0x0C15, SenderName = 0x0C1A, SenderAddress = 0x0C1F, DisplayBcc = 0x0E02, DisplayCc = 0x0E03, DisplayTo = 0x0E04, DeliveryTime = 0x0E06,
        Body = 0x1000, CompressedRtf = 0x1009, Html = 0x1013, DisplayName = 0x3001, EmailAddress = 0x3003, CreationTime = 0x3007, ChangeTime = 0x3008,
        AttachedContent = 0x3701, ShortFileName = 0x3704, LongFileName = 0x3707, SmtpAddress = 0x39FE, InternetCodePage = 0x3FDE, MessageLocale = 0x3FF1, MessageCodePage = 0x3FFD,
        SenderSmtpAddress = 0x5D01, FromSmtpAddress = 0x5D02;
}
