using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>A storage or stream of a compound file.</summary>
/// <param name="Name">As stored, control characters included (<c>\u0005SummaryInformation</c>).</param>
/// <param name="Path">Names from the root storage down to this one; empty for the root.</param>
/// <param name="IsStorage">True for a folder, false for a stream.</param>
/// <param name="Length">Bytes of a stream as its entry claims; the content may be cut short in a damaged file.</param>
internal sealed record CompoundEntry(string Name, IReadOnlyList<string> Path, bool IsStorage, long Length)
{
    private readonly Dictionary<string, CompoundEntry> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the storage holds, in the order of the file's directory.</summary>
    internal IReadOnlyCollection<CompoundEntry> Children => _byName.Values;

    internal uint FirstSector { get; init; }

    /// <summary>The stream or storage of this name, or null.</summary>
    internal CompoundEntry? Find(string name) => _byName.GetValueOrDefault(name);

    internal void Add(CompoundEntry child) => _byName.TryAdd(child.Name, child);
}

/// <summary>An OLE compound file ([MS-CFB]): a file system of storages and streams in one file. Chains that loop or leave the file end there.</summary>
internal sealed class CompoundFile : IDisposable
{
    /// <summary>A modern Office document behind a password ([MS-OFFCRYPTO]).</summary>
    internal const string EncryptedType = "application/vnd.ms-office.encrypted";

    private const int HeaderSize = 512, EntrySize = 128, HeaderTables = 109, MiniShift = 6, MaxEntries = 1 << 18, MaxDepth = 64;
    private const uint LastRegularSector = 0xFFFFFFFA, NoStream = 0xFFFFFFFF;

    private readonly FileStream _file;
    private readonly int _shift;
    private readonly uint _miniCutoff;
    private readonly uint[] _next;
    private readonly uint[] _miniNext;
    private readonly Stream _miniStream = Stream.Null;

    private CompoundFile(SourceDocument document)
    {
        _file = document.Open();
        try
        {
            var header = new byte[HeaderSize];
            _file.ReadExactly(header);
            _shift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30));
            if (_shift is not (9 or 12))
                throw new InvalidDataException("A sector size that no version of the format has.");
            _miniCutoff = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(56)), 1 << 20);
            _next = ReadTable(TableSectors(header));
            _miniNext = ReadTable(Chain(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(60)), Sectors(_file.Length, MiniShift) / (1 << (_shift - 2)) + 1));
            var (root, miniStream) = ReadDirectory(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(48)));
            _miniStream = miniStream;
            Root = document.Storage.Aggregate(root, static (at, name) => at.Find(name) ?? throw new InvalidDataException("A storage that is not there."));
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Opens the document, at <see cref="SourceDocument.Storage"/> when it is a part of a compound file.</summary>
    /// <exception cref="InvalidDataException">Not a compound file, or its directory cannot be followed.</exception>
    internal static CompoundFile Open(SourceDocument document) => new(document);

    /// <summary>The storage the document begins at.</summary>
    internal CompoundEntry Root { get; }

    /// <summary>Which application wrote the document, by the streams it has.</summary>
    internal static string FindType(SourceDocument document)
    {
        try
        {
            using var compound = Open(document);
            return FindType(compound.Root);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            return ContentTypes.Ole;
        }
    }

    /// <summary>Which application wrote a storage; <see cref="ContentTypes.Ole"/> when none is known.</summary>
    internal static string FindType(CompoundEntry storage) =>
        storage.Find("EncryptedPackage") is not null ? EncryptedType
            : storage.Find("WordDocument") is not null ? ContentTypes.Doc
            : storage.Find("Workbook") is not null || storage.Find("Book") is not null ? ContentTypes.Xls
            : storage.Find("PowerPoint Document") is not null ? ContentTypes.Ppt
            : storage.Find("__properties_version1.0") is not null ? ContentTypes.OutlookMessage
            : storage.Find("VisioDocument") is not null ? "application/vnd.visio"
            : ContentTypes.Ole;

    /// <summary>The stream of this name in <see cref="Root"/>, or null.</summary>
    internal CompoundEntry? Find(string name) => Root.Find(name);

    /// <summary>Opens a stream for reading; seekable, and as long as its sectors reach.</summary>
    internal Stream OpenStream(CompoundEntry entry)
    {
        if (entry.IsStorage || entry.Length == 0)
            return Stream.Null;
        return entry.Length < _miniCutoff
            ? new ChainStream(_miniStream, MiniChain(entry.FirstSector, Sectors(entry.Length, MiniShift)), MiniShift, entry.Length, offset: 0)
            : new ChainStream(_file, Chain(entry.FirstSector, Sectors(entry.Length, _shift)), _shift, entry.Length, offset: 1);
    }

    /// <summary>The content of a stream, at most <paramref name="most"/> bytes of it.</summary>
    internal byte[] ReadAll(CompoundEntry entry, int most)
    {
        using var stream = OpenStream(entry);
        var content = new byte[(int)Math.Min(stream.Length, most)];
        var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length == content.Length ? content : content[..length];
    }

    public void Dispose() => _file.Dispose();

    // The header names the first 109 sectors of the allocation table; further ones stand in a chain of sectors whose last number is the next of the chain.
    private List<uint> TableSectors(byte[] header)
    {
        var most = (int)(_file.Length >> _shift) / (1 << (_shift - 2)) + HeaderTables;
        var sectors = new List<uint>();
        AddAll(header.AsSpan(76));
        var buffer = new byte[1 << _shift];
        var more = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(68));
        var seen = new HashSet<uint>();
        while (more < LastRegularSector && seen.Add(more) && sectors.Count < most && ReadSector(more, buffer))
        {
            AddAll(buffer.AsSpan(..^4));
            more = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(buffer.Length - 4));
        }
        return sectors;

        void AddAll(ReadOnlySpan<byte> numbers)
        {
            for (var at = 0; at + 4 <= numbers.Length && sectors.Count < most; at += 4)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(numbers[at..]) is < LastRegularSector and var sector)
                    sectors.Add(sector);
            }
        }
    }

    private uint[] ReadTable(List<uint> sectors)
    {
        var perSector = 1 << (_shift - 2);
        var table = new uint[sectors.Count * perSector];
        Array.Fill(table, NoStream);
        var buffer = new byte[1 << _shift];
        for (var i = 0; i < sectors.Count; i++)
        {
            if (!ReadSector(sectors[i], buffer))
                continue;
            for (var j = 0; j < perSector; j++)
                table[i * perSector + j] = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(j * 4));
        }
        return table;
    }

    private (CompoundEntry Root, Stream MiniStream) ReadDirectory(uint first)
    {
        var sectors = Chain(first, MaxEntries / (1 << (_shift - 7)));
        using var directory = new ChainStream(_file, sectors, _shift, (long)sectors.Count << _shift, offset: 1);
        var records = new byte[directory.Length];
        var length = directory.ReadAtLeast(records, records.Length, throwOnEndOfStream: false);
        if (length < EntrySize)
            throw new InvalidDataException("A compound file without a directory.");
        var top = EntryAt(records, 0, []) with { IsStorage = true };
        var miniStream = new ChainStream(_file, Chain(top.FirstSector, Sectors(top.Length, _shift)), _shift, top.Length, offset: 1);
        var root = top with { Path = [] };
        AddChildren(records.AsSpan(0, length), 0, root, [0], 0);
        return (root, miniStream);
    }

    // Siblings form a binary tree; a directory tree of this depth is nobody's work.
    private void AddChildren(ReadOnlySpan<byte> records, uint parent, CompoundEntry into, HashSet<uint> seen, int depth)
    {
        if (depth == MaxDepth)
            return;
        var waiting = new Stack<uint>();
        waiting.Push(Link(records, parent, 76));
        var storages = new List<(uint Number, CompoundEntry Entry)>();
        while (waiting.TryPop(out var number))
        {
            if ((long)(number + 1UL) * EntrySize > records.Length || !seen.Add(number))
                continue;
            waiting.Push(Link(records, number, 72));
            waiting.Push(Link(records, number, 68));
            var entry = EntryAt(records, number, into.Path);
            into.Add(entry);
            if (entry.IsStorage)
                storages.Add((number, entry));
        }
        foreach (var (number, entry) in storages)
            AddChildren(records, number, entry, seen, depth + 1);
    }

    private static uint Link(ReadOnlySpan<byte> records, uint number, int field) =>
        BinaryPrimitives.ReadUInt32LittleEndian(records[((int)number * EntrySize + field)..]);

    private CompoundEntry EntryAt(ReadOnlySpan<byte> records, uint number, IReadOnlyList<string> parent)
    {
        var record = records.Slice((int)number * EntrySize, EntrySize);
        var nameLength = Math.Clamp(BinaryPrimitives.ReadUInt16LittleEndian(record[64..]) - 2, 0, 62);
        var name = Encoding.Unicode.GetString(record[..nameLength]);
        // In version 3 the upper half of the length may hold garbage ([MS-CFB] 2.6.1).
        var length = _shift == 9 ? BinaryPrimitives.ReadUInt32LittleEndian(record[120..]) : BinaryPrimitives.ReadInt64LittleEndian(record[120..]);
        return new(name, [.. parent, name], record[66] is 1 or 5, Math.Clamp(length, 0, _file.Length))
        {
            FirstSector = BinaryPrimitives.ReadUInt32LittleEndian(record[116..]),
        };
    }

    private static int Sectors(long length, int shift) => (int)Math.Min(int.MaxValue, (length + (1L << shift) - 1) >> shift);

    private List<uint> Chain(uint first, int most) => Follow(_next, first, Math.Min(most, Sectors(_file.Length, _shift)));

    private List<uint> MiniChain(uint first, int most) => Follow(_miniNext, first, most);

    // A chain longer than the file has sectors has gone in a circle; the caller's bound ends it.
    private static List<uint> Follow(uint[] next, uint first, int most)
    {
        var chain = new List<uint>();
        for (var sector = first; sector < LastRegularSector && chain.Count < most; sector = sector < next.Length ? next[sector] : NoStream)
            chain.Add(sector);
        return chain;
    }

    private bool ReadSector(uint number, byte[] into)
    {
        var position = ((long)number + 1) << _shift;
        if (position >= _file.Length)
            return false;
        _file.Position = position;
        var length = _file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        into.AsSpan(length).Clear();
        return true;
    }

    private sealed class ChainStream(Stream source, IReadOnlyList<uint> chain, int shift, long length, int offset) : Stream
    {
        private readonly long _length = Math.Min(length, (long)chain.Count << shift);
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => _length;

        public override long Position { get => _position; set => _position = Math.Max(0, value); }

        public override int Read(Span<byte> buffer)
        {
            var read = 0;
            while (read < buffer.Length && _position < _length)
            {
                var (index, within) = ((int)(_position >> shift), (int)(_position & ((1 << shift) - 1)));
                // Sectors that follow each other are read in one go.
                var last = index;
                while (last + 1 < chain.Count && chain[last + 1] == chain[last] + 1 && ((long)(last + 1 - index) << shift) < buffer.Length - read)
                    last++;
                var reach = ((long)(last - index + 1) << shift) - within;
                var count = (int)Math.Min(Math.Min(buffer.Length - read, reach), _length - _position);
                source.Position = (((long)chain[index] + offset) << shift) + within;
                var got = source.ReadAtLeast(buffer.Slice(read, count), count, throwOnEndOfStream: false);
                read += got;
                _position += got;
                if (got < count)
                    break;
            }
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => _length + offset };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
