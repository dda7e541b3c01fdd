using System.Buffers;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// Cuts a text into the pieces of the model's vocabulary: the cut with the highest sum of log probabilities, found by
/// dynamic programming from left to right (Kudo 2018, "Subword Regularization", the unigram model).
/// </summary>
/// <remarks>
/// Gives the ids that the published JavaScript tokenizer of this model gives, its ways included, because the weights
/// are used with them: form KC first; every space becomes U+2581, and one more stands before the text; a code point
/// outside the vocabulary is id 0 with score 0, runs of them are one token; a position that no piece ends at counts as
/// such a code point; a sum of exactly 0 counts as "not reached yet"; of equal sums the later start wins. Tabs and line
/// ends are code points outside the vocabulary.
/// Memory does not grow with the text: as soon as all best paths share a prefix, that prefix is decided and dropped.
/// </remarks>
internal sealed class SubwordTokenizer
{
    private const int ReservedIds = 6;
    private const char Separator = '\u2581';

    private readonly PieceTrie trie;
    private readonly byte[] lengths;

    internal SubwordTokenizer(IReadOnlyList<(string Piece, double Score)> vocabulary)
    {
        trie = new PieceTrie(vocabulary, ReservedIds);
        lengths = [.. vocabulary.Select(entry => checked((byte)entry.Piece.Length))];
    }

    /// <summary>Counts the tokens of the whole text.</summary>
    internal int Count(ReadOnlySpan<char> text)
    {
        var lattice = new Lattice(trie, lengths, [], keep: false);
        try
        {
            lattice.Run(text);
            return lattice.Tokens;
        }
        finally
        {
            lattice.Dispose();
        }
    }

    /// <summary>Writes the first token ids of a text.</summary>
    /// <param name="text">Any UTF-16.</param>
    /// <param name="ids">Takes as many ids as fit.</param>
    /// <param name="more">Whether the text has further tokens that did not fit.</param>
    /// <returns>The number of ids written.</returns>
    internal int Encode(ReadOnlySpan<char> text, Span<int> ids, out bool more)
    {
        var lattice = new Lattice(trie, lengths, ids, keep: true);
        try
        {
            more = !lattice.Run(text);
            return lattice.Tokens;
        }
        finally
        {
            lattice.Dispose();
        }
    }

    /// <summary>Best paths over a window of the text. Positions are counted from the last decided one.</summary>
    private ref struct Lattice(PieceTrie trie, byte[] lengths, Span<int> ids, bool keep)
    {
        private const int Window = 2048;

        private readonly Span<int> ids = ids;

        private byte[] symbols = ArrayPool<byte>.Shared.Rent(Window);

        // best[p]: highest sum of any path to position p, 0 when not reached; words[p]: the piece that path ends with.
        private double[] best = RentCleared<double>(Window + 1);
        private ushort[] words = RentCleared<ushort>(Window + 1);
        private int capacity = Window;
        private int count;
        private int start;
        private bool previousUnknown;

        internal int Tokens { get; private set; }

        /// <summary>Reads the whole text, or until the ids are full: then false.</summary>
        internal bool Run(ReadOnlySpan<char> text)
        {
            if (text.IsEmpty)
                return true;
            symbols[count++] = trie.SymbolOf(Separator);
            var normalized = new NormalizedText(text);
            try
            {
                while (normalized.TryRead(out var slice))
                {
                    while (!slice.IsEmpty)
                    {
                        slice = slice[Append(slice)..];
                        if (count == capacity && !Decide())
                            return false;
                    }
                }
            }
            finally
            {
                normalized.Dispose();
            }

            Relax(count);
            return Emit(count);
        }

        internal readonly void Dispose()
        {
            ArrayPool<byte>.Shared.Return(symbols);
            ArrayPool<double>.Shared.Return(best);
            ArrayPool<ushort>.Shared.Return(words);
        }

        private static T[] RentCleared<T>(int length)
        {
            var array = ArrayPool<T>.Shared.Rent(length);
            array.AsSpan(0, length).Clear();
            return array;
        }

        private int Append(ReadOnlySpan<char> characters)
        {
            var read = 0;
            while (read < characters.Length && count < capacity)
            {
                var character = characters[read++];
                if (char.IsHighSurrogate(character) && read < characters.Length && char.IsLowSurrogate(characters[read]))
                    read++;
                symbols[count++] = trie.SymbolOf(character == ' ' ? Separator : character);
            }

            return read;
        }

        /// <summary>Extends all paths by the pieces that start before <paramref name="end"/>.</summary>
        private void Relax(int end)
        {
            for (; start < end; start++)
            {
                var sum = best[start];
                var found = false;
                var position = start;
                for (var node = trie.First(symbols[position]); node != PieceTrie.None; node = trie.Next(node, symbols[position]))
                {
                    position++;
                    if (trie.IdAt(node) != 0)
                    {
                        found = true;
                        Offer(position, trie.ScoreAt(node) + sum, trie.IdAt(node));
                    }

                    if (position == count)
                        break;
                }

                if (!found)
                    Offer(start + 1, sum, 0);
            }
        }

        private readonly void Offer(int position, double sum, int id)
        {
            if (best[position] != 0 && sum < best[position])
                return;
            best[position] = sum;
            words[position] = (ushort)id;
        }

        /// <summary>Makes room in the full window: emits what is decided and drops it. False when the ids are full.</summary>
        private bool Decide()
        {
            Relax(count - trie.LongestPiece);

            // Every path goes on through one of the last positions, so where their own paths meet all paths meet.
            Span<int> paths = stackalloc int[trie.LongestPiece];
            for (var i = 0; i < paths.Length; i++)
                paths[i] = start - i;
            var meeting = start;
            for (var lowest = paths[^1]; lowest != meeting;)
            {
                meeting = lowest;
                foreach (ref var path in paths)
                {
                    while (path > meeting)
                        path -= lengths[words[path]];
                    lowest = Math.Min(lowest, path);
                }
            }

            if (meeting == 0)
            {
                Widen();
                return true;
            }

            if (!Emit(meeting))
                return false;
            Shift(meeting);
            return true;
        }

        /// <summary>Emits the best path to a position, front to back.</summary>
        private bool Emit(int end)
        {
            var path = ArrayPool<ushort>.Shared.Rent(end);
            try
            {
                var steps = 0;
                for (var position = end; position > 0; position -= lengths[words[position]])
                    path[steps++] = words[position];
                while (steps > 0)
                {
                    var id = path[--steps];
                    if (id == 0 && previousUnknown)
                        continue;
                    previousUnknown = id == 0;
                    if (keep)
                    {
                        if (Tokens == ids.Length)
                            return false;
                        ids[Tokens] = id;
                    }

                    Tokens++;
                }

                return true;
            }
            finally
            {
                ArrayPool<ushort>.Shared.Return(path);
            }
        }

        private void Shift(int by)
        {
            symbols.AsSpan(by, count - by).CopyTo(symbols);
            best.AsSpan(by, count + 1 - by).CopyTo(best);
            words.AsSpan(by, count + 1 - by).CopyTo(words);
            best.AsSpan(count + 1 - by, by).Clear();
            words.AsSpan(count + 1 - by, by).Clear();
            count -= by;
            start -= by;
        }

        private void Widen()
        {
            capacity *= 2;
            var widerSymbols = ArrayPool<byte>.Shared.Rent(capacity);
            symbols.AsSpan(0, count).CopyTo(widerSymbols);
            ArrayPool<byte>.Shared.Return(symbols);
            symbols = widerSymbols;

            var widerBest = RentCleared<double>(capacity + 1);
            best.AsSpan(0, count + 1).CopyTo(widerBest);
            ArrayPool<double>.Shared.Return(best);
            best = widerBest;

            var widerWords = RentCleared<ushort>(capacity + 1);
            words.AsSpan(0, count + 1).CopyTo(widerWords);
            ArrayPool<ushort>.Shared.Return(words);
            words = widerWords;
        }
    }
}
