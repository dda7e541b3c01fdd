using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ScaiDrive.Search.Index.Local;

/// <summary>A query in integers, as records are compared with it: value = scale * integer.</summary>
/// <param name="Codes">The integers; see <see cref="VectorScan.QuantiseQuery"/>.</param>
/// <param name="Scale">0 for a query of zeros.</param>
/// <param name="Sum">Of the integers.</param>
internal sealed record QueryCodes(sbyte[] Codes, float Scale, int Sum);

/// <summary>Compares quantised vectors: int8 with one scale each, so that value = scale * integer.</summary>
/// <remarks>
/// The instructions that multiply bytes take one side without sign, so a record's integers are read as 128 more than they
/// are (one bit flipped) and 128 times the query's sum is taken off in the end. They add two products into 16 bits, which
/// is exact because neighbours in a query stay below 128 together. Widening both sides to 16 bits first costs a third more
/// (9.6 against 7.0 ns for 512 values in the near cache).
/// </remarks>
internal static unsafe class VectorScan
{
    private const int Largest = 127;

    /// <summary>Records asked of memory ahead of the one at work: 12 KB at 512 values, which is memory's latency times its speed.</summary>
    internal const int Ahead = 24;

    /// <summary>Behind so many adjacent records the processor reads ahead by itself, and better.</summary>
    private const int Stream = 32;

    private const int CacheLine = 64;

    /// <summary>Multiplies a query with records. See <see cref="Products"/>.</summary>
    internal delegate void Path(QueryCodes query, sbyte* records, ReadOnlySpan<int> slots, Span<int> products);

    /// <summary>Every way of multiplying that this machine has, by name; all give the same.</summary>
    internal static IReadOnlyDictionary<string, Path> Paths { get; } = new (string Name, bool IsSupported, Path Path)[]
    {
        ("scalar", true, Scalar),
        ("vector128", Vector128.IsHardwareAccelerated, Products128),
        ("avx2", Avx2.IsSupported, Products256),
        ("avx512", Avx512BW.IsSupported, Products512),
    }.Where(path => path.IsSupported).ToDictionary(path => path.Name, path => path.Path, StringComparer.Ordinal);

    /// <summary>Quantises a vector to integers in -127..127.</summary>
    /// <returns>The scale; 0 for a vector of zeros.</returns>
    internal static float Quantise(ReadOnlySpan<float> vector, Span<sbyte> quantised)
    {
        var largest = 0f;
        foreach (var value in vector)
            largest = MathF.Max(largest, MathF.Abs(value));
        return Quantise(vector, quantised, largest);
    }

    /// <summary>Quantises a query: of neighbours (first and second, third and fourth, ...) the magnitudes are at most 128 together.</summary>
    internal static QueryCodes QuantiseQuery(ReadOnlySpan<float> vector)
    {
        var largest = 0f;
        for (var i = 0; i < vector.Length; i += 2)
            largest = MathF.Max(largest, MathF.Abs(vector[i]) + (i + 1 < vector.Length ? MathF.Abs(vector[i + 1]) : 0));
        var codes = new sbyte[vector.Length];
        var scale = Quantise(vector, codes, largest);
        return new(codes, scale, codes.Sum(code => code));
    }

    /// <summary>The scalar products of a query and records that stand one after the other. Exact.</summary>
    /// <param name="query">The query; its length is that of a record.</param>
    /// <param name="records">The record of slot 0.</param>
    /// <param name="slots">Which records, in rising order; those beyond the length of <paramref name="products"/> are only brought near.</param>
    /// <param name="products">Takes one product for each of the first slots.</param>
    internal static void Products(QueryCodes query, sbyte* records, ReadOnlySpan<int> slots, Span<int> products)
    {
        if (Avx512BW.IsSupported)
            Products512(query, records, slots, products);
        else if (Avx2.IsSupported)
            Products256(query, records, slots, products);
        else if (Vector128.IsHardwareAccelerated)
            Products128(query, records, slots, products);
        else
            Scalar(query, records, slots, products);
    }

    private static float Quantise(ReadOnlySpan<float> vector, Span<sbyte> quantised, float largest)
    {
        if (largest == 0 || !float.IsFinite(largest))
        {
            quantised[..vector.Length].Clear();
            return 0;
        }

        var scale = largest / Largest;
        for (var i = 0; i < vector.Length; i++)
            quantised[i] = (sbyte)MathF.Round(vector[i] / scale);
        return scale;
    }

    // The definition.
    private static void Scalar(QueryCodes query, sbyte* records, ReadOnlySpan<int> slots, Span<int> products)
    {
        for (var i = 0; i < products.Length; i++)
        {
            var record = records + ((long)slots[i] * query.Codes.Length);
            products[i] = 0;
            for (var k = 0; k < query.Codes.Length; k++)
                products[i] += query.Codes[k] * record[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products512(QueryCodes query, sbyte* records, ReadOnlySpan<int> slots, Span<int> products)
    {
        var flip = Vector512.Create((byte)128);
        var ones = Vector512.Create((short)1);
        var length = query.Codes.Length;
        var (count, known, offset) = (products.Length, slots.Length, 128 * query.Sum);
        fixed (sbyte* codes = query.Codes)
        fixed (int* slot = slots, product = products)
        {
            for (var i = 0; i < count; i++)
            {
                BringNear(records, slot, i + Ahead, known, length);
                var record = (byte*)records + ((long)slot[i] * length);
                var (even, odd) = (Vector512<int>.Zero, Vector512<int>.Zero);
                var k = 0;
                for (; k + 128 <= length; k += 128)
                {
                    even += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Load(record + k) ^ flip, Vector512.Load(codes + k)), ones);
                    odd += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Load(record + k + 64) ^ flip, Vector512.Load(codes + k + 64)), ones);
                }

                for (; k + 64 <= length; k += 64)
                    even += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Load(record + k) ^ flip, Vector512.Load(codes + k)), ones);
                product[i] = Vector512.Sum(even + odd) + Rest(codes, record, k, length) - offset;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products256(QueryCodes query, sbyte* records, ReadOnlySpan<int> slots, Span<int> products)
    {
        var flip = Vector256.Create((byte)128);
        var ones = Vector256.Create((short)1);
        var length = query.Codes.Length;
        var (count, known, offset) = (products.Length, slots.Length, 128 * query.Sum);
        fixed (sbyte* codes = query.Codes)
        fixed (int* slot = slots, product = products)
        {
            for (var i = 0; i < count; i++)
            {
                BringNear(records, slot, i + Ahead, known, length);
                var record = (byte*)records + ((long)slot[i] * length);
                var (even, odd) = (Vector256<int>.Zero, Vector256<int>.Zero);
                var k = 0;
                for (; k + 64 <= length; k += 64)
                {
                    even += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Load(record + k) ^ flip, Vector256.Load(codes + k)), ones);
                    odd += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Load(record + k + 32) ^ flip, Vector256.Load(codes + k + 32)), ones);
                }

                for (; k + 32 <= length; k += 32)
                    even += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Load(record + k) ^ flip, Vector256.Load(codes + k)), ones);
                product[i] = Vector256.Sum(even + odd) + Rest(codes, record, k, length) - offset;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products128(QueryCodes query, sbyte* records, ReadOnlySpan<int> slots, Span<int> products)
    {
        var length = query.Codes.Length;
        var (count, known) = (products.Length, slots.Length);
        fixed (sbyte* codes = query.Codes)
        fixed (int* slot = slots, product = products)
        {
            for (var i = 0; i < count; i++)
            {
                BringNear(records, slot, i + Ahead, known, length);
                var record = records + ((long)slot[i] * length);
                var sums = Vector128<int>.Zero;
                var k = 0;
                for (; k + 16 <= length; k += 16)
                {
                    // A product of two integers below 128 fits into 16 bits.
                    var (low, high) = Vector128.Widen(Vector128.Load(record + k));
                    var (queryLow, queryHigh) = Vector128.Widen(Vector128.Load(codes + k));
                    var (first, second) = Vector128.Widen(low * queryLow);
                    var (third, fourth) = Vector128.Widen(high * queryHigh);
                    sums += first + second + (third + fourth);
                }

                product[i] = Vector128.Sum(sums);
                for (; k < length; k++)
                    product[i] += codes[k] * record[k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rest(sbyte* codes, byte* record, int from, int length)
    {
        var sum = 0;
        for (; from < length; from++)
            sum += codes[from] * (record[from] ^ 128);
        return sum;
    }

    // Into the second-level cache: only so are more lines on their way at a time than the first level can wait for (half of
    // the files in runs of ten records: 16 against 26 ms a million).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BringNear(sbyte* records, int* slots, int index, int known, int length)
    {
        if (!Sse.IsSupported || index >= known || (index >= Stream && slots[index] - slots[index - Stream] == Stream))
            return;
        var record = records + ((long)slots[index] * length);
        for (var k = 0; k < length; k += CacheLine)
            Sse.Prefetch1(record + k);
    }
}
