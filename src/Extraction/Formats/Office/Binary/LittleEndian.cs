using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Numbers at offsets that a file names: what lies outside the bytes is 0, or nothing.</summary>
internal static class LittleEndian
{
    internal static int UInt16(ReadOnlySpan<byte> bytes, long offset) =>
        offset >= 0 && offset + 2 <= bytes.Length ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[(int)offset..]) : 0;

    internal static int Int32(ReadOnlySpan<byte> bytes, long offset) =>
        offset >= 0 && offset + 4 <= bytes.Length ? BinaryPrimitives.ReadInt32LittleEndian(bytes[(int)offset..]) : 0;

    internal static uint UInt32(ReadOnlySpan<byte> bytes, long offset) => unchecked((uint)Int32(bytes, offset));

    internal static int Byte(ReadOnlySpan<byte> bytes, long offset) => offset >= 0 && offset < bytes.Length ? bytes[(int)offset] : 0;

    /// <summary>As much of a range as there is.</summary>
    internal static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, long offset, long length) =>
        offset < 0 || offset >= bytes.Length || length <= 0 ? [] : bytes.Slice((int)offset, (int)Math.Min(length, bytes.Length - offset));
}
