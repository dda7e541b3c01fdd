using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>The records of an old workbook's stream ([MS-XLS] 2.1.4), deciphered when the workbook is.</summary>
internal sealed class BiffRecords(Stream stream)
{
    private const int HeaderSize = 4;
    private const ushort Continue = 0x3C, FilePass = 0x2F, InterfaceHeader = 0xE1, BoundSheet = 0x85;

    private readonly byte[] _buffer = new byte[HeaderSize + ushort.MaxValue];
    private long _next;
    private int _length;

    /// <summary>Undoes the encryption; null for plain workbooks.</summary>
    internal RecordCipher? Cipher { get; set; }

    internal ushort Type { get; private set; }

    internal ReadOnlySpan<byte> Body => _buffer.AsSpan(HeaderSize, _length);

    internal RecordFields Fields => new(Body);

    /// <summary>Moves to the next record; false at the end, also where the stream is cut off.</summary>
    internal bool Read() => ReadHeader(out var type, out var length) && ReadBody(type, length);

    /// <summary>Moves to the next record if it continues the present one.</summary>
    internal bool ReadContinue() => ReadHeader(out var type, out var length) && type == Continue && ReadBody(type, length);

    /// <summary>The next record is the one that begins here.</summary>
    internal void Seek(long position) => _next = position;

    private bool ReadHeader(out ushort type, out ushort length)
    {
        (type, length) = (0, 0);
        if (_next < 0 || _next + HeaderSize > stream.Length)
            return false;
        stream.Position = _next;
        Span<byte> header = stackalloc byte[HeaderSize];
        if (stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
            return false;
        (type, length) = (BinaryPrimitives.ReadUInt16LittleEndian(header), BinaryPrimitives.ReadUInt16LittleEndian(header[2..]));
        return true;
    }

    private bool ReadBody(ushort type, ushort length)
    {
        Type = type;
        _length = stream.ReadAtLeast(_buffer.AsSpan(HeaderSize, length), length, throwOnEndOfStream: false);
        if (Cipher is not null && !IsPlain(type))
        {
            // The place of a sheet's stream stays readable in BoundSheet8 ([MS-XLS] 2.2.10).
            var plain = type == BoundSheet ? Math.Min(4, _length) : 0;
            Cipher.Decipher(_buffer.AsSpan(HeaderSize, _length), _next + HeaderSize, plain);
        }
        _next += HeaderSize + length;
        return _length == length || _length > 0;
    }

    private static bool IsPlain(ushort type) => type is FilePass or InterfaceHeader or 0x809 or 0x409 or 0x209 or 0x009
        or 0x194 or 0x195 or 0x196 or 0x138; // UsrExcl, FileLock, RRDInfo, RRDHead
}

/// <summary>Deciphers the bodies of records.</summary>
internal abstract class RecordCipher
{
    /// <summary>Deciphers in place.</summary>
    /// <param name="body">The whole body of a record.</param>
    /// <param name="position">Where the body begins in the stream: keys depend on it.</param>
    /// <param name="plain">Bytes at its start that are not enciphered, but counted.</param>
    internal abstract void Decipher(Span<byte> body, long position, int plain);
}
