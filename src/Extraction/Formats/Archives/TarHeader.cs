using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>One header block of a tape archive (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").</summary>
/// <param name="Name">As the block holds it; a long name may stand in a member before.</param>
/// <param name="Length">Bytes that follow, without the padding to whole blocks.</param>
/// <param name="Kind">The type flag; <c>'\0'</c> in archives older than POSIX.</param>
internal readonly record struct TarHeader(string Name, long Length, char Kind)
{
    internal const int BlockSize = 512;

    private const int NameSize = 100, LengthField = 124, ChecksumField = 148, KindField = 156, MagicField = 257, PrefixField = 345, PrefixSize = 155;

    /// <summary>True for a file's bytes: regular, contiguous, or with holes.</summary>
    internal bool IsFile => Kind is '0' or '\0' or '7' or 'S' && !Name.EndsWith('/');

    /// <summary>Links, devices and directories state lengths of what is not there.</summary>
    internal long Following => Kind is >= '1' and <= '6' ? 0 : Length;

    /// <summary>True when the checksum is that of the block, summed with or without sign: old tars did either.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockSize || block[0] == 0 && block[PrefixField] == 0)
            return false;
        long unsigned = 0, signed = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            var value = i is >= ChecksumField and < KindField ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }
        return Octal(block.Slice(ChecksumField, 8)) is { } stated && (stated == unsigned || stated == signed);
    }

    /// <summary>The header in a block, or null when it is none.</summary>
    internal static TarHeader? Read(ReadOnlySpan<byte> block)
    {
        if (!IsHeader(block) || Number(block.Slice(LengthField, 12)) is not (>= 0 and var length))
            return null;
        var name = Text(block[..NameSize]);
        // GNU writes "ustar" and two spaces, and other things where POSIX has the prefix.
        if (block.Slice(MagicField, 6).SequenceEqual("ustar\0"u8) && Text(block.Slice(PrefixField, PrefixSize)) is { Length: > 0 } prefix)
            name = $"{prefix}/{name}";
        return new(name, length, (char)block[KindField]);
    }

    /// <summary>Text up to the first NUL: UTF-8, or what Western systems wrote before.</summary>
    internal static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        field = end < 0 ? field : field[..end];
        return System.Text.Unicode.Utf8.IsValid(field) ? Encoding.UTF8.GetString(field) : Encoding.Latin1.GetString(field);
    }

    // Base 256 when the first bit is set (a GNU extension for lengths above 8 GiB), else octal.
    private static long? Number(ReadOnlySpan<byte> field) => (field[0] & 0x80) != 0
        ? field[1..4].IndexOfAnyExcept((byte)0) < 0 && field[0] == 0x80 ? BinaryPrimitives.ReadInt64BigEndian(field[4..]) : null
        : Octal(field);

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return digit == 0 ? value : null;
            value = value * 8 + digit - '0';
        }
        return value;
    }
}
