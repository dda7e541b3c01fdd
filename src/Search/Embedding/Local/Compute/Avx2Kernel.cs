using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>Tiles of 6 rows and 16 columns: 12 of the 16 registers hold sums, two the panel, one a broadcast.</summary>
internal sealed unsafe class Avx2Kernel : MatrixKernel
{
    /// <inheritdoc />
    internal override int TileRows => 6;

    /// <inheritdoc />
    internal override int TileColumns => 16;

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void MultiplyPanel(
        float* tiles, int tileCount, float* panel, int depth, float* bias, float* target, int stride, Finish finish)
    {
        var bias0 = Vector256.Load(bias);
        var bias1 = Vector256.Load(bias + 8);
        for (var tile = 0; tile < tileCount; tile++)
        {
            var s0_0 = bias0; var s0_1 = bias1;
            var s1_0 = bias0; var s1_1 = bias1;
            var s2_0 = bias0; var s2_1 = bias1;
            var s3_0 = bias0; var s3_1 = bias1;
            var s4_0 = bias0; var s4_1 = bias1;
            var s5_0 = bias0; var s5_1 = bias1;
            var b = panel;
            for (var k = 0; k < depth; k++)
            {
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 8);
                var a0 = Vector256.Create(tiles[0]);
                s0_0 = Fma.MultiplyAdd(a0, b0, s0_0);
                s0_1 = Fma.MultiplyAdd(a0, b1, s0_1);
                var a1 = Vector256.Create(tiles[1]);
                s1_0 = Fma.MultiplyAdd(a1, b0, s1_0);
                s1_1 = Fma.MultiplyAdd(a1, b1, s1_1);
                var a2 = Vector256.Create(tiles[2]);
                s2_0 = Fma.MultiplyAdd(a2, b0, s2_0);
                s2_1 = Fma.MultiplyAdd(a2, b1, s2_1);
                var a3 = Vector256.Create(tiles[3]);
                s3_0 = Fma.MultiplyAdd(a3, b0, s3_0);
                s3_1 = Fma.MultiplyAdd(a3, b1, s3_1);
                var a4 = Vector256.Create(tiles[4]);
                s4_0 = Fma.MultiplyAdd(a4, b0, s4_0);
                s4_1 = Fma.MultiplyAdd(a4, b1, s4_1);
                var a5 = Vector256.Create(tiles[5]);
                s5_0 = Fma.MultiplyAdd(a5, b0, s5_0);
                s5_1 = Fma.MultiplyAdd(a5, b1, s5_1);
                tiles += 6;
                b += 16;
            }

            WriteRow(target, s0_0, s0_1, finish);
            WriteRow(target + stride, s1_0, s1_1, finish);
            WriteRow(target + (2 * stride), s2_0, s2_1, finish);
            WriteRow(target + (3 * stride), s3_0, s3_1, finish);
            WriteRow(target + (4 * stride), s4_0, s4_1, finish);
            WriteRow(target + (5 * stride), s5_0, s5_1, finish);
            target += 6 * stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteRow(float* row, Vector256<float> v0, Vector256<float> v1, Finish finish)
    {
        if (finish == Finish.Add)
        {
            v0 += Vector256.Load(row);
            v1 += Vector256.Load(row + 8);
        }
        else if (finish == Finish.Rectify)
        {
            v0 = Vector256.Max(v0, Vector256<float>.Zero);
            v1 = Vector256.Max(v1, Vector256<float>.Zero);
        }

        v0.Store(row);
        v1.Store(row + 8);
    }
}
