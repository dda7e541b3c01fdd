using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>What is done to rows between matrix products.</summary>
internal static unsafe class RowOperations
{
    /// <summary>
    /// Packs rows into tiles (see <see cref="MatrixKernel"/>), each value less its row's shift and times its row's
    /// scale. Rows missing in the last tile become zeros. No scales: as they are. No shifts: scaled only.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Pack(
        float* source, int stride, int rows, int depth, float* packed, int tileRows, float* shifts, float* scales)
    {
        for (; rows > 0; rows -= tileRows)
        {
            var present = Math.Min(rows, tileRows);
            var r = 0;
            for (; r + 4 <= present; r += 4)
            {
                var row0 = source + (r * stride);
                var row1 = row0 + stride;
                var row2 = row1 + stride;
                var row3 = row2 + stride;
                var target = packed + r;
                var k = 0;
                if (scales == null)
                {
                    for (; k + 4 <= depth; k += 4)
                    {
                        StoreTransposed(
                            Vector128.Load(row0 + k), Vector128.Load(row1 + k), Vector128.Load(row2 + k), Vector128.Load(row3 + k),
                            target, tileRows);
                        target += 4 * tileRows;
                    }
                }
                else
                {
                    var shift0 = Vector128.Create(shifts == null ? 0 : shifts[r]);
                    var shift1 = Vector128.Create(shifts == null ? 0 : shifts[r + 1]);
                    var shift2 = Vector128.Create(shifts == null ? 0 : shifts[r + 2]);
                    var shift3 = Vector128.Create(shifts == null ? 0 : shifts[r + 3]);
                    var scale0 = Vector128.Create(scales[r]);
                    var scale1 = Vector128.Create(scales[r + 1]);
                    var scale2 = Vector128.Create(scales[r + 2]);
                    var scale3 = Vector128.Create(scales[r + 3]);
                    for (; k + 4 <= depth; k += 4)
                    {
                        StoreTransposed(
                            (Vector128.Load(row0 + k) - shift0) * scale0, (Vector128.Load(row1 + k) - shift1) * scale1,
                            (Vector128.Load(row2 + k) - shift2) * scale2, (Vector128.Load(row3 + k) - shift3) * scale3,
                            target, tileRows);
                        target += 4 * tileRows;
                    }
                }

                for (; k < depth; k++)
                {
                    for (var i = 0; i < 4; i++)
                        target[i] = Adjusted(row0[(i * stride) + k], r + i, shifts, scales);
                    target += tileRows;
                }
            }

            for (; r < present; r++)
            {
                for (var k = 0; k < depth; k++)
                    packed[(k * tileRows) + r] = Adjusted(source[(r * stride) + k], r, shifts, scales);
            }

            for (; r < tileRows; r++)
            {
                for (var k = 0; k < depth; k++)
                    packed[(k * tileRows) + r] = 0;
            }

            source += tileRows * stride;
            packed += tileRows * depth;
            shifts = shifts == null ? null : shifts + tileRows;
            scales = scales == null ? null : scales + tileRows;
        }
    }

    /// <summary>The mean of each row, and one over its standard deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Moments(float* source, int rows, int width, float* means, float* scales)
    {
        for (var row = 0; row < rows; row++)
        {
            var values = source + (row * width);
            var sum0 = Vector<float>.Zero;
            var sum1 = Vector<float>.Zero;
            for (var i = 0; i < width; i += 2 * Vector<float>.Count)
            {
                sum0 += Vector.Load(values + i);
                sum1 += Vector.Load(values + i + Vector<float>.Count);
            }

            var mean = Vector.Sum(sum0 + sum1) / width;
            var means0 = new Vector<float>(mean);
            sum0 = sum1 = Vector<float>.Zero;
            for (var i = 0; i < width; i += 2 * Vector<float>.Count)
            {
                var difference0 = Vector.Load(values + i) - means0;
                var difference1 = Vector.Load(values + i + Vector<float>.Count) - means0;
                sum0 += difference0 * difference0;
                sum1 += difference1 * difference1;
            }

            means[row] = mean;
            scales[row] = 1 / MathF.Sqrt((Vector.Sum(sum0 + sum1) / width) + ModelTensors.NormEpsilon);
        }
    }

    /// <summary>Adds two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sum(float* left, float* right, int width, float* sum)
    {
        for (var i = 0; i < width; i += Vector<float>.Count)
            (Vector.Load(left + i) + Vector.Load(right + i)).Store(sum + i);
    }

    /// <summary>Adds two rows, scales the sum, and adds a third.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ScaledSum(float* left, float* right, float scale, float* bias, int width, float* sum)
    {
        var scales = new Vector<float>(scale);
        for (var i = 0; i < width; i += Vector<float>.Count)
            (((Vector.Load(left + i) + Vector.Load(right + i)) * scales) + Vector.Load(bias + i)).Store(sum + i);
    }

    /// <summary>Replaces each value by its exponential relative to the row's largest, and gives one over each row's sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Exponentials(float* source, int stride, int rows, int width, float* scales)
    {
        for (var row = 0; row < rows; row++)
        {
            var values = source + (row * stride);
            var largest = new Vector<float>(float.NegativeInfinity);
            var i = 0;
            for (; i + Vector<float>.Count <= width; i += Vector<float>.Count)
                largest = Vector.Max(largest, Vector.Load(values + i));
            var shift = float.NegativeInfinity;
            for (var lane = 0; lane < Vector<float>.Count; lane++)
                shift = MathF.Max(shift, largest[lane]);
            for (; i < width; i++)
                shift = MathF.Max(shift, values[i]);

            var shifts = new Vector<float>(shift);
            var sums = Vector<float>.Zero;
            for (i = 0; i + Vector<float>.Count <= width; i += Vector<float>.Count)
            {
                var power = Exponential(Vector.Load(values + i) - shifts);
                power.Store(values + i);
                sums += power;
            }

            var sum = Vector.Sum(sums);
            for (; i < width; i++)
            {
                values[i] = MathF.Exp(values[i] - shift);
                sum += values[i];
            }

            scales[row] = 1 / sum;
        }
    }

    /// <summary>Copies a strip of columns, a multiple of 8, so that its rows stand one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CopyStrip(float* source, int stride, int rows, int columns, float* target)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < columns; i += Vector256<float>.Count)
                Vector256.Load(source + i).Store(target + i);
            source += stride;
            target += columns;
        }
    }

    /// <summary>The mean of some rows. Zeros when there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Mean(float* source, int rows, int width, float* mean)
    {
        new Span<float>(mean, width).Clear();
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < width; i += Vector<float>.Count)
                (Vector.Load(mean + i) + Vector.Load(source + (row * width) + i)).Store(mean + i);
        }

        for (var i = 0; rows > 0 && i < width; i++)
            mean[i] /= rows;
    }

    private static float Adjusted(float value, int row, float* shifts, float* scales) =>
        scales == null ? value : (value - (shifts == null ? 0 : shifts[row])) * scales[row];

    /// <summary>The exponential of values that are not positive, to about one unit in the last place.</summary>
    /// <remarks>
    /// e^x = 2^n e^r with n = round(x / ln 2), so |r| is at most ln 2 / 2, where the Taylor series to the sixth power is
    /// off by less than 1.3e-7. Below -87 the result would lose its exponent; there it stays at e^-87, about 1.6e-38.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Exponential(Vector<float> x)
    {
        // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits of the sum.
        const float Rounder = 12582912;

        // ln 2 in two parts; the first has few enough bits that n times it is exact.
        const float Ln2High = 0.693359375f;
        const float Ln2Low = -2.12194440e-4f;

        x = Vector.Max(x, new Vector<float>(-87));
        var rounded = Vector.MultiplyAddEstimate(x, new Vector<float>(1.44269504f), new Vector<float>(Rounder));
        var n = rounded - new Vector<float>(Rounder);
        var r = Vector.MultiplyAddEstimate(n, new Vector<float>(-Ln2High), x);
        r = Vector.MultiplyAddEstimate(n, new Vector<float>(-Ln2Low), r);
        var series = Vector.MultiplyAddEstimate(r, new Vector<float>(1f / 720), new Vector<float>(1f / 120));
        series = Vector.MultiplyAddEstimate(series, r, new Vector<float>(1f / 24));
        series = Vector.MultiplyAddEstimate(series, r, new Vector<float>(1f / 6));
        series = Vector.MultiplyAddEstimate(series, r, new Vector<float>(0.5f));
        series = Vector.MultiplyAddEstimate(series, r, Vector<float>.One);
        series = Vector.MultiplyAddEstimate(series, r, Vector<float>.One);
        return Vector.AsVectorSingle(Vector.AsVectorInt32(series) + (Vector.AsVectorInt32(rounded) << 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTransposed(
        Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3, float* target, int stride)
    {
        Transpose(row0, row1, row2, row3, out var column0, out var column1, out var column2, out var column3);
        column0.Store(target);
        column1.Store(target + stride);
        column2.Store(target + (2 * stride));
        column3.Store(target + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3,
        out Vector128<float> column0, out Vector128<float> column1, out Vector128<float> column2, out Vector128<float> column3)
    {
        if (Sse.IsSupported)
        {
            var low01 = Sse.UnpackLow(row0, row1);
            var low23 = Sse.UnpackLow(row2, row3);
            var high01 = Sse.UnpackHigh(row0, row1);
            var high23 = Sse.UnpackHigh(row2, row3);
            column0 = Sse.MoveLowToHigh(low01, low23);
            column1 = Sse.MoveHighToLow(low23, low01);
            column2 = Sse.MoveLowToHigh(high01, high23);
            column3 = Sse.MoveHighToLow(high23, high01);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            var low02 = AdvSimd.Arm64.ZipLow(row0, row2);
            var low13 = AdvSimd.Arm64.ZipLow(row1, row3);
            var high02 = AdvSimd.Arm64.ZipHigh(row0, row2);
            var high13 = AdvSimd.Arm64.ZipHigh(row1, row3);
            column0 = AdvSimd.Arm64.ZipLow(low02, low13);
            column1 = AdvSimd.Arm64.ZipHigh(low02, low13);
            column2 = AdvSimd.Arm64.ZipLow(high02, high13);
            column3 = AdvSimd.Arm64.ZipHigh(high02, high13);
        }
        else
        {
            column0 = Vector128.Create(row0[0], row1[0], row2[0], row3[0]);
            column1 = Vector128.Create(row0[1], row1[1], row2[1], row3[1]);
            column2 = Vector128.Create(row0[2], row1[2], row2[2], row3[2]);
            column3 = Vector128.Create(row0[3], row1[3], row2[3], row3[3]);
        }
    }
}
