using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>Tiles of 12 rows and 32 columns: 24 of the 32 registers hold sums, two the panel, the rest broadcasts.</summary>
internal sealed unsafe class Avx512Kernel : MatrixKernel
{
    /// <inheritdoc />
    internal override int TileRows => 12;

    /// <inheritdoc />
    internal override int TileColumns => 32;

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void MultiplyPanel(
        float* tiles, int tileCount, float* panel, int depth, float* bias, float* target, int stride, Finish finish)
    {
        var bias0 = Vector512.Load(bias);
        var bias1 = Vector512.Load(bias + 16);
        for (var tile = 0; tile < tileCount; tile++)
        {
            var s0_0 = bias0; var s0_1 = bias1;
            var s1_0 = bias0; var s1_1 = bias1;
            var s2_0 = bias0; var s2_1 = bias1;
            var s3_0 = bias0; var s3_1 = bias1;
            var s4_0 = bias0; var s4_1 = bias1;
            var s5_0 = bias0; var s5_1 = bias1;
            var s6_0 = bias0; var s6_1 = bias1;
            var s7_0 = bias0; var s7_1 = bias1;
            var s8_0 = bias0; var s8_1 = bias1;
            var s9_0 = bias0; var s9_1 = bias1;
            var s10_0 = bias0; var s10_1 = bias1;
            var s11_0 = bias0; var s11_1 = bias1;
            var b = panel;
            for (var k = 0; k < depth; k++)
            {
                var b0 = Vector512.Load(b);
                var b1 = Vector512.Load(b + 16);
                var a0 = Vector512.Create(tiles[0]);
                s0_0 = Avx512F.FusedMultiplyAdd(a0, b0, s0_0);
                s0_1 = Avx512F.FusedMultiplyAdd(a0, b1, s0_1);
                var a1 = Vector512.Create(tiles[1]);
                s1_0 = Avx512F.FusedMultiplyAdd(a1, b0, s1_0);
                s1_1 = Avx512F.FusedMultiplyAdd(a1, b1, s1_1);
                var a2 = Vector512.Create(tiles[2]);
                s2_0 = Avx512F.FusedMultiplyAdd(a2, b0, s2_0);
                s2_1 = Avx512F.FusedMultiplyAdd(a2, b1, s2_1);
                var a3 = Vector512.Create(tiles[3]);
                s3_0 = Avx512F.FusedMultiplyAdd(a3, b0, s3_0);
                s3_1 = Avx512F.FusedMultiplyAdd(a3, b1, s3_1);
                var a4 = Vector512.Create(tiles[4]);
                s4_0 = Avx512F.FusedMultiplyAdd(a4, b0, s4_0);
                s4_1 = Avx512F.FusedMultiplyAdd(a4, b1, s4_1);
                var a5 = Vector512.Create(tiles[5]);
                s5_0 = Avx512F.FusedMultiplyAdd(a5, b0, s5_0);
                s5_1 = Avx512F.FusedMultiplyAdd(a5, b1, s5_1);
                var a6 = Vector512.Create(tiles[6]);
                s6_0 = Avx512F.FusedMultiplyAdd(a6, b0, s6_0);
                s6_1 = Avx512F.FusedMultiplyAdd(a6, b1, s6_1);
                var a7 = Vector512.Create(tiles[7]);
                s7_0 = Avx512F.FusedMultiplyAdd(a7, b0, s7_0);
                s7_1 = Avx512F.FusedMultiplyAdd(a7, b1, s7_1);
                var a8 = Vector512.Create(tiles[8]);
                s8_0 = Avx512F.FusedMultiplyAdd(a8, b0, s8_0);
                s8_1 = Avx512F.FusedMultiplyAdd(a8, b1, s8_1);
                var a9 = Vector512.Create(tiles[9]);
                s9_0 = Avx512F.FusedMultiplyAdd(a9, b0, s9_0);
                s9_1 = Avx512F.FusedMultiplyAdd(a9, b1, s9_1);
                var a10 = Vector512.Create(tiles[10]);
                s10_0 = Avx512F.FusedMultiplyAdd(a10, b0, s10_0);
                s10_1 = Avx512F.FusedMultiplyAdd(a10, b1, s10_1);
                var a11 = Vector512.Create(tiles[11]);
                s11_0 = Avx512F.FusedMultiplyAdd(a11, b0, s11_0);
                s11_1 = Avx512F.FusedMultiplyAdd(a11, b1, s11_1);
                tiles += 12;
                b += 32;
            }

            WriteRow(target, s0_0, s0_1, finish);
            WriteRow(target + stride, s1_0, s1_1, finish);
            WriteRow(target + (2 * stride), s2_0, s2_1, finish);
            WriteRow(target + (3 * stride), s3_0, s3_1, finish);
            WriteRow(target + (4 * stride), s4_0, s4_1, finish);
            WriteRow(target + (5 * stride), s5_0, s5_1, finish);
            WriteRow(target + (6 * stride), s6_0, s6_1, finish);
            WriteRow(target + (7 * stride), s7_0, s7_1, finish);
            WriteRow(target + (8 * stride), s8_0, s8_1, finish);
            WriteRow(target + (9 * stride), s9_0, s9_1, finish);
            WriteRow(target + (10 * stride), s10_0, s10_1, finish);
            WriteRow(target + (11 * stride), s11_0, s11_1, finish);
            target += 12 * stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteRow(float* row, Vector512<float> v0, Vector512<float> v1, Finish finish)
    {
        if (finish == Finish.Add)
        {
            v0 += Vector512.Load(row);
            v1 += Vector512.Load(row + 16);
        }
        else if (finish == Finish.Rectify)
        {
            v0 = Vector512.Max(v0, Vector512<float>.Zero);
            v1 = Vector512.Max(v1, Vector512<float>.Zero);
        }

        v0.Store(row);
        v1.Store(row + 16);
    }
}
