using ScaiDrive.Extraction.Formats.Office.Protection;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Opens Word documents that the default password or none opens ([MS-DOC] 2.2.6.2 and 2.2.6.3).</summary>
internal sealed class DocDecryption
{
    // The start of the document stream stays readable, so that programs see what it is.
    private const int BlockSize = 512, ClearBytes = 68;

    private readonly Rc4Encryption _encryption;
    private readonly int _headerSize;

    private DocDecryption(Rc4Encryption encryption, int headerSize) => (_encryption, _headerSize) = (encryption, headerSize);

    /// <summary>Tries the passwords; null when it takes another.</summary>
    /// <param name="header">Of the document, which holds the size of the encryption's header.</param>
    /// <param name="tables">The stream of tables, which begins with that header.</param>
    internal static DocDecryption? Open(DocHeader header, byte[] tables)
    {
        foreach (var password in (ReadOnlySpan<string>)[DefaultPassword.Value, ""])
        {
            if (!header.IsObfuscated && Rc4Encryption.Open(LittleEndian.Slice(tables, 0, header.Key), password) is { } encryption)
                return new(encryption, (int)Math.Min(header.Key, tables.Length));
        }
        return null;
    }

    internal void ApplyToDocument(byte[] stream) => Apply(stream, ClearBytes);

    internal void ApplyToTables(byte[] tables) => Apply(tables, _headerSize);

    internal void ApplyToData(byte[] data) => Apply(data, 0);

    // Every block has a key of its own; what is clear uses up its part of the key stream.
    private void Apply(byte[] stream, int clear)
    {
        for (var start = 0; start < stream.Length; start += BlockSize)
        {
            var skipped = Math.Clamp(clear - start, 0, BlockSize);
            var block = _encryption.Block((uint)(start / BlockSize));
            block.Skip(skipped);
            var length = Math.Min(BlockSize, stream.Length - start) - skipped;
            if (length > 0)
                block.Apply(stream.AsSpan(start + skipped, length));
        }
    }
}
