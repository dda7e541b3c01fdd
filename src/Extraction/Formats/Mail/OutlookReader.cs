using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>An item saved from Outlook ([MS-OXMSG]): properties are streams of a compound file, recipients and attachments storages in it.</summary>
internal static class OutlookReader
{
    private const string ValuePrefix = "__substg1.0_", Fixed = "__properties_version1.0", RecipientPrefix = "__recip_version1.0_", AttachmentPrefix = "__attach_version1.0_", Names = "__nameid_version1.0";
    private const int MaxFixed = 1 << 20, MaxRecipients = 5000, RecordSize = 16, ChildHeader = 8, EmbeddedHeader = 24;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var compound = CompoundFile.Open(document);
        var item = Properties(compound, compound.Root, isChild: false);
        item.FindEncoding();
        var recipients = Children(compound.Root, RecipientPrefix).Take(MaxRecipients).Select(Child).ToList();
        var names = OutlookNames.Read(compound, TopNames());
        var metadata = new OutlookItem(document, pages, item, names.Find, names.Find).Write(recipients);
        var number = 0;
        foreach (var storage in Children(compound.Root, AttachmentPrefix))
        {
            if (pages.IsFull)
                break;
            ReadAttachment(compound, storage, Child(storage), document, pages, $"Attachment {++number}");
        }
        return new(metadata);

        MapiProperties Child(CompoundEntry storage)
        {
            var properties = Properties(compound, storage, isChild: true);
            properties.Encoding = item.Encoding;
            return properties;
        }

        // A message inside a message has no names of its own: those of the file hold ([MS-OXMSG] 2.2.3).
        CompoundEntry? TopNames() => compound.Root.Find(Names) ?? OutermostNames(document);
    }

    private static CompoundEntry? OutermostNames(SourceDocument document)
    {
        if (document.Storage.Count == 0)
            return null;
        using var whole = CompoundFile.Open(document with { Storage = [] });
        return whole.Root.Find(Names);
    }

    private static IEnumerable<CompoundEntry> Children(CompoundEntry storage, string prefix) =>
        storage.Children.Where(child => child.IsStorage && child.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(static child => child.Name, StringComparer.Ordinal);

    private static void ReadAttachment(CompoundFile compound, CompoundEntry storage, MapiProperties attachment, SourceDocument document, PageSink pages, string fallback)
    {
        var name = (attachment.Text(MapiTags.LongFileName) ?? attachment.Text(MapiTags.DisplayName) ?? attachment.Text(MapiTags.ShortFileName) ?? fallback).Trim();
        var content = storage.Children.FirstOrDefault(static child => child.Name.StartsWith($"{ValuePrefix}3701", StringComparison.OrdinalIgnoreCase));
        if (content is null)
            return; // a link to a file elsewhere
        if (!content.IsStorage)
            PartReader.Read(document, pages, name, () => compound.OpenStream(content));
        else if (content.Find(Fixed) is not null)
            PartReader.ReadStorage(document, pages, name, content.Path);
        else
            OfficeParts.Guard(document, () => EmbeddedObject.Read(compound, content, document, pages, name));
    }

    private static MapiProperties Properties(CompoundFile compound, CompoundEntry storage, bool isChild)
    {
        var properties = new MapiProperties();
        foreach (var child in storage.Children)
        {
            // __substg1.0_ and eight digits: the tag, then the type. One value of several has a dash and its number behind it.
            if (child.IsStorage || !child.Name.StartsWith(ValuePrefix, StringComparison.Ordinal) || child.Name.Length < ValuePrefix.Length + 8
                || !uint.TryParse(child.Name.AsSpan(ValuePrefix.Length, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var both))
                continue;
            var value = new MapiValue((ushort)both, () => compound.OpenStream(child));
            if (child.Name.Length > ValuePrefix.Length + 8)
                properties.AddOne((ushort)(both >> 16), value);
            else
                properties.Add((ushort)(both >> 16), value);
        }
        if (storage.Find(Fixed) is { } entry)
            AddFixed(properties, compound.ReadAll(entry, MaxFixed), isChild);
        return properties;
    }

    // Behind a header, whose size tells a message by itself from one inside another, records of 16 bytes ([MS-OXMSG] 2.4).
    private static void AddFixed(MapiProperties properties, byte[] records, bool isChild)
    {
        var start = isChild ? ChildHeader : records.Length % RecordSize == ChildHeader ? EmbeddedHeader : 2 * RecordSize;
        for (var at = start; at + RecordSize <= records.Length; at += RecordSize)
        {
            var type = BinaryPrimitives.ReadUInt16LittleEndian(records.AsSpan(at));
            var tag = BinaryPrimitives.ReadUInt16LittleEndian(records.AsSpan(at + 2));
            var value = records.AsSpan(at + 8, 8).ToArray();
            if (type is 0x02 or 0x03 or 0x05 or 0x0B or 0x14 or 0x40)
                properties.Add(tag, new(type, () => new MemoryStream(value)));
        }
    }
}

/// <summary>Which tags the properties that have names got in this file ([MS-OXMSG] 2.2.3).</summary>
internal sealed class OutlookNames
{
    private const int MaxBytes = 1 << 20, EntrySize = 8, FirstTag = 0x8000;

    private readonly Dictionary<uint, ushort> _byNumber = [];
    private readonly Dictionary<string, ushort> _byText = new(StringComparer.OrdinalIgnoreCase);

    internal ushort? Find(uint number) => _byNumber.TryGetValue(number, out var tag) ? tag : null;

    internal ushort? Find(string text) => _byText.TryGetValue(text, out var tag) ? tag : null;

    internal static OutlookNames Read(CompoundFile compound, CompoundEntry? storage)
    {
        var names = new OutlookNames();
        if (storage?.Find("__substg1.0_00030102") is not { } entries)
            return names;
        var texts = storage.Find("__substg1.0_00040102") is { } stream ? compound.ReadAll(stream, MaxBytes) : [];
        var records = compound.ReadAll(entries, MaxBytes).AsSpan();
        for (; records.Length >= EntrySize; records = records[EntrySize..])
        {
            var number = BinaryPrimitives.ReadUInt32LittleEndian(records);
            var isText = (records[4] & 1) != 0;
            var tag = (ushort)(FirstTag + BinaryPrimitives.ReadUInt16LittleEndian(records[6..]));
            if (!isText)
                names._byNumber.TryAdd(number, tag);
            else if (TextAt(texts, number) is { } text)
                names._byText.TryAdd(text, tag);
        }
        return names;
    }

    private static string? TextAt(byte[] texts, uint offset)
    {
        if (offset + 4L > texts.Length)
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(texts.AsSpan((int)offset));
        return offset + 4 + (long)length <= texts.Length ? Encoding.Unicode.GetString(texts, (int)offset + 4, (int)length) : null;
    }
}
