using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>Tape archives: V7, ustar, pax and GNU. After a damaged stretch reading goes on at the next block that is a header.</summary>
internal static class TarReader
{
    // Long names and pax records are small; more is not read.
    private const int MaxExtension = 1 << 20;

    private const int SparseFlag = 482, ContinuedSparseFlag = 504;

    private sealed class State
    {
        internal string? Name;
        internal long? Length;
        internal bool Damaged;
    }

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var file = document.Open();
        var length = file.Length;
        var block = new byte[TarHeader.BlockSize];
        var state = new State();
        long position = 0;
        while (position + TarHeader.BlockSize <= length && !pages.IsFull)
        {
            pages.Progress();
            file.Position = position;
            file.ReadExactly(block);
            position += TarHeader.BlockSize;
            if (TarHeader.Read(block) is not { } header)
            {
                // Two blocks of zeros are the end, but another archive may follow (tar --concatenate).
                state.Damaged |= block.AsSpan().IndexOfAnyExcept((byte)0) >= 0;
                continue;
            }
            position = Follow(document, pages, file, header, position, block, state);
        }
        return new(DocumentMetadata.None, state.Damaged ? "Parts of the archive are damaged and were passed over." : null);
    }

    /// <returns>Where the next header stands.</returns>
    private static long Follow(SourceDocument document, PageSink pages, FileStream file, TarHeader header, long position, byte[] block, State state)
    {
        switch (header.Kind)
        {
            case 'L':
                state.Name = TarHeader.Text(Extension(file, position, header.Length));
                return End(position, header.Length);
            case 'x' or 'X':
                ReadRecords(Extension(file, position, header.Length), state);
                return End(position, header.Length);
            case 'K' or 'g' or 'V' or 'M' or 'D' or 'N':
                return End(position, header.Length);
        }

        var (name, following) = (state.Name ?? header.Name, state.Length ?? header.Following);
        (state.Name, state.Length) = (null, null);
        if (header.Kind == 'S')
            position = PassSparseMap(file, block, position);
        if (header.IsFile && !MemberNames.IsClutter(name))
            PartReader.Read(document, pages, MemberNames.Shown(name), () => new StreamSlice(file.SafeFileHandle, position, following));
        return End(position, following);
    }

    private static long End(long position, long length) =>
        length > long.MaxValue / 2 ? long.MaxValue / 2 : position + (length + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize;

    private static byte[] Extension(FileStream file, long position, long length)
    {
        var content = new byte[(int)Math.Min(Math.Min(length, MaxExtension), Math.Max(0, file.Length - position))];
        file.Position = position;
        file.ReadExactly(content);
        return content;
    }

    // "LENGTH KEYWORD=VALUE\n", the length counting the whole record.
    private static void ReadRecords(ReadOnlySpan<byte> records, State state)
    {
        while (records.IndexOf((byte)' ') is > 0 and var space
            && int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length > space + 1 && length <= records.Length)
        {
            var record = records[(space + 1)..length].TrimEnd((byte)'\n');
            records = records[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 0)
                continue;
            var key = record[..equals];
            var value = record[(equals + 1)..];
            if (key.SequenceEqual("GNU.sparse.name"u8) || key.SequenceEqual("path"u8) && state.Name is null)
                state.Name = TarHeader.Text(value);
            else if (key.SequenceEqual("size"u8) && long.TryParse(Encoding.ASCII.GetString(value), CultureInfo.InvariantCulture, out var size) && size >= 0)
                state.Length = size;
        }
    }

    // Where the holes are does not matter to who reads text; the blocks that list them are not content.
    private static long PassSparseMap(FileStream file, byte[] block, long position)
    {
        var more = block[SparseFlag] != 0;
        while (more && position + TarHeader.BlockSize <= file.Length)
        {
            file.Position = position;
            file.ReadExactly(block);
            position += TarHeader.BlockSize;
            more = block[ContinuedSparseFlag] != 0;
        }
        return position;
    }
}
