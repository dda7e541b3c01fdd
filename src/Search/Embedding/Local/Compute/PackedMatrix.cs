namespace ScaiDrive.Search.Embedding.Local;

/// <summary>The columns of a weight matrix in the panels of a <see cref="MatrixKernel"/>, with the bias of each column.</summary>
internal sealed class PackedMatrix
{
    private PackedMatrix(int depth, int columns)
    {
        Depth = depth;
        Columns = columns;
        Values = new AlignedFloats(depth * columns);
        Bias = new AlignedFloats(columns);
    }

    /// <summary>Length of a column.</summary>
    internal int Depth { get; }

    /// <summary>Number of columns, a multiple of the kernel's.</summary>
    internal int Columns { get; }

    /// <summary>Panel after panel; in a panel, for each step of the depth, one value of each column.</summary>
    internal AlignedFloats Values { get; }

    /// <summary>One value per column.</summary>
    internal AlignedFloats Bias { get; }

    /// <summary>Packs a [depth, columns] matrix.</summary>
    internal static PackedMatrix Pack(MatrixKernel kernel, ReadOnlySpan<float> matrix, ReadOnlySpan<float> bias)
    {
        var columns = bias.Length;
        var packed = new PackedMatrix(matrix.Length / columns, columns);
        bias.CopyTo(packed.Bias.Span);
        var target = packed.Values.Span;
        for (var column = 0; column < columns; column += kernel.TileColumns)
        {
            for (var k = 0; k < packed.Depth; k++)
            {
                matrix.Slice((k * columns) + column, kernel.TileColumns).CopyTo(target);
                target = target[kernel.TileColumns..];
            }
        }

        return packed;
    }
}
