using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Links as old Office documents keep them ([MS-OSHARED] 2.3.7.1).</summary>
internal static class OleHyperlink
{
    private const uint HasMoniker = 0x1, HasLocation = 0x8, HasDisplayName = 0x10, HasFrame = 0x80, MonikerIsText = 0x100;
    private const int MaxCharacters = 1 << 15;

    // CLSIDs as they lie in the file.
    private static ReadOnlySpan<byte> UrlMoniker => [0xE0, 0xC9, 0xEA, 0x79, 0xF9, 0xBA, 0xCE, 0x11, 0x8C, 0x82, 0x00, 0xAA, 0x00, 0x4B, 0xA9, 0x0B];

    private static ReadOnlySpan<byte> FileMoniker => [0x03, 0x03, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

    /// <summary>Where it leads: an address or a path, then the place inside (after <c>#</c>). Empty when it says nothing that can be read.</summary>
    /// <param name="link">From the version on, after the class identifier.</param>
    internal static List<string> Read(ReadOnlySpan<byte> link)
    {
        var targets = new List<string>();
        var at = 8;
        if (link.Length < at)
            return targets;
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(link[4..]);
        if ((flags & HasDisplayName) != 0)
            _ = ReadText(link, ref at);
        if ((flags & HasFrame) != 0)
            _ = ReadText(link, ref at);
        if ((flags & HasMoniker) != 0)
            Add(targets, (flags & MonikerIsText) != 0 ? ReadText(link, ref at) : ReadMoniker(link, ref at));
        if ((flags & HasLocation) != 0 && ReadText(link, ref at) is { Length: > 0 } location)
            Add(targets, "#" + location);
        return targets;
    }

    private static void Add(List<string> targets, string target)
    {
        if (!string.IsNullOrWhiteSpace(target))
            targets.Add(target);
    }

    // A length in characters, the closing zero counted.
    private static string ReadText(ReadOnlySpan<byte> link, ref int at)
    {
        var length = ReadLength(link, ref at);
        return Take(link, ref at, Math.Min(length, MaxCharacters) * 2, Encoding.Unicode);
    }

    private static string ReadMoniker(ReadOnlySpan<byte> link, ref int at)
    {
        if (at + 16 > link.Length)
            return "";
        var kind = link.Slice(at, 16);
        at += 16;
        if (kind.SequenceEqual(UrlMoniker))
        {
            // The length in bytes may count more than the address; that ends with a zero.
            var length = ReadLength(link, ref at);
            return Take(link, ref at, length, Encoding.Unicode);
        }
        return kind.SequenceEqual(FileMoniker) ? ReadPath(link, ref at) : "";
    }

    // Folders to climb, the path in some code page, 24 bytes of marks, then the path in Unicode if it needs that.
    private static string ReadPath(ReadOnlySpan<byte> link, ref int at)
    {
        var climb = at + 2 <= link.Length ? BinaryPrimitives.ReadUInt16LittleEndian(link[at..]) : 0;
        at += 2;
        var path = Take(link, ref at, ReadLength(link, ref at), CodePages.Find(1252) ?? Encoding.Latin1);
        at += 24;
        var rest = ReadLength(link, ref at);
        if (rest > 6)
        {
            var bytes = ReadLength(link, ref at);
            at += 2;
            path = Take(link, ref at, bytes, Encoding.Unicode);
        }
        return string.Concat(Enumerable.Repeat("..\\", Math.Min(climb, (ushort)16))) + path;
    }

    private static int ReadLength(ReadOnlySpan<byte> link, ref int at)
    {
        var length = at + 4 <= link.Length ? BinaryPrimitives.ReadUInt32LittleEndian(link[at..]) : 0;
        at = Math.Min(at + 4, link.Length);
        return (int)Math.Min(length, int.MaxValue);
    }

    private static string Take(ReadOnlySpan<byte> link, ref int at, int bytes, Encoding encoding)
    {
        at = Math.Min(at, link.Length);
        bytes = Math.Clamp(bytes, 0, link.Length - at);
        var text = encoding.GetString(link.Slice(at, bytes));
        at += bytes;
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
