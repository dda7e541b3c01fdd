using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Builds small compound files ([MS-CFB]) of version 3, all streams in sectors of their own.</summary>
internal sealed class CompoundBuilder
{
    private const int Sector = 512, EntrySize = 128;
    private const uint End = 0xFFFFFFFE, Free = 0xFFFFFFFF, TableSector = 0xFFFFFFFD;

    private readonly List<(string Name, int Parent, byte[]? Content)> _entries = [("Root Entry", -1, null)];

    /// <summary>Adds a stream; the names before the last slash are storages.</summary>
    internal CompoundBuilder Add(string path, byte[] content)
    {
        var parent = 0;
        var names = path.Split('/');
        foreach (var storage in names[..^1])
        {
            var found = _entries.FindIndex(entry => entry.Name == storage && entry.Parent == parent);
            if (found < 0)
            {
                found = _entries.Count;
                _entries.Add((storage, parent, null));
            }
            parent = found;
        }
        _entries.Add((names[^1], parent, content));
        return this;
    }

    internal byte[] Build()
    {
        var sectors = new List<byte[]>();
        var table = new List<uint>();
        var starts = _entries.Select(entry => entry.Content is { Length: > 0 } content ? Store(content) : End).ToArray();
        var directory = Store(Directory(starts));
        var tables = (table.Count + Sector / 4 - 1) / (Sector / 4 - 1);
        var firstTable = (uint)table.Count;
        table.AddRange(Enumerable.Repeat(TableSector, tables));
        table.AddRange(Enumerable.Repeat(Free, tables * Sector / 4 - table.Count));
        var allocation = new byte[tables * Sector];
        for (var i = 0; i < table.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(allocation.AsSpan(i * 4), table[i]);

        var header = new byte[Sector];
        ((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(header);
        header[26] = 3;
        header[28] = 0xFE;
        header[29] = 0xFF;
        header[30] = 9;
        header[32] = 6;
        Put(44, (uint)tables);
        Put(48, directory);
        Put(56, 0); // no stream is small enough for the mini stream
        Put(60, End);
        Put(68, End);
        for (var i = 0; i < 109; i++)
            Put(76 + i * 4, i < tables ? firstTable + (uint)i : Free);
        return [.. header, .. sectors.SelectMany(sector => sector), .. allocation];

        void Put(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), value);

        uint Store(byte[] content)
        {
            var first = (uint)sectors.Count;
            for (var at = 0; at < content.Length; at += Sector)
            {
                var sector = new byte[Sector];
                content.AsSpan(at, Math.Min(Sector, content.Length - at)).CopyTo(sector);
                sectors.Add(sector);
                table.Add(at + Sector < content.Length ? (uint)sectors.Count : End);
            }
            return first;
        }
    }

    // Siblings hang to the right of each other, which is a tree, too.
    private byte[] Directory(uint[] starts)
    {
        var records = new byte[_entries.Count * EntrySize];
        for (var i = 0; i < _entries.Count; i++)
        {
            var (name, parent, content) = _entries[i];
            var record = records.AsSpan(i * EntrySize, EntrySize);
            BinaryPrimitives.WriteUInt16LittleEndian(record[64..], (ushort)(Encoding.Unicode.GetBytes(name, record) + 2));
            record[66] = (byte)(i == 0 ? 5 : content is null ? 1 : 2);
            BinaryPrimitives.WriteUInt32LittleEndian(record[68..], Free);
            BinaryPrimitives.WriteUInt32LittleEndian(record[72..], Next(i + 1, parent));
            BinaryPrimitives.WriteUInt32LittleEndian(record[76..], Next(i + 1, i));
            BinaryPrimitives.WriteUInt32LittleEndian(record[116..], starts[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(record[120..], (uint)(content?.Length ?? 0));
        }
        return records;

        uint Next(int from, int parent) => _entries.FindIndex(from, entry => entry.Parent == parent) is >= 0 and var found && parent >= 0 ? (uint)found : Free;
    }
}
