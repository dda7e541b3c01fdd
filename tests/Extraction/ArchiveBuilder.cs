using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Builds small archives, also such as no archiver writes any more.</summary>
internal static class ArchiveBuilder
{
    internal static byte[] Tar(TarEntryFormat format, params (string Name, byte[] Content)[] members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, format, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(content);
                writer.WriteEntry(entry);
            }
        }
        return buffer.ToArray();
    }

    internal static byte[] Gzip(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var packer = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(content);
        return buffer.ToArray();
    }

    /// <summary>A ZIP member by member: stored, with a name in raw bytes and flags of one's choice.</summary>
    internal static byte[] Zip(byte[] name, byte[] content, ushort flags = 0)
    {
        var local = Bytes(0x04034b50u, (ushort)20, flags, (ushort)0, 0u, Crc32(content), (uint)content.Length, (uint)content.Length, (ushort)name.Length, (ushort)0, name, content);
        var central = Bytes(0x02014b50u, (ushort)20, (ushort)20, flags, (ushort)0, 0u, Crc32(content), (uint)content.Length, (uint)content.Length,
            (ushort)name.Length, (ushort)0, (ushort)0, (ushort)0, (ushort)0, 0u, 0u, name);
        return [.. local, .. central, .. Bytes(0x06054b50u, 0u, (ushort)1, (ushort)1, (uint)central.Length, (uint)local.Length, (ushort)0)];
    }

    /// <summary>A ZIP64 archive of one stored member: every short field is full, the lengths stand in the extra field.</summary>
    internal static byte[] Zip64(string name, byte[] content)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        var (size, full) = ((ulong)content.Length, uint.MaxValue);
        var local = Bytes(0x04034b50u, (ushort)45, (ushort)0, (ushort)0, 0u, Crc32(content), full, full, (ushort)bytes.Length, (ushort)20, bytes, (ushort)1, (ushort)16, size, size, content);
        var central = Bytes(0x02014b50u, (ushort)45, (ushort)45, (ushort)0, (ushort)0, 0u, Crc32(content), full, full, (ushort)bytes.Length, (ushort)28, (ushort)0,
            (ushort)0, (ushort)0, 0u, full, bytes, (ushort)1, (ushort)24, size, size, 0ul);
        var end = (ulong)(local.Length + central.Length);
        return
        [
            .. local, .. central,
            .. Bytes(0x06064b50u, 44ul, (ushort)45, (ushort)45, 0u, 0u, 1ul, 1ul, (ulong)central.Length, (ulong)local.Length),
            .. Bytes(0x07064b50u, 0u, end, 1u),
            .. Bytes(0x06054b50u, 0u, ushort.MaxValue, ushort.MaxValue, full, full, (ushort)0),
        ];
    }

    /// <summary>A RAR 4 archive of one stored member (technote.txt of RAR 4.x).</summary>
    internal static byte[] Rar4(string name, byte[] content, ushort flags = 0)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        var main = Block(0x73, 0, [0, 0, 0, 0, 0, 0]);
        var file = Block(0x74, (ushort)(0x8000 | flags), Bytes((uint)content.Length, (uint)content.Length, (byte)3, Crc32(content), 0u, (byte)20, (byte)0x30, (ushort)bytes.Length, 0x81A4u, bytes));
        return [.. "Rar!\x1A\x07\0"u8, .. main, .. file, .. content, .. Block(0x7B, 0x4000, [])];

        static byte[] Block(byte type, ushort flags, byte[] rest)
        {
            var body = Bytes(type, flags, (ushort)(7 + rest.Length), rest);
            return [.. Bytes((ushort)Crc32(body)), .. body];
        }
    }

    /// <summary>A RAR 5 archive of one stored member (the "RAR 5.0 archive format" note).</summary>
    internal static byte[] Rar5(string name, byte[] content)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        byte[] file = [2, 2, (byte)content.Length, 4, (byte)content.Length, 0x20, .. Bytes(Crc32(content)), 0, 1, (byte)bytes.Length, .. bytes];
        return [.. "Rar!\x1A\x07\x01\0"u8, .. Block([1, 0, 0]), .. Block(file), .. content, .. Block([5, 0, 0])];

        static byte[] Block(byte[] header)
        {
            byte[] sized = [(byte)header.Length, .. header];
            return [.. Bytes(Crc32(sized)), .. sized];
        }
    }

    internal static byte[] Bytes(params object[] values)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        foreach (var value in values)
        {
            switch (value)
            {
                case byte number: writer.Write(number); break;
                case ushort number: writer.Write(number); break;
                case uint number: writer.Write(number); break;
                case ulong number: writer.Write(number); break;
                case byte[] bytes: writer.Write(bytes); break;
                default: throw new ArgumentException($"{value.GetType()} has no bytes here.", nameof(values));
            }
        }
        return buffer.ToArray();
    }

    internal static uint Crc32(ReadOnlySpan<byte> content)
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
