using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Rich Text as mail stores compress it ([MS-OXRTFCP]): a sliding window that starts filled with common words.</summary>
internal static class CompressedRtf
{
    private const int HeaderSize = 16, WindowSize = 4096;
    private const uint Compressed = 0x75465A4C, Uncompressed = 0x414C454D;

    // [MS-OXRTFCP] 2.1.2.1
    private const string Start =
        "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

    /// <summary>The text; as much as there is when the content is cut short, nothing when it is something else.</summary>
    internal static byte[] Decode(ReadOnlySpan<byte> content)
    {
        if (content.Length < HeaderSize)
            return [];
        return BinaryPrimitives.ReadUInt32LittleEndian(content[8..]) switch
        {
            Compressed => Decompress(content[HeaderSize..]),
            Uncompressed => content[HeaderSize..].ToArray(),
            _ => [],
        };
    }

    private static byte[] Decompress(ReadOnlySpan<byte> content)
    {
        var window = new byte[WindowSize];
        var at = Encoding.ASCII.GetBytes(Start, window);
        using var text = new MemoryStream(content.Length * 4);
        for (var position = 0; position < content.Length;)
        {
            var flags = content[position++];
            for (var bit = 0; bit < 8 && position < content.Length; bit++)
            {
                if ((flags >> bit & 1) == 0)
                {
                    Put(content[position++]);
                    continue;
                }
                if (position + 1 >= content.Length)
                    return text.ToArray();
                var reference = content[position] << 8 | content[position + 1];
                position += 2;
                var from = reference >> 4;
                if (from == at)
                    return text.ToArray(); // a reference to what comes next is the end mark
                for (var left = (reference & 0xF) + 2; left > 0; left--)
                    Put(window[from++ % WindowSize]);
            }
        }
        return text.ToArray();

        void Put(byte value)
        {
            text.WriteByte(value);
            window[at] = value;
            at = (at + 1) % WindowSize;
        }
    }
}
