using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>What happens to a finished sum.</summary>
internal enum Finish
{
    /// <summary>It replaces what the target holds.</summary>
    Store,

    /// <summary>It is added to what the target holds.</summary>
    Add,

    /// <summary>It replaces what the target holds, or 0 does when it is negative.</summary>
    Rectify,
}

/// <summary>
/// Multiplies matrices tile by tile, the sums of a tile in registers over the whole depth (Goto and van de Geijn 2008,
/// "Anatomy of High-Performance Matrix Multiplication"). Rows come packed in tiles, columns in panels: for each step of
/// the depth the <see cref="TileRows"/> or <see cref="TileColumns"/> values stand side by side, so both are read
/// front to back.
/// </summary>
internal abstract unsafe class MatrixKernel
{
    /// <summary>Rows computed together.</summary>
    internal abstract int TileRows { get; }

    /// <summary>Columns computed together; every matrix here has a multiple of these, or is padded to one.</summary>
    internal abstract int TileColumns { get; }

    /// <summary>The kernel for an instruction set that this machine has.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine does not have it.</exception>
    internal static MatrixKernel For(InstructionSet instructions) => instructions switch
    {
        InstructionSet.Avx512 when Avx512F.IsSupported => new Avx512Kernel(),
        InstructionSet.Avx2 when Avx2.IsSupported && Fma.IsSupported => new Avx2Kernel(),
        InstructionSet.Vector128 when Vector128.IsHardwareAccelerated => new Vector128Kernel(),
        _ => throw new PlatformNotSupportedException($"This machine has no {instructions}."),
    };

    /// <summary>The widest instruction set of this machine.</summary>
    internal static InstructionSet Widest() =>
        Avx512F.IsSupported ? InstructionSet.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? InstructionSet.Avx2
        : Vector128.IsHardwareAccelerated ? InstructionSet.Vector128
        : InstructionSet.Scalar;

    /// <summary>Multiplies packed rows with one panel of columns.</summary>
    /// <param name="tiles">Packed rows: <paramref name="tileCount"/> tiles of <paramref name="depth"/> times <see cref="TileRows"/> values.</param>
    /// <param name="tileCount">Number of tiles.</param>
    /// <param name="panel">Packed columns: <paramref name="depth"/> times <see cref="TileColumns"/> values.</param>
    /// <param name="depth">Length of a row and of a column.</param>
    /// <param name="bias"><see cref="TileColumns"/> values that the sums start with.</param>
    /// <param name="target">First of the sums; every row of every tile is written, padding rows too.</param>
    /// <param name="stride">Values from one row of the target to the next.</param>
    /// <param name="finish">What happens to a sum.</param>
    internal abstract void MultiplyPanel(
        float* tiles, int tileCount, float* panel, int depth, float* bias, float* target, int stride, Finish finish);

    /// <summary>Multiplies packed rows with all panels of a matrix, panel after panel, so that a panel stays in the near cache.</summary>
    internal void Multiply(float* tiles, int tileCount, PackedMatrix matrix, float* target, int stride, Finish finish)
    {
        for (var column = 0; column < matrix.Columns; column += TileColumns)
        {
            MultiplyPanel(
                tiles, tileCount, matrix.Values.Pointer + ((long)column * matrix.Depth), matrix.Depth,
                matrix.Bias.Pointer + column, target + column, stride, finish);
        }
    }

    /// <summary>Tiles that hold a number of rows, the last one padded.</summary>
    internal int TilesOf(int rows) => (rows + TileRows - 1) / TileRows;
}
