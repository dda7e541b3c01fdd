namespace ScaiDrive.Search.Embedding.Local;

/// <summary>Floats at a fixed address that is a multiple of a cache line. The garbage collector owns the memory but does not move it.</summary>
internal sealed unsafe class AlignedFloats
{
    private const int CacheLine = 64;

    // Kept so that the array lives as long as the address is in use.
    private readonly float[] array;

    /// <summary>Allocates zeros.</summary>
    internal AlignedFloats(int length)
    {
        array = GC.AllocateArray<float>(length + (CacheLine / sizeof(float)), pinned: true);
        fixed (float* first = array)
            Pointer = (float*)(((nuint)first + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        Length = length;
    }

    /// <summary>The first value. Valid while this object is reachable.</summary>
    internal float* Pointer { get; }

    /// <summary>Number of values.</summary>
    internal int Length { get; }

    /// <summary>All values.</summary>
    internal Span<float> Span => new(Pointer, Length);
}
