using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// Multiplies rows that are mostly zeros with a weight matrix. Behind the rectifier of this model about one value in
/// fifteen is left (measured on prose: 0.059 to 0.072), so leaving the zeros out beats the dense product six times.
/// </summary>
internal sealed unsafe class SparseProduct
{
    // A block of the matrix, all its depth times 64 columns, stays in the second-level cache while all rows pass.
    private const int BlockColumns = 64;

    private readonly AlignedFloats values;
    private readonly AlignedFloats bias;
    private readonly int depth;

    /// <summary>Packs a [depth, columns] matrix, columns a multiple of 64.</summary>
    internal SparseProduct(ReadOnlySpan<float> matrix, ReadOnlySpan<float> bias)
    {
        var columns = bias.Length;
        depth = matrix.Length / columns;
        values = new AlignedFloats(matrix.Length);
        this.bias = new AlignedFloats(columns);
        bias.CopyTo(this.bias.Span);
        var target = values.Span;
        for (var column = 0; column < columns; column += BlockColumns)
        {
            for (var k = 0; k < depth; k++)
            {
                matrix.Slice((k * columns) + column, BlockColumns).CopyTo(target);
                target = target[BlockColumns..];
            }
        }
    }

    /// <summary>Adds the products and the bias to the target.</summary>
    /// <param name="source">Rows of no negative values. Destroyed: each row's positive values move to its front.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="target">Rows as long as the bias.</param>
    /// <param name="places">Scratch for as many integers as the source has values.</param>
    /// <param name="counts">Scratch for one integer per row.</param>
    /// <returns>Multiplications and additions done.</returns>
    internal long MultiplyAdd(float* source, int rows, float* target, int* places, int* counts)
    {
        long present = 0;
        for (var row = 0; row < rows; row++)
        {
            counts[row] = MoveToFront(source + ((long)row * depth), depth, places + ((long)row * depth));
            present += counts[row];
        }

        for (var column = 0; column < bias.Length; column += BlockColumns)
        {
            for (var row = 0; row < rows; row++)
            {
                AddBlock(
                    source + ((long)row * depth), places + ((long)row * depth), counts[row],
                    values.Pointer + ((long)column * depth), bias.Pointer + column, target + ((long)row * bias.Length) + column);
            }
        }

        return 2 * present * bias.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MoveToFront(float* row, int length, int* places)
    {
        var count = 0;
        for (var first = 0; first < length; first += Vector256<float>.Count)
        {
            var positive = Vector256.GreaterThan(Vector256.Load(row + first), Vector256<float>.Zero).ExtractMostSignificantBits();
            for (; positive != 0; positive &= positive - 1)
            {
                var k = first + BitOperations.TrailingZeroCount(positive);
                row[count] = row[k];
                places[count++] = k * BlockColumns;
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock(float* factors, int* places, int count, float* block, float* bias, float* target)
    {
        var s0 = Vector256.Load(target) + Vector256.Load(bias);
        var s1 = Vector256.Load(target + 8) + Vector256.Load(bias + 8);
        var s2 = Vector256.Load(target + 16) + Vector256.Load(bias + 16);
        var s3 = Vector256.Load(target + 24) + Vector256.Load(bias + 24);
        var s4 = Vector256.Load(target + 32) + Vector256.Load(bias + 32);
        var s5 = Vector256.Load(target + 40) + Vector256.Load(bias + 40);
        var s6 = Vector256.Load(target + 48) + Vector256.Load(bias + 48);
        var s7 = Vector256.Load(target + 56) + Vector256.Load(bias + 56);
        for (var i = 0; i < count; i++)
        {
            var factor = Vector256.Create(factors[i]);
            var weights = block + places[i];
            s0 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights), s0);
            s1 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 8), s1);
            s2 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 16), s2);
            s3 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 24), s3);
            s4 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 32), s4);
            s5 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 40), s5);
            s6 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 48), s6);
            s7 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + 56), s7);
        }

        s0.Store(target);
        s1.Store(target + 8);
        s2.Store(target + 16);
        s3.Store(target + 24);
        s4.Store(target + 32);
        s5.Store(target + 40);
        s6.Store(target + 48);
        s7.Store(target + 56);
    }
}
