using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Search.Index.Local;

/// <summary>The vectors of one model: int8 records mapped into memory for scanning, and the exact floats beside them for rescoring.</summary>
/// <remarks>
/// Which slots are in use, and by which chunk, is told by SQLite; a slot that it does not name holds nothing. So a slot is
/// written and flushed before the transaction that names it commits, and a crash in between leaves nothing torn.
/// Not thread-safe; the owner's lock is.
/// </remarks>
internal sealed unsafe class VectorSegment : IDisposable
{
    private const int HeaderBytes = 4096;
    private const int SlotsPerGrowth = 4096;
    private static ReadOnlySpan<byte> Magic => "scaivec1"u8;

    private readonly SafeFileHandle _codesFile;
    private readonly SafeFileHandle _floatsFile;
    private readonly string _codesPath;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private byte* _codes;
    private int _mappedSlots;

    private VectorSegment(string model, int dimensions, string codesPath, SafeFileHandle codesFile, SafeFileHandle floatsFile) =>
        (Model, Dimensions, _codesPath, _codesFile, _floatsFile) = (model, dimensions, codesPath, codesFile, floatsFile);

    internal string Model { get; }

    internal int Dimensions { get; }

    /// <summary>By slot: the file's row, or 0 for an unused slot.</summary>
    internal int[] FileOf { get; private set; } = [];

    /// <summary>By slot: the chunk's position in its document.</summary>
    internal int[] ChunkOf { get; private set; } = [];

    /// <summary>By slot: the scale of its record.</summary>
    internal float[] ScaleOf { get; private set; } = [];

    /// <summary>One past the highest slot ever used.</summary>
    internal int Count { get; private set; }

    /// <summary>Slots free for reuse.</summary>
    internal Stack<int> Free { get; } = new();

    /// <summary>Creates the files of a new segment.</summary>
    internal static VectorSegment Create(string directory, int id, string model, int dimensions, Guid indexId)
    {
        var segment = OpenFiles(directory, id, model, dimensions, FileMode.Create);
        try
        {
            var header = HeaderOf(dimensions, indexId);
            RandomAccess.Write(segment._codesFile, header, 0);
            RandomAccess.Write(segment._floatsFile, header, 0);
            segment.Flush();
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Opens the files of a known segment.</summary>
    /// <exception cref="InvalidDataException">They are not the files this index wrote.</exception>
    internal static VectorSegment Open(string directory, int id, string model, int dimensions, Guid indexId, int slots)
    {
        var segment = OpenFiles(directory, id, model, dimensions, FileMode.Open);
        try
        {
            Check(segment._codesFile, dimensions, indexId, HeaderBytes + (long)slots * dimensions);
            Check(segment._floatsFile, dimensions, indexId, HeaderBytes + (long)slots * dimensions * sizeof(float));
            segment.Reserve(slots);
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Writes a vector, made one unit long, into a slot no reader looks at.</summary>
    /// <returns>The scale of its record.</returns>
    internal float Write(int slot, ReadOnlySpan<float> vector)
    {
        Span<float> unit = Dimensions <= 2048 ? stackalloc float[Dimensions] : new float[Dimensions];
        Normalise(vector, unit);
        Span<sbyte> codes = Dimensions <= 2048 ? stackalloc sbyte[Dimensions] : new sbyte[Dimensions];
        var scale = VectorScan.Quantise(unit, codes);
        RandomAccess.Write(_codesFile, MemoryMarshal.AsBytes(codes), HeaderBytes + (long)slot * Dimensions);
        RandomAccess.Write(_floatsFile, MemoryMarshal.AsBytes(unit), HeaderBytes + (long)slot * Dimensions * sizeof(float));
        return scale;
    }

    /// <summary>Makes everything written durable.</summary>
    internal void Flush()
    {
        RandomAccess.FlushToDisk(_codesFile);
        RandomAccess.FlushToDisk(_floatsFile);
    }

    /// <summary>Makes slots below <paramref name="slots"/> usable in the arrays and in the mapping. Under the owner's write lock.</summary>
    internal void Reserve(int slots)
    {
        if (slots > FileOf.Length)
        {
            var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(slots, SlotsPerGrowth));
            FileOf = Grown(FileOf, capacity);
            ChunkOf = Grown(ChunkOf, capacity);
            ScaleOf = Grown(ScaleOf, capacity);
        }

        if (slots > _mappedSlots)
            Map(FileOf.Length);
        Count = Math.Max(Count, slots);
    }

    /// <summary>Names the chunk in a slot; file 0 empties it. Under the owner's write lock.</summary>
    internal void Assign(int slot, int file, int chunk, float scale)
    {
        FileOf[slot] = file;
        ChunkOf[slot] = chunk;
        ScaleOf[slot] = scale;
    }

    /// <summary>The record of slot 0; the others follow. Valid under the owner's read lock.</summary>
    internal sbyte* Codes => (sbyte*)_codes + HeaderBytes;

    /// <summary>The record of a slot. Valid under the owner's read lock.</summary>
    internal ReadOnlySpan<sbyte> CodesOf(int slot) => new(_codes + HeaderBytes + (long)slot * Dimensions, Dimensions);

    /// <summary>The exact scalar products of a query and the vectors of some slots, in their order.</summary>
    internal float[] ExactDots(ReadOnlySpan<int> slots, ReadOnlyMemory<float> query)
    {
        var products = new float[slots.Length];
        var buffer = new float[Dimensions];
        for (var i = 0; i < slots.Length; i++)
            products[i] = ExactDot(slots[i], query.Span, buffer);
        return products;
    }

    /// <summary>Scales a vector to length one; zeros stay zeros.</summary>
    internal static void Normalise(ReadOnlySpan<float> vector, Span<float> unit)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (norm == 0 || !float.IsFinite(norm))
            unit.Clear();
        else
            TensorPrimitives.Divide(vector, norm, unit);
    }

    private float ExactDot(int slot, ReadOnlySpan<float> query, Span<float> buffer)
    {
        var bytes = MemoryMarshal.AsBytes(buffer);
        var offset = HeaderBytes + (long)slot * Dimensions * sizeof(float);
        var read = 0;
        while (read < bytes.Length)
        {
            var got = RandomAccess.Read(_floatsFile, bytes[read..], offset + read);
            if (got == 0)
                throw new InvalidDataException($"The vectors beside {_codesPath} are cut off.");
            read += got;
        }

        return TensorPrimitives.Dot(query, buffer);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Unmap();
        _codesFile.Dispose();
        _floatsFile.Dispose();
    }

    private static VectorSegment OpenFiles(string directory, int id, string model, int dimensions, FileMode mode)
    {
        var codesPath = Path.Combine(directory, $"vectors-{id}.i8");
        var codes = File.OpenHandle(codesPath, mode, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            var floats = File.OpenHandle(Path.Combine(directory, $"vectors-{id}.f32"), mode, FileAccess.ReadWrite, FileShare.ReadWrite);
            return new(model, dimensions, codesPath, codes, floats);
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    private static byte[] HeaderOf(int dimensions, Guid indexId)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), dimensions);
        indexId.TryWriteBytes(header.AsSpan(16));
        return header;
    }

    private static void Check(SafeFileHandle file, int dimensions, Guid indexId, long length)
    {
        var header = new byte[HeaderBytes];
        if (RandomAccess.Read(file, header, 0) != HeaderBytes || !header.AsSpan().SequenceEqual(HeaderOf(dimensions, indexId)))
            throw new InvalidDataException("A vector file belongs to another index.");
        if (RandomAccess.GetLength(file) < length)
            throw new InvalidDataException("A vector file is shorter than the index says.");
    }

    private static T[] Grown<T>(T[] array, int capacity)
    {
        var grown = new T[capacity];
        array.CopyTo(grown, 0);
        return grown;
    }

    // The mapping in use is given up only when the new one is there: growing may find no room.
    private void Map(int slots)
    {
        var length = HeaderBytes + (long)slots * Dimensions;
        // The mapping never reaches beyond the file, or reading it would kill the process.
        if (RandomAccess.GetLength(_codesFile) < length)
            RandomAccess.SetLength(_codesFile, length);
        var map = MemoryMappedFile.CreateFromFile(_codesFile, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor? view = null;
        byte* codes = null;
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref codes);
        }
        catch
        {
            view?.Dispose();
            map.Dispose();
            throw;
        }

        Unmap();
        (_map, _view, _mappedSlots) = (map, view, slots);
        _codes = codes;
    }

    private void Unmap()
    {
        if (_view is not null)
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
        _codes = null;
        (_view, _map, _mappedSlots) = (null, null, 0);
    }
}
