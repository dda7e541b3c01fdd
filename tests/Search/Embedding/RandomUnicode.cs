using System.Text;

namespace ScaiDrive.Search.Tests.Embedding;

/// <summary>Random texts of every kind of character, by a seed: what a tokenizer meets and what it hopes never to meet.</summary>
internal sealed class RandomUnicode(int seed)
{
    // From, to: what is special to normalisation, to spaces, to the vocabulary or to UTF-16.
    private static readonly (int From, int To)[] Kinds =
    [
        (' ', '~'), ('a', 'z'), (0x00, 0x1F), (0x7F, 0xA0), (0xA1, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF),
        (0x900, 0xDFF), (0xE00, 0xEFF), (0x1100, 0x11FF), (0x1AB0, 0x1AFF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x218F), (0x2460, 0x24FF), (0x2580, 0x259F),
        (0x2E80, 0x303F), (0x3040, 0x33FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xD800, 0xDBFF), (0xDC00, 0xDFFF), (0xE000, 0xF8FF), (0xF900, 0xFAFF),
        (0xFB00, 0xFDFF), (0xFE00, 0xFE6F), (0xFE70, 0xFFEF), (0xFFF0, 0xFFFF), (0x1D100, 0x1D7FF), (0x1F000, 0x1FAFF), (0x20000, 0x2FA1F), (0xE0000, 0xE01EF), (0x10000, 0x10FFFF),
    ];

    private static readonly string[] Phrases =
    [
        " ", "  ", "\u3000", "\u00A0", "\u2581", "\uFFFD", "\n", "\t", "\r\n", "the ", "ing", "Universal ", "\uFB03", "\uFDFA", "\u1E9B\u0323", "\u0344", "\u0958",
        "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67", "\uD83C\uDDE9\uD83C\uDDEA", "\uD800", "\uDC00", "\u0327\u0301\u0323", "\u1100\u1161\u11A8", "://", " . ", "e\u0301",
    ];

    private readonly Random random = new(seed);

    /// <summary>One more text.</summary>
    /// <param name="isAllowed">Which code points may be in it.</param>
    internal string Next(Func<int, bool> isAllowed)
    {
        // Mostly short; some longer than a slice of the normalisation and than a window of the cut.
        var length = random.Next(20) switch { 0 => random.Next(6_000), < 4 => random.Next(300), _ => random.Next(25) };
        var text = new StringBuilder(length + 20);
        while (text.Length < length)
        {
            if (random.Next(3) == 0)
                text.Append(Phrases[random.Next(Phrases.Length)]);
            else
                AppendRun(text, Kinds[random.Next(Kinds.Length)], isAllowed);
        }

        return text.ToString();
    }

    private void AppendRun(StringBuilder text, (int From, int To) kind, Func<int, bool> isAllowed)
    {
        // Runs, because what combines does so with its like; now and then one far longer than any word.
        var isRepeated = random.Next(8) == 0;
        var first = Pick(kind);
        for (var left = random.Next(60) == 0 ? random.Next(3_000) : random.Next(1, 9); left > 0; left--)
        {
            var point = isRepeated ? first : Pick(kind);
            if (!isAllowed(point))
                continue;
            if (point > char.MaxValue)
                text.Append(char.ConvertFromUtf32(point));
            else
                text.Append((char)point);
        }
    }

    private int Pick((int From, int To) kind) => random.Next(kind.From, kind.To + 1);
}
