namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// The pieces of the vocabulary as a tree of symbols. A symbol stands for one code point that occurs in some piece;
/// symbol 0 stands for every other code point, so a text is one byte per code point from here on.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>No node: the text leaves the tree.</summary>
    internal const int None = 0;

    private const int Root = 1;

    // A quarter full at most, so that a miss ends at the first or second slot.
    private const int SlotBits = 17;

    private readonly byte[] symbols = new byte[char.MaxValue + 1];
    private readonly int[] slotKeys = new int[1 << SlotBits];
    private readonly int[] slotNodes = new int[1 << SlotBits];
    private readonly int[] firstNodes = new int[byte.MaxValue + 1];
    private readonly int[] ids;
    private readonly double[] scores;

    /// <summary>Builds the tree from pieces in the order of their ids; the first <paramref name="reserved"/> are markers, never found in text.</summary>
    /// <remarks>Of a piece listed twice the last one counts, as in the published tokenizer.</remarks>
    internal PieceTrie(IReadOnlyList<(string Piece, double Score)> vocabulary, int reserved)
    {
        var nodes = Root + 1;
        var capacity = nodes + vocabulary.Skip(reserved).Sum(entry => entry.Piece.Length);
        ids = new int[capacity];
        scores = new double[capacity];
        var known = 0;
        for (var id = reserved; id < vocabulary.Count; id++)
        {
            var node = Root;
            foreach (var character in vocabulary[id].Piece)
            {
                if (char.IsSurrogate(character))
                    throw new InvalidDataException($"Piece {id} has a character outside the basic plane.");
                if (symbols[character] == 0)
                    symbols[character] = checked((byte)++known);
                var slot = Slot(node, symbols[character]);
                if (slotKeys[slot] == 0)
                {
                    slotKeys[slot] = Key(node, symbols[character]);
                    slotNodes[slot] = nodes++;
                }

                node = slotNodes[slot];
            }

            ids[node] = id;
            scores[node] = vocabulary[id].Score;
            LongestPiece = Math.Max(LongestPiece, vocabulary[id].Piece.Length);
        }

        for (var symbol = 1; symbol <= known; symbol++)
            firstNodes[symbol] = slotNodes[Slot(Root, (byte)symbol)];
    }

    /// <summary>Symbols in the longest piece.</summary>
    internal int LongestPiece { get; }

    /// <summary>The symbol of a code point of the basic plane; 0 when no piece has it.</summary>
    internal byte SymbolOf(char character) => symbols[character];

    /// <summary>The node that <paramref name="symbol"/> leads to from the root, or <see cref="None"/>.</summary>
    internal int First(byte symbol) => firstNodes[symbol];

    /// <summary>The node that <paramref name="symbol"/> leads to from <paramref name="node"/>, or <see cref="None"/>.</summary>
    internal int Next(int node, byte symbol) => slotNodes[Slot(node, symbol)];

    /// <summary>The id of the piece that ends at a node; 0 when none does.</summary>
    internal int IdAt(int node) => ids[node];

    /// <summary>The log probability of the piece that ends at a node.</summary>
    internal double ScoreAt(int node) => scores[node];

    private static int Key(int node, byte symbol) => (node << 8) | symbol;

    private int Slot(int node, byte symbol)
    {
        var key = Key(node, symbol);
        var slot = (int)((uint)key * 2654435769u >> (32 - SlotBits));
        while (slotKeys[slot] != 0 && slotKeys[slot] != key)
            slot = (slot + 1) & ((1 << SlotBits) - 1);
        return slot;
    }
}
