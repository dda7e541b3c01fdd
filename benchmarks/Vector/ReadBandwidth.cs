using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ScaiDrive.Bench.Vector;

/// <summary>How fast one thread reads memory front to back: four independent sums, nothing else.</summary>
internal static unsafe class ReadBandwidth
{
    // Keeps the result alive, so that the loop cannot be left out.
    private static long sink;

    /// <summary>The best of some passes over the same bytes that a search reads, 10^9 bytes a second.</summary>
    internal static double Best(ReadOnlySpan<sbyte> first, long bytes, int passes)
    {
        var best = 0.0;
        fixed (sbyte* start = first)
        {
            for (var pass = 0; pass < passes; pass++)
            {
                var began = Stopwatch.GetTimestamp();
                sink += Vector512.IsHardwareAccelerated ? Sum512(start, bytes) : Sum256(start, bytes);
                best = Math.Max(best, bytes / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e9);
            }
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum512(sbyte* at, long bytes)
    {
        var (a, b, c, d) = (Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero);
        for (var end = at + bytes - 256; at <= end; at += 256)
        {
            a += Vector512.Load((long*)at);
            b += Vector512.Load((long*)(at + 64));
            c += Vector512.Load((long*)(at + 128));
            d += Vector512.Load((long*)(at + 192));
        }

        return Vector512.Sum(a + b + c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum256(sbyte* at, long bytes)
    {
        var (a, b, c, d) = (Vector256<long>.Zero, Vector256<long>.Zero, Vector256<long>.Zero, Vector256<long>.Zero);
        for (var end = at + bytes - 128; at <= end; at += 128)
        {
            a += Vector256.Load((long*)at);
            b += Vector256.Load((long*)(at + 32));
            c += Vector256.Load((long*)(at + 64));
            d += Vector256.Load((long*)(at + 96));
        }

        return Vector256.Sum(a + b + c + d);
    }
}
