using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>Finds the members of a ZIP archive: in its central directory, and where that is missing or breaks off, by the members' own headers.</summary>
/// <remarks>Written for archives that other programs refuse: cut short, with bytes in front, with a directory that lies.</remarks>
internal sealed class ZipDirectory(FileStream file)
{
    private const uint CentralSignature = 0x02014b50, EndSignature = 0x06054b50, End64Signature = 0x06064b50, Locator64Signature = 0x07064b50;
    private const int CentralSize = 46, EndSize = 22, End64Size = 56, Locator64Size = 20, MaxComment = 65535;
    private const int DescriptorFlag = 1 << 3, UnixHost = 3;
    private const int Zip64Field = 1, UnicodePathField = 0x7075, AesField = 0x9901, EncryptedFlag = 1;

    private readonly long _length = file.Length;
    private readonly byte[] _block = new byte[64 * 1024];

    /// <summary>True once the directory was found missing or broken.</summary>
    internal bool IsDamaged { get; private set; }

    /// <summary>All members, each once.</summary>
    internal IEnumerable<ZipMember> Members()
    {
        var seen = new HashSet<long>();
        foreach (var member in InDirectory())
        {
            if (seen.Add(member.HeaderOffset))
                yield return member;
        }
        if (!IsDamaged)
            yield break;
        foreach (var member in ByHeaders())
        {
            if (seen.Add(member.HeaderOffset))
                yield return member;
        }
    }

    private IEnumerable<ZipMember> InDirectory()
    {
        if (FindDirectory() is not var (position, shift, count))
        {
            IsDamaged = true;
            yield break;
        }
        var header = new byte[CentralSize];
        for (ulong i = 0; i < count; i++)
        {
            if (!TryRead(position, header) || BinaryPrimitives.ReadUInt32LittleEndian(header) != CentralSignature)
            {
                IsDamaged = true;
                yield break;
            }
            var (name, extra, comment) = (Short(header, 28), Short(header, 30), Short(header, 32));
            var variable = new byte[name + extra];
            if (!TryRead(position + CentralSize, variable))
            {
                IsDamaged = true;
                yield break;
            }
            position += CentralSize + name + extra + comment;
            var mode = header[5] == UnixHost ? Short(header, 40) : 0;
            yield return Create(variable, name, Short(header, 8), Short(header, 10), Int(header, 20), Int(header, 24), Int(header, 42), shift, mode);
        }
    }

    // The end record stands last, before a comment of at most 64 KiB. Bytes in front of the archive shift everything.
    private (long Position, long Shift, ulong Count)? FindDirectory()
    {
        var tail = new byte[(int)Math.Min(_length, EndSize + MaxComment)];
        var start = _length - tail.Length;
        _ = TryRead(start, tail);
        Span<byte> signature = [(byte)'P', (byte)'K', 5, 6];
        for (var at = tail.AsSpan().LastIndexOf(signature); at >= 0; at = tail.AsSpan(0, at).LastIndexOf(signature))
        {
            if (at + EndSize > tail.Length)
                continue;
            var end = start + at;
            ulong count = (uint)Short(tail, at + 10);
            long size = Int(tail, at + 12), offset = Int(tail, at + 16);
            if (count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue)
                (end, count, size, offset) = FindEnd64(end) ?? (end, count, size, offset);
            foreach (var shift in (ReadOnlySpan<long>)[end - size - offset, 0])
            {
                if (count == 0 || shift >= 0 && IsAt(offset + shift, CentralSignature))
                    return (offset + shift, shift, count);
            }
        }
        return null;
    }

    private (long End, ulong Count, long Size, long Offset)? FindEnd64(long end)
    {
        var locator = new byte[Locator64Size];
        var record = new byte[End64Size];
        if (!TryRead(end - Locator64Size, locator) || BinaryPrimitives.ReadUInt32LittleEndian(locator) != Locator64Signature)
            return null;
        // Bytes in front shift the record too; it normally stands right before the locator.
        foreach (var position in (ReadOnlySpan<long>)[Long(locator, 8), end - Locator64Size - End64Size])
        {
            if (TryRead(position, record) && BinaryPrimitives.ReadUInt32LittleEndian(record) == End64Signature)
                return (position, (ulong)Long(record, 32), Long(record, 40), Long(record, 48));
        }
        return null;
    }

    private IEnumerable<ZipMember> ByHeaders()
    {
        var header = new byte[ZipMember.LocalSize];
        for (var position = FindSignature(0); position >= 0;)
        {
            if (!TryRead(position, header))
                yield break;
            var (name, extra) = (Short(header, 26), Short(header, 28));
            var variable = new byte[name + extra];
            var start = position + ZipMember.LocalSize + name + extra;
            if (!TryRead(position + ZipMember.LocalSize, variable))
                yield break;
            var member = Create(variable, name, Short(header, 6), Short(header, 8), Int(header, 18), Int(header, 22), position, 0, 0);
            // A length of zero with a descriptor behind the bytes means that nobody knew it yet.
            var unknown = (member.Flags & DescriptorFlag) != 0 && member.PackedBytes == 0;
            var next = FindSignature(unknown ? start : member.PackedBytes is { } packed && packed < _length - start ? start + packed : _length);
            if (unknown)
                member = member with { PackedBytes = member.Method == 0 && next >= 0 ? next - start : null, UnpackedBytes = null };
            yield return member;
            position = next;
        }
    }

    private static ZipMember Create(byte[] variable, int nameLength, int flags, int method, long packed, long unpacked, long offset, long shift, int mode)
    {
        string? unicodeName = null;
        var fields = variable.AsSpan(nameLength);
        while (fields.Length >= 4)
        {
            var (id, size) = (BinaryPrimitives.ReadUInt16LittleEndian(fields), BinaryPrimitives.ReadUInt16LittleEndian(fields[2..]));
            var field = fields.Slice(4, Math.Min(size, fields.Length - 4));
            fields = fields[(4 + field.Length)..];
            switch (id)
            {
                case Zip64Field: // in this order, each only where the short field is full (4.5.3)
                    unpacked = unpacked == uint.MaxValue ? Take(ref field, unpacked) : unpacked;
                    packed = packed == uint.MaxValue ? Take(ref field, packed) : packed;
                    offset = offset == uint.MaxValue ? Take(ref field, offset) : offset;
                    break;
                case UnicodePathField when field.Length > 5:
                    unicodeName = Encoding.UTF8.GetString(field[5..]);
                    break;
                case AesField:
                    flags |= EncryptedFlag;
                    break;
            }
        }
        return new(variable[..nameLength], unicodeName, flags, method, Math.Max(0, packed), Math.Max(0, unpacked), Math.Max(0, offset + shift), mode);

        static long Take(ref Span<byte> field, long otherwise)
        {
            if (field.Length < 8)
                return otherwise;
            var value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
            return value;
        }
    }

    /// <summary>The next local header at or after a position; -1 when there is none.</summary>
    private long FindSignature(long position)
    {
        if (IsAt(position, ZipMember.LocalSignature))
            return position;
        Span<byte> signature = [(byte)'P', (byte)'K', 3, 4];
        while (position < _length)
        {
            var read = RandomAccess.Read(file.SafeFileHandle, _block, position);
            if (_block.AsSpan(0, read).IndexOf(signature) is >= 0 and var at)
                return position + at;
            if (read < signature.Length)
                return -1;
            position += read - signature.Length + 1; // one may lie across the border
        }
        return -1;
    }

    private bool IsAt(long position, uint signature)
    {
        var found = new byte[sizeof(uint)];
        return TryRead(position, found) && BinaryPrimitives.ReadUInt32LittleEndian(found) == signature;
    }

    private bool TryRead(long position, byte[] into)
    {
        if (position < 0 || position > _length - into.Length)
            return false;
        file.Position = position;
        file.ReadExactly(into);
        return true;
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
