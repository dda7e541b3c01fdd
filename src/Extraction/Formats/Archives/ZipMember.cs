using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Deflate64;
using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.PPMd;
using SharpCompress.Compressors.Xz;
using SharpCompress.Compressors.ZStandard;
using Mode = SharpCompress.Compressors.CompressionMode;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>One member as a header of the archive states it (APPNOTE.TXT 4.3.7 and 4.3.12).</summary>
/// <param name="Name">Bytes in an encoding that only flag 11 or an extra field tells.</param>
/// <param name="UnicodeName">From the Info-ZIP Unicode path field (4.6.9), when there is one.</param>
/// <param name="Flags">General purpose bits (4.4.4).</param>
/// <param name="Method">How it is packed (4.4.5).</param>
/// <param name="PackedBytes">Length of the packed bytes; null: up to where they end by themselves.</param>
/// <param name="UnpackedBytes">Stated length; null when a data descriptor behind the bytes has it.</param>
/// <param name="HeaderOffset">Where the local header stands.</param>
/// <param name="UnixMode">File type and permissions, 0 when another system wrote it.</param>
internal sealed record ZipMember(byte[] Name, string? UnicodeName, int Flags, int Method, long? PackedBytes, long? UnpackedBytes, long HeaderOffset, int UnixMode)
{
    internal const uint LocalSignature = 0x04034b50;
    internal const int LocalSize = 30;

    private const int EncryptedFlag = 1, Utf8Flag = 1 << 11, MaskedFlag = 1 << 13;
    private const int FileTypeMask = 0xF000, RegularFile = 0x8000;

    internal bool IsEncrypted => (Flags & (EncryptedFlag | MaskedFlag)) != 0;

    internal bool IsNameUtf8 => (Flags & Utf8Flag) != 0;

    /// <summary>False for directories, links and devices.</summary>
    internal bool IsFile => Name is not [.., (byte)'/' or (byte)'\\'] && (UnixMode & FileTypeMask) is 0 or RegularFile;

    /// <summary>The unpacked bytes.</summary>
    /// <exception cref="InvalidDataException">There is no local header where one should be.</exception>
    /// <exception cref="UnreadableDocumentException">With <c>unsupported_type</c>: packed in a way nobody here knows.</exception>
    internal Stream Open(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[LocalSize];
        if (HeaderOffset > RandomAccess.GetLength(file) - LocalSize || RandomAccess.Read(file, header, HeaderOffset) < LocalSize || BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature)
            throw new InvalidDataException("A member without a local header.");
        var start = HeaderOffset + LocalSize + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var length = PackedBytes ?? Math.Max(0, RandomAccess.GetLength(file) - start);
        return Unpack(new StreamSlice(file, start, length), length);
    }

    private Stream Unpack(StreamSlice packed, long length) => Method switch
    {
        0 => packed,
        8 => new DeflateStream(packed, CompressionMode.Decompress),
        9 => new Deflate64Stream(packed, Mode.Decompress),
        12 => BZip2Stream.Create(packed, Mode.Decompress, decompressConcatenated: false, leaveOpen: false),
        14 => Lzma(packed, length),
        20 or 93 => new DecompressionStream(packed, bufferSize: 0, checkEndOfStream: true, leaveOpen: false),
        95 => new XZStream(packed),
        98 => PpmdStream.Create(new PpmdProperties(Properties(packed, 2)), packed, false),
        _ => throw new UnreadableDocumentException(ReasonCodes.UnsupportedType, $"There is no reader for compression method {Method}."),
    };

    // Two bytes of version, two of length, then the properties (APPNOTE.TXT 5.8.8); flag 1 tells of an end marker instead of a length.
    private LzmaStream Lzma(StreamSlice packed, long length)
    {
        const int versionAndLength = 4, properties = 5, endMarker = 1 << 1;
        _ = Properties(packed, versionAndLength);
        return LzmaStream.Create(Properties(packed, properties), packed, length - versionAndLength - properties,
            (Flags & endMarker) != 0 ? -1 : UnpackedBytes ?? -1, leaveOpen: false);
    }

    private static byte[] Properties(StreamSlice packed, int count)
    {
        var properties = new byte[count];
        packed.ReadExactly(properties);
        return properties;
    }
}
