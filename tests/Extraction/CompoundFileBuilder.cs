using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Builds small compound files; every stream has sectors of its own.</summary>
internal sealed class CompoundFileBuilder
{
    private const int Sector = 512;
    private const uint End = 0xFFFFFFFE, Free = 0xFFFFFFFF;

    private readonly Entry _root = new("Root Entry");

    private sealed record Entry(string Name)
    {
        internal List<Entry> Children { get; } = [];

        internal byte[]? Content { get; set; }

        internal uint Number { get; set; }

        internal uint First { get; set; } = End;
    }

    /// <summary>Adds a stream; storages on its path are made.</summary>
    internal CompoundFileBuilder Add(string path, byte[] content)
    {
        var at = _root;
        foreach (var name in path.Split('/'))
        {
            var next = at.Children.Find(child => child.Name == name);
            if (next is null)
                at.Children.Add(next = new(name));
            at = next;
        }
        at.Content = content;
        return this;
    }

    internal byte[] Build()
    {
        var entries = new List<Entry>();
        Number(_root, entries);
        var sectors = new List<byte[]>();
        var next = new List<uint>();
        foreach (var entry in entries.Where(entry => entry.Content is { Length: > 0 }))
            entry.First = Write(entry.Content!, sectors, next);
        var directory = Write([.. entries.SelectMany(Record)], sectors, next);
        var tables = 1;
        while (tables * (Sector / 4) < sectors.Count + tables)
            tables++;
        var firstTable = (uint)sectors.Count;
        next.AddRange(Enumerable.Repeat(0xFFFFFFFDu, tables));
        next.AddRange(Enumerable.Repeat(Free, tables * (Sector / 4) - next.Count));
        return [.. Header(directory, firstTable, tables), .. sectors.SelectMany(sector => sector), .. next.SelectMany(BitConverter.GetBytes)];
    }

    private static void Number(Entry entry, List<Entry> entries)
    {
        entry.Number = (uint)entries.Count;
        entries.Add(entry);
        foreach (var child in entry.Children)
            Number(child, entries);
    }

    private static uint Write(byte[] content, List<byte[]> sectors, List<uint> next)
    {
        var first = (uint)sectors.Count;
        for (var at = 0; at < content.Length; at += Sector)
        {
            var sector = new byte[Sector];
            content.AsSpan(at, Math.Min(Sector, content.Length - at)).CopyTo(sector);
            sectors.Add(sector);
            next.Add(at + Sector < content.Length ? (uint)sectors.Count : End);
        }
        return first;
    }

    // Siblings hang on each other's right side.
    private IEnumerable<byte> Record(Entry entry)
    {
        var record = new byte[128];
        Encoding.Unicode.GetBytes(entry.Name).CopyTo(record, 0);
        BitConverter.TryWriteBytes(record.AsSpan(64), (ushort)(entry.Name.Length * 2 + 2));
        record[66] = (byte)(entry == _root ? 5 : entry.Content is null ? 1 : 2);
        BitConverter.TryWriteBytes(record.AsSpan(68), Free);
        BitConverter.TryWriteBytes(record.AsSpan(72), Sibling(_root, entry)?.Number ?? Free);
        BitConverter.TryWriteBytes(record.AsSpan(76), entry.Children.Count > 0 ? entry.Children[0].Number : Free);
        BitConverter.TryWriteBytes(record.AsSpan(116), entry.First);
        BitConverter.TryWriteBytes(record.AsSpan(120), (long)(entry.Content?.Length ?? 0));
        return record;
    }

    private static Entry? Sibling(Entry parent, Entry entry)
    {
        var index = parent.Children.IndexOf(entry);
        return index < 0 ? parent.Children.Select(child => Sibling(child, entry)).FirstOrDefault(found => found is not null)
            : index + 1 < parent.Children.Count ? parent.Children[index + 1] : null;
    }

    private static byte[] Header(uint directory, uint firstTable, int tables)
    {
        var header = new byte[Sector];
        new byte[] { 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1 }.CopyTo(header, 0);
        (header[24], header[26], header[28], header[29], header[30], header[32]) = (0x3E, 3, 0xFE, 0xFF, 9, 6);
        BitConverter.TryWriteBytes(header.AsSpan(44), tables);
        BitConverter.TryWriteBytes(header.AsSpan(48), directory);
        BitConverter.TryWriteBytes(header.AsSpan(56), 0); // no stream is small enough for the mini stream
        BitConverter.TryWriteBytes(header.AsSpan(60), End);
        BitConverter.TryWriteBytes(header.AsSpan(68), End);
        for (var i = 0; i < 109; i++)
            BitConverter.TryWriteBytes(header.AsSpan(76 + i * 4), i < tables ? firstTable + (uint)i : Free);
        return header;
    }
}
