using System.Buffers.Binary;
using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>What Outlook sends as <c>winmail.dat</c> ([MS-OXTNEF]): a list of attributes with the item's properties, its text and its attachments.</summary>
internal static class TnefReader
{
    private const int HeaderSize = 6, AttributeHeader = 9, ChecksumSize = 2, MaxText = 64 << 20;
    private const ushort Subject = 0x8004, Body = 0x800C, AttachedData = 0x800F, AttachedTitle = 0x8010, AttachmentStart = 0x9002, MessageProperties = 0x9003, AttachmentProperties = 0x9005, CodePage = 0x9007;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var file = document.Open();
        var item = new MapiProperties();
        var names = new TnefProperties(item);
        var attachments = new List<MapiProperties>();
        foreach (var (id, start, end) in Attributes(file))
        {
            switch (id)
            {
                case CodePage:
                    item.Encoding = CodePages.Find(BinaryPrimitives.ReadInt32LittleEndian(Bytes(file, start, end, 4)));
                    break;
                case Subject:
                    item.Add(MapiTags.Subject, Text(file, start, end));
                    break;
                case Body:
                    item.Add(MapiTags.Body, Text(file, start, end));
                    break;
                case MessageProperties:
                    names.Read(file, start, end);
                    break;
                case AttachmentStart when attachments.Count < document.Limits.MaxParts:
                    attachments.Add(new() { Encoding = item.Encoding });
                    break;
                case AttachedTitle when attachments.Count > 0:
                    attachments[^1].Add(MapiTags.ShortFileName, Text(file, start, end));
                    break;
                case AttachedData when attachments.Count > 0:
                    attachments[^1].Add(MapiTags.AttachedContent, new(TnefProperties.Binary, () => new JoinedSlices(file, start, end)));
                    break;
                case AttachmentProperties when attachments.Count > 0:
                    new TnefProperties(attachments[^1]).Read(file, start, end);
                    break;
            }
            pages.Progress();
        }
        item.FindEncoding();
        var metadata = new OutlookItem(document, pages, item, names.Find, names.Find).Write([]);
        ReadAttachments(attachments, document, pages);
        return new(metadata);
    }

    private static void ReadAttachments(List<MapiProperties> attachments, SourceDocument document, PageSink pages)
    {
        for (var i = 0; i < attachments.Count && !pages.IsFull; i++)
        {
            var attachment = attachments[i];
            var name = attachment.Text(MapiTags.LongFileName) ?? attachment.Text(MapiTags.ShortFileName) ?? attachment.Text(MapiTags.DisplayName) ?? $"Attachment {i + 1}";
            if (attachment.Find(MapiTags.AttachedContent) is { } content)
                PartReader.Read(document, pages, name.Trim(), content.Open);
        }
    }

    private static MapiValue Text(FileStream file, long start, long end)
    {
        const ushort text8 = 0x1E;
        return new(text8, () => new JoinedSlices(file, start, Math.Min(end, start + MaxText)));
    }

    private static byte[] Bytes(FileStream file, long start, long end, int count)
    {
        var bytes = new byte[count];
        using var slice = new JoinedSlices(file, start, end);
        _ = slice.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        return bytes;
    }

    private static IEnumerable<(ushort Id, long Start, long End)> Attributes(FileStream file)
    {
        var header = new byte[AttributeHeader];
        for (long at = HeaderSize; at + AttributeHeader <= file.Length;)
        {
            if (RandomAccess.Read(file.SafeFileHandle, header, at) < AttributeHeader)
                yield break;
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(5));
            var start = at + AttributeHeader;
            yield return (BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(1)), start, Math.Min(file.Length, start + length));
            at = start + length + ChecksumSize;
        }
    }
}

/// <summary>A list of properties as TNEF writes them ([MS-OXTNEF] 2.1.3.4).</summary>
internal sealed class TnefProperties(MapiProperties into)
{
    internal const ushort Binary = 0x102;

    private const ushort Object = 0x0D, Text8 = 0x1E, Text16 = 0x1F, Many = 0x1000, FirstNamed = 0x8000;
    private const int GuidSize = 16, MaxProperties = 20_000, MaxName = 1024;

    private readonly Dictionary<uint, ushort> _byNumber = [];
    private readonly Dictionary<string, ushort> _byText = new(StringComparer.OrdinalIgnoreCase);

    internal ushort? Find(uint number) => _byNumber.TryGetValue(number, out var tag) ? tag : null;

    internal ushort? Find(string text) => _byText.TryGetValue(text, out var tag) ? tag : null;

    internal void Read(FileStream file, long start, long end)
    {
        var cursor = new Cursor(file, start, end);
        var count = Math.Min(cursor.UInt32(), MaxProperties);
        for (var i = 0; i < count && cursor.HasMore; i++)
        {
            var (type, tag) = (cursor.UInt16(), cursor.UInt16());
            if (tag >= FirstNamed)
                ReadName(cursor, tag);
            if (!ReadValues(cursor, type, tag))
                return;
        }
    }

    private void ReadName(Cursor cursor, ushort tag)
    {
        cursor.Skip(GuidSize);
        if (cursor.UInt32() == 0)
        {
            _byNumber.TryAdd(cursor.UInt32(), tag);
            return;
        }
        var length = cursor.UInt32();
        if (length <= MaxName && cursor.Take(length) is { } name)
            _byText.TryAdd(Encoding.Unicode.GetString(MapiProperties.Bytes(new(Binary, name), MaxName)).TrimEnd('\0'), tag);
    }

    // False when the type is unknown: nobody can say then where the next property starts.
    private bool ReadValues(Cursor cursor, ushort type, ushort tag)
    {
        var (single, many) = ((ushort)(type & ~Many), (type & Many) != 0);
        var isLong = single is Object or Text8 or Text16 or Binary;
        var size = single switch { 0x02 or 0x03 or 0x04 or 0x0A or 0x0B => 4u, 0x05 or 0x06 or 0x07 or 0x14 or 0x40 => 8u, 0x48 => 16u, 0x00 or 0x01 when !many => 0u, _ => isLong ? 0u : uint.MaxValue };
        if (size == uint.MaxValue)
            return false;
        var count = many || isLong ? cursor.UInt32() : 1;
        for (var i = 0u; i < count && cursor.HasMore; i++)
        {
            var length = isLong ? cursor.UInt32() : size;
            if (single == Object && length >= GuidSize)
            {
                cursor.Skip(GuidSize); // which interface it has
                length -= GuidSize;
            }
            if (cursor.Take(length) is not { } value)
                return false;
            if (many)
                into.AddOne(tag, new(type, value));
            else
                into.Add(tag, new(type, value));
        }
        return true;
    }

    private sealed class Cursor(FileStream file, long start, long end)
    {
        private long _at = start;

        internal bool HasMore => _at < end;

        internal ushort UInt16() => (ushort)Number(2);

        internal uint UInt32() => Number(4);

        internal void Skip(int bytes) => _at += bytes;

        /// <summary>The next bytes, and what fills them up to a multiple of four; null when they are not all there.</summary>
        internal Func<Stream>? Take(uint length)
        {
            var at = _at;
            if (at + length > end)
                return null;
            _at += (length + 3L) / 4 * 4;
            return () => new JoinedSlices(file, at, at + length);
        }

        private uint Number(int size)
        {
            Span<byte> bytes = stackalloc byte[4];
            bytes.Clear();
            if (_at + size <= end)
                _ = RandomAccess.Read(file.SafeFileHandle, bytes[..size], _at);
            _at += size;
            return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        }
    }
}
