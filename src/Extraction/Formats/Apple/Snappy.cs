namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>Unpacks one Snappy block (the format description of its authors): a length, then literals and copies of what was unpacked before.</summary>
internal static class Snappy
{
    /// <exception cref="InvalidDataException">The block breaks the format, or states more than <paramref name="most"/> bytes.</exception>
    internal static byte[] Unpack(ReadOnlySpan<byte> packed, int most)
    {
        var (length, at) = (0UL, 0);
        for (var shift = 0; ; shift += 7)
        {
            if (at == packed.Length || shift > 28)
                throw Broken();
            length |= (ulong)(packed[at] & 0x7F) << shift;
            if (packed[at++] < 0x80)
                break;
        }
        // No byte of input makes more than 64 bytes of output.
        if (length > (ulong)most || length > (ulong)packed.Length * 64)
            throw Broken();

        var output = new byte[length];
        var filled = 0;
        while (at < packed.Length)
        {
            var tag = packed[at++];
            if ((tag & 3) == 0)
                Literal(packed, tag >> 2, ref at, output, ref filled);
            else
                Copy(packed, tag, ref at, output, ref filled);
        }
        return filled == output.Length ? output : throw Broken();
    }

    private static void Literal(ReadOnlySpan<byte> packed, int code, ref int at, byte[] output, ref int filled)
    {
        var length = code + 1;
        if (code >= 60)
        {
            var bytes = code - 59;
            if (at + bytes > packed.Length)
                throw Broken();
            var stated = 0L;
            for (var i = 0; i < bytes; i++)
                stated |= (long)packed[at++] << (8 * i);
            length = stated < output.Length ? (int)stated + 1 : throw Broken();
        }
        if (length > packed.Length - at || length > output.Length - filled)
            throw Broken();
        packed.Slice(at, length).CopyTo(output.AsSpan(filled));
        at += length;
        filled += length;
    }

    private static void Copy(ReadOnlySpan<byte> packed, byte tag, ref int at, byte[] output, ref int filled)
    {
        var bytes = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
        if (at + bytes > packed.Length)
            throw Broken();
        var offset = 0L;
        for (var i = 0; i < bytes; i++)
            offset |= (long)packed[at++] << (8 * i);
        var length = (tag >> 2) + 1;
        if (bytes == 1)
        {
            offset |= (long)(tag >> 5) << 8;
            length = ((tag >> 2) & 7) + 4;
        }
        if (offset == 0 || offset > filled || length > output.Length - filled)
            throw Broken();
        // Byte by byte: a copy may overlap what it writes.
        for (var i = 0; i < length; i++, filled++)
            output[filled] = output[filled - (int)offset];
    }

    private static InvalidDataException Broken() => new("A block of packed objects is damaged.");
}
