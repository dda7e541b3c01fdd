using System.Buffers.Binary;
using System.IO.Compression;

namespace ScaiDrive.Bench.Hostile;

/// <summary>Pictures with more pixels or pages than bytes. They are given to recognition too.</summary>
internal static class PictureBombs
{
    internal static byte[] LoopingTiff()
    {
        var file = Tiff(8, 16, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(NextAt(file)), 8);
        return file;
    }

    internal static byte[] HugeTiff() => Tiff(8, 60_000, 60_000);

    /// <summary>A hundred thousand empty directories.</summary>
    internal static byte[] TiffChain(int length)
    {
        var file = new byte[8 + length * 18];
        "II*\0\x08\0\0\0"u8.CopyTo(file);
        for (var i = 0; i < length; i++)
        {
            var at = 8 + i * 18;
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), 1);
            Tag(file.AsSpan(at + 2), 256, 1);
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + 14), i + 1 < length ? (uint)(at + 18) : 0);
        }
        return file;
    }

    /// <summary>30,000 by 30,000 white pixels in about a megabyte (PNG, 11.2).</summary>
    internal static byte[] HugePng()
    {
        const int side = 30_000;
        using var packed = new MemoryStream();
        using (var packer = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = new byte[side + 1];
            line.AsSpan(1).Fill(0xFF);
            for (var i = 0; i < side; i++)
                packer.Write(line);
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = 8;
        return [0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    internal static byte[] HugeBmp()
    {
        var file = new byte[1024];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), 60_000);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 60_000);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        return file;
    }

    // TIFF 6.0, section 2: width, length, bits, no compression, black is zero, one strip that lies outside the file.
    private static byte[] Tiff(int offset, uint width, uint length)
    {
        (ushort Tag, uint Value)[] tags = [(256, width), (257, length), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, length), (279, width * length)];
        var file = new byte[offset + 2 + tags.Length * 12 + 4 + 512];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), offset);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), (ushort)tags.Length);
        for (var i = 0; i < tags.Length; i++)
            Tag(file.AsSpan(offset + 2 + i * 12), tags[i].Tag, tags[i].Value);
        return file;
    }

    private static int NextAt(ReadOnlySpan<byte> file) => 8 + 2 + BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) * 12;

    private static void Tag(Span<byte> entry, ushort tag, uint value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], 4); // LONG
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], value);
    }

    private static byte[] Chunk(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        kind.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc32(chunk.AsSpan(4, content.Length + 4)));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> content)
    {
        var sum = uint.MaxValue;
        foreach (var value in content)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum >> 1) ^ (0xEDB88320 & (0 - (sum & 1)));
        }
        return ~sum;
    }
}
