using System.Buffers;
using System.Text;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>Reads a text slice by slice in Unicode normalisation form KC, so that a long text needs little memory.</summary>
/// <remarks>
/// The slices joined are the normalised text: each ends before a character that is a starter and never combines with
/// what stands before it (UAX #15, "stable code points" at the left). Unpaired surrogates and U+FFFE stay as they are.
/// Letters that the platform's ICU may be too old to know (<see cref="YoungLetters"/>) are normalised here.
/// </remarks>
internal ref struct NormalizedText(ReadOnlySpan<char> text)
{
    private const int ShortestSlice = 1024;

    private ReadOnlySpan<char> rest = text;
    private char[]? buffer;

    /// <summary>Takes the next slice; valid until the next call. False at the end of the text.</summary>
    internal bool TryRead(out ReadOnlySpan<char> slice)
    {
        if (rest.IsEmpty)
        {
            slice = default;
            return false;
        }

        var end = Math.Min(ShortestSlice, rest.Length);
        while (end < rest.Length && !StartsAnew(rest[end]))
            end++;
        var source = rest[..end];
        rest = rest[end..];
        slice = Ascii.IsValid(source) ? source : Normalize(source);
        return true;
    }

    public void Dispose()
    {
        if (buffer is not null)
            ArrayPool<char>.Shared.Return(buffer);
        buffer = null;
    }

    // Below U+0300 nothing combines to the left; the unified ideographs neither decompose nor combine.
    private static bool StartsAnew(char character) => character is < '\u0300' or (>= '\u4E00' and <= '\u9FFF');

    private ReadOnlySpan<char> Normalize(ReadOnlySpan<char> source)
    {
        if (YoungLetters.AreIn(source))
            source = YoungLetters.Normalize(source);
        buffer ??= ArrayPool<char>.Shared.Rent(4 * source.Length);
        var written = 0;
        while (!source.IsEmpty)
        {
            // The platform refuses unpaired surrogates and U+FFFE; they are starters of their own, so the text may be cut at them.
            var valid = AcceptedLength(source);
            int length;
            while (!source[..valid].TryNormalize(buffer.AsSpan(written), out length, NormalizationForm.FormKC))
                Grow(written);
            written += length;
            source = source[valid..];
            if (source.IsEmpty)
                break;
            if (written == buffer.Length)
                Grow(written);
            buffer[written++] = source[0];
            source = source[1..];
        }

        return buffer.AsSpan(0, written);
    }

    private static int AcceptedLength(ReadOnlySpan<char> source)
    {
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '\uFFFE')
                return i;
            if (!char.IsSurrogate(source[i]))
                continue;
            if (i + 1 == source.Length || !char.IsSurrogatePair(source[i], source[i + 1]))
                return i;
            i++;
        }

        return source.Length;
    }

    private void Grow(int used)
    {
        var larger = ArrayPool<char>.Shared.Rent(2 * buffer!.Length);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<char>.Shared.Return(buffer);
        buffer = larger;
    }
}
