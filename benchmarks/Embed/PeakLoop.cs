using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ScaiDrive.Search.Embedding.Local;

namespace ScaiDrive.Bench.Embed;

/// <summary>
/// The highest rate of fused multiply-adds that one instruction set gives: independent sums in registers, no memory.
/// Sixteen sums for 512 bits, twelve for the others: more than the product of latency (4) and units (2) needs.
/// </summary>
internal abstract class PeakLoop
{
    // A tenth of a second: longer than a time slice, so that a busy machine slows this loop as much as what it is compared with.
    private const int Steps = 20_000_000;

    // Keeps the result alive, so that the loop cannot be left out.
    private static float sink;

    internal static PeakLoop For(InstructionSet instructions) => instructions switch
    {
        InstructionSet.Avx512 => new Loop512(),
        InstructionSet.Avx2 => new Loop256(),
        InstructionSet.Vector128 => new Loop128(),
        _ => new LoopScalar(),
    };

    /// <summary>Runs on some threads at the same time.</summary>
    /// <returns>10^9 operations per second and thread; a multiply-add is two.</returns>
    internal double Run(int threads)
    {
        var rates = new double[threads];
        var workers = rates.Select((_, i) => new Thread(() =>
        {
            var began = Stopwatch.GetTimestamp();
            sink += Measure(Steps, out var operations);
            rates[i] = operations / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e9;
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return rates.Average();
    }

    protected abstract float Measure(int steps, out double operations);

    private sealed class Loop512 : PeakLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override float Measure(int steps, out double operations)
        {
            var factor = Vector512.Create(0.999f);
            var term = Vector512.Create(0.001f);
            Vector512<float> a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term;
            Vector512<float> i = term, j = term, k = term, l = term, m = term, n = term, o = term, p = term;
            for (var step = 0; step < steps; step++)
            {
                a = Vector512.FusedMultiplyAdd(a, factor, term);
                b = Vector512.FusedMultiplyAdd(b, factor, term);
                c = Vector512.FusedMultiplyAdd(c, factor, term);
                d = Vector512.FusedMultiplyAdd(d, factor, term);
                e = Vector512.FusedMultiplyAdd(e, factor, term);
                f = Vector512.FusedMultiplyAdd(f, factor, term);
                g = Vector512.FusedMultiplyAdd(g, factor, term);
                h = Vector512.FusedMultiplyAdd(h, factor, term);
                i = Vector512.FusedMultiplyAdd(i, factor, term);
                j = Vector512.FusedMultiplyAdd(j, factor, term);
                k = Vector512.FusedMultiplyAdd(k, factor, term);
                l = Vector512.FusedMultiplyAdd(l, factor, term);
                m = Vector512.FusedMultiplyAdd(m, factor, term);
                n = Vector512.FusedMultiplyAdd(n, factor, term);
                o = Vector512.FusedMultiplyAdd(o, factor, term);
                p = Vector512.FusedMultiplyAdd(p, factor, term);
            }

            operations = 2.0 * 16 * 16 * steps;
            return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
        }
    }

    private sealed class Loop256 : PeakLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override float Measure(int steps, out double operations)
        {
            var factor = Vector256.Create(0.999f);
            var term = Vector256.Create(0.001f);
            Vector256<float> a = term, b = term, c = term, d = term, e = term, f = term;
            Vector256<float> g = term, h = term, i = term, j = term, k = term, l = term;
            for (var step = 0; step < steps; step++)
            {
                a = Vector256.FusedMultiplyAdd(a, factor, term);
                b = Vector256.FusedMultiplyAdd(b, factor, term);
                c = Vector256.FusedMultiplyAdd(c, factor, term);
                d = Vector256.FusedMultiplyAdd(d, factor, term);
                e = Vector256.FusedMultiplyAdd(e, factor, term);
                f = Vector256.FusedMultiplyAdd(f, factor, term);
                g = Vector256.FusedMultiplyAdd(g, factor, term);
                h = Vector256.FusedMultiplyAdd(h, factor, term);
                i = Vector256.FusedMultiplyAdd(i, factor, term);
                j = Vector256.FusedMultiplyAdd(j, factor, term);
                k = Vector256.FusedMultiplyAdd(k, factor, term);
                l = Vector256.FusedMultiplyAdd(l, factor, term);
            }

            operations = 2.0 * 8 * 12 * steps;
            return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }
    }

    private sealed class Loop128 : PeakLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override float Measure(int steps, out double operations)
        {
            var factor = Vector128.Create(0.999f);
            var term = Vector128.Create(0.001f);
            Vector128<float> a = term, b = term, c = term, d = term, e = term, f = term;
            Vector128<float> g = term, h = term, i = term, j = term, k = term, l = term;
            for (var step = 0; step < steps; step++)
            {
                a = Vector128.FusedMultiplyAdd(a, factor, term);
                b = Vector128.FusedMultiplyAdd(b, factor, term);
                c = Vector128.FusedMultiplyAdd(c, factor, term);
                d = Vector128.FusedMultiplyAdd(d, factor, term);
                e = Vector128.FusedMultiplyAdd(e, factor, term);
                f = Vector128.FusedMultiplyAdd(f, factor, term);
                g = Vector128.FusedMultiplyAdd(g, factor, term);
                h = Vector128.FusedMultiplyAdd(h, factor, term);
                i = Vector128.FusedMultiplyAdd(i, factor, term);
                j = Vector128.FusedMultiplyAdd(j, factor, term);
                k = Vector128.FusedMultiplyAdd(k, factor, term);
                l = Vector128.FusedMultiplyAdd(l, factor, term);
            }

            operations = 2.0 * 4 * 12 * steps;
            return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }
    }

    private sealed class LoopScalar : PeakLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override float Measure(int steps, out double operations)
        {
            const float Factor = 0.999f;
            const float Term = 0.001f;
            float a = Term, b = Term, c = Term, d = Term, e = Term, f = Term, g = Term, h = Term;
            for (var step = 0; step < steps; step++)
            {
                a = (a * Factor) + Term;
                b = (b * Factor) + Term;
                c = (c * Factor) + Term;
                d = (d * Factor) + Term;
                e = (e * Factor) + Term;
                f = (f * Factor) + Term;
                g = (g * Factor) + Term;
                h = (h * Factor) + Term;
            }

            operations = 2.0 * 8 * steps;
            return a + b + c + d + e + f + g + h;
        }
    }
}
