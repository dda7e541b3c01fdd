using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Finds the records that matter most in damaged globals: the list of sheets and their shared texts. One wrong length would hide them all.</summary>
internal static class GlobalsSearch
{
    private const ushort BeginFile = 0x809, Sheet = 0x85, SharedStrings = 0xFC;
    private const int WindowSize = 1 << 16, HeadSize = 12, MaxListing = 0x200, MaxFound = 1 << 12;
    private const long MaxSearched = 64 << 20;

    /// <summary>Where such records begin, in order.</summary>
    internal static List<long> Find(Stream stream)
    {
        var found = new List<long>();
        var window = new byte[WindowSize];
        for (long start = 0; start < Math.Min(stream.Length, MaxSearched) && found.Count < MaxFound; start += WindowSize - HeadSize)
        {
            stream.Position = start;
            var length = stream.ReadAtLeast(window, window.Length, throwOnEndOfStream: false);
            for (var at = 0; at + HeadSize <= length && at < WindowSize - HeadSize; at++)
            {
                if (IsOne(window.AsSpan(at, HeadSize), start + at, stream))
                    found.Add(start + at);
            }
        }
        return found;
    }

    private static bool IsOne(ReadOnlySpan<byte> head, long position, Stream stream)
    {
        if (head[1] != 0)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
        var (first, second) = (BinaryPrimitives.ReadUInt32LittleEndian(head[4..]), BinaryPrimitives.ReadUInt32LittleEndian(head[8..]));
        return BinaryPrimitives.ReadUInt16LittleEndian(head) switch
        {
            // A listing points at the beginning of its sheet.
            Sheet => length is >= 8 and < MaxListing && first > position && BeginsAt(first, stream),
            // All texts, then the different ones.
            SharedStrings => length > 8 && second > 0 && second <= first && second < stream.Length,
            _ => false,
        };
    }

    private static bool BeginsAt(long position, Stream stream)
    {
        if (position + 2 > stream.Length)
            return false;
        Span<byte> type = stackalloc byte[2];
        stream.Position = position;
        return stream.ReadAtLeast(type, 2, throwOnEndOfStream: false) == 2 && BinaryPrimitives.ReadUInt16LittleEndian(type) == BeginFile;
    }
}
