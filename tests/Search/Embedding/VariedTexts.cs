using System.Text;

namespace ScaiDrive.Search.Tests.Embedding;

/// <summary>200 texts that an index meets sooner or later, the same in every run.</summary>
internal static class VariedTexts
{
    private const string Prose =
        "The quarterly report shows that revenue grew by 4.2% although shipping costs rose. An experimental study of a "
        + "wing in a propeller slipstream was made to find the spanwise distribution of lift. Please sign the attached "
        + "contract and return it before Friday; otherwise the offer (reference no. 2014-77/b) will expire. ";

    internal static IReadOnlyList<string> All { get; } = [.. Fixed(), .. Generated().Take(200 - Fixed().Count())];

    private static IEnumerable<string> Fixed() =>
    [
        "", "a", " ", "   ", "\n", "\t\t", "\u00A0", "\u3000", "\u2581", "\u2581a \u2581 b", ".", "!!!", ": a", ":", "://", ":) :( :-)",
        "hello world", "Hello  world", " hello", "hello ", "hello\nworld", "hello\r\n\r\nworld", "\u201D5 x\u201D5", "<s></s>",
        "extra_token_id_1", "\uFFFD", "\uFFFD\uFFFD a", "\u0000", "a\u0000b\u0001c\u001F", "\u200B\u200D\uFEFF", "\u202Ertl\u202C",
        "\uD83D\uDE00", "I \u2665 \uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67 & \uD83C\uDDE9\uD83C\uDDEA", "\uD800", "\uDC00",
        "lone \uD83D high", "lone \uDE00 low", "\uDE00\uD83D", "\uD800\uD800\uDC00\uDC00", "e\u0301 E\u0301 \u00E9", "\u0301combining first",
        "\uFB01 \uFB03 \u00BD \u2460 \u2122 \u00B2", "\uFDFA", "\uFF21\uFF22\uFF23 \uFF11\uFF12", "A\u030A \u212B \u00C5", "q\u0323\u0307 q\u0307\u0323",
        "\u1100\u1161\u11A8 \uAC01", "\uD55C\uAD6D\uC5B4 \uBB38\uC11C", "\u65E5\u672C\u8A9E\u306E\u30C6\u30AD\u30B9\u30C8\u3002", "\u4E2D\u6587\u6587\u4EF6",
        "\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440!", "\u0645\u0631\u062D\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
        "\u05E9\u05DC\u05D5\u05DD", "\u0928\u092E\u0938\u094D\u0924\u0947", "\u03B1\u03B2\u03B3 \u03C0 \u2248 3.14159", "\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35",
        "Stra\u00DFe, \u00E6\u00F8\u00E5, \u0141\u00F3d\u017A, \u0130stanbul, na\u00EFve", "https://example.org/a?b=c&d=%20#e", "C:\\Users\\x\\file.txt",
        "if (a[i] != b[j]) { return -1; }", "1234567890 1,234.56 -7e-9", "AAAAAAAAAAAAAAAAAAAA", "\u2588\u2588\u2591\u2591\u25BA",
        "x" + new string('y', 3000), new string(' ', 500), new string('\n', 5000), new string('a', 127), new string('7', 2500),
        string.Concat(Enumerable.Repeat("word ", 126)), string.Concat(Enumerable.Repeat("word ", 128)),
        string.Concat(Enumerable.Repeat(Prose, 40)), string.Concat(Enumerable.Repeat("\u65E5\u672C\u8A9E\u30C6\u30AD\u30B9\u30C8", 400)),
        string.Concat(Enumerable.Repeat("\uD83D\uDE00\u00E9\u0301 a", 700)), new string('x', 1023) + "\u0301 and so on",
        new string('x', 2047) + "\uD83D\uDE00 ends", Prose.ToUpperInvariant(), new([.. Prose.Reverse()]),
    ];

    private static IEnumerable<string> Generated()
    {
        var random = new Random(20);
        for (var i = 0; ; i++)
        {
            var text = new StringBuilder();
            var length = 3 + (i % 10 * i);
            while (text.Length < length)
            {
                switch (random.Next(i % 4 == 0 ? 12 : 6))
                {
                    case 0 when i % 2 == 0:
                        text.Append((char)random.Next('a', 'z' + 1));
                        break;
                    case < 6:
                        var start = random.Next(Prose.Length - 20);
                        text.Append(Prose, start, random.Next(1, 20));
                        break;
                    case < 8:
                        text.Append((char)random.Next(0x20));
                        break;
                    case 8:
                        text.Append((char)random.Next(char.MaxValue + 1));
                        break;
                    case 9:
                        text.Append((char)random.Next(0x80, 0x600));
                        break;
                    case 10:
                        // Letters of mathematics, which form KC changes, and emoji.
                        text.Append(char.ConvertFromUtf32(random.Next(0x1D400, 0x1F6D0)));
                        break;
                    default:
                        text.Append(' ', random.Next(1, 4));
                        break;
                }
            }

            yield return text.ToString();
        }
    }
}
