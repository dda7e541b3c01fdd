using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ScaiDrive.Search.Index.Local;

/// <summary>Compares quantised vectors: int8 with one scale each, so that value = scale * integer.</summary>
internal static class VectorScan
{
    /// <summary>Quantises a vector to integers in -127..127.</summary>
    /// <returns>The scale; 0 for a vector of zeros.</returns>
    internal static float Quantise(ReadOnlySpan<float> vector, Span<sbyte> quantised)
    {
        var largest = 0f;
        foreach (var value in vector)
            largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0 || !float.IsFinite(largest))
        {
            quantised[..vector.Length].Clear();
            return 0;
        }

        var scale = largest / 127;
        for (var i = 0; i < vector.Length; i++)
            quantised[i] = (sbyte)MathF.Round(vector[i] / scale);
        return scale;
    }

    /// <summary>The query's integers widened to 16 bits, as <see cref="Dot"/> wants them.</summary>
    internal static short[] Widen(ReadOnlySpan<sbyte> quantised)
    {
        var wide = new short[quantised.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = quantised[i];
        return wide;
    }

    /// <summary>The scalar product of a widened query and a record, of equal length. Exact: 127 * 127 * dimensions stays far below 2^31.</summary>
    internal static int Dot(ReadOnlySpan<short> query, ReadOnlySpan<sbyte> record)
    {
        ref var q = ref MemoryMarshal.GetReference(query);
        ref var r = ref MemoryMarshal.GetReference(record);
        var length = query.Length;
        var i = 0;
        var sum = 0;
        if (Avx512BW.IsSupported && length >= Vector512<short>.Count)
        {
            var (even, odd) = (Vector512<int>.Zero, Vector512<int>.Zero);
            for (; i + 2 * Vector512<short>.Count <= length; i += 2 * Vector512<short>.Count)
            {
                even += Avx512BW.MultiplyAddAdjacent(
                    Vector512.LoadUnsafe(ref q, (nuint)i), Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref r, (nuint)i)));
                odd += Avx512BW.MultiplyAddAdjacent(
                    Vector512.LoadUnsafe(ref q, (nuint)(i + 32)), Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref r, (nuint)(i + 32))));
            }

            sum = Vector512.Sum(even + odd);
        }
        else if (Avx2.IsSupported && length >= Vector256<short>.Count)
        {
            var (even, odd) = (Vector256<int>.Zero, Vector256<int>.Zero);
            for (; i + 2 * Vector256<short>.Count <= length; i += 2 * Vector256<short>.Count)
            {
                even += Avx2.MultiplyAddAdjacent(
                    Vector256.LoadUnsafe(ref q, (nuint)i), Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref r, (nuint)i)));
                odd += Avx2.MultiplyAddAdjacent(
                    Vector256.LoadUnsafe(ref q, (nuint)(i + 16)), Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref r, (nuint)(i + 16))));
            }

            sum = Vector256.Sum(even + odd);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            var total = Vector128<int>.Zero;
            for (; i + Vector128<sbyte>.Count <= length; i += Vector128<sbyte>.Count)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref r, (nuint)i));
                total += Products(Vector128.LoadUnsafe(ref q, (nuint)i), low) + Products(Vector128.LoadUnsafe(ref q, (nuint)(i + 8)), high);
            }

            sum = Vector128.Sum(total);
        }

        for (; i < length; i++)
            sum += Unsafe.Add(ref q, i) * Unsafe.Add(ref r, i);
        return sum;
    }

    private static Vector128<int> Products(Vector128<short> left, Vector128<short> right)
    {
        var (leftLow, leftHigh) = Vector128.Widen(left);
        var (rightLow, rightHigh) = Vector128.Widen(right);
        return leftLow * rightLow + leftHigh * rightHigh;
    }
}
