using System.Text;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Tests.Support;

namespace ScaiDrive.Search.Tests.Chunking;

public sealed class TextChunkerTests
{
    private static readonly (int, int, string)[] NoHeadings = [];

    [Fact]
    public void Chunks_end_where_sentences_end_and_keep_the_budget()
    {
        var text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"Sentence number {i} says something short."));
        var counter = new WordCounter();
        var chunks = Split(text, 50, counter);
        Assert.True(chunks.Count > 5);
        Assert.All(chunks, chunk => Assert.EndsWith(".", chunk.Text, StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.StartsWith("Sentence", chunk.Text, StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.InRange(counter.Count(chunk.Text), 1, 50));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(chunk => chunk.Index));
    }

    [Fact]
    public void A_chunk_repeats_the_end_of_the_one_before()
    {
        var text = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"Word{i:00} is here."));
        var chunks = new TextChunker(new WordCounter(), new ChunkOptions { TargetTokens = 40, OverlapTokens = 10 }).Split([new(1, text, NoHeadings)]);
        foreach (var (before, chunk) in chunks.Zip(chunks.Skip(1)))
        {
            Assert.True(chunk.OverlapLength > 0);
            Assert.EndsWith(chunk.Text[..chunk.OverlapLength].Trim(), before.Text, StringComparison.Ordinal);
        }

        Assert.Equal(text, string.Concat(chunks.Select((chunk, i) => (i > 0 ? " " : "") + chunk.Text[chunk.OverlapLength..])));
    }

    [Fact]
    public void A_chunk_never_crosses_a_page_and_a_section_does()
    {
        var pages = new ChunkSource[]
        {
            new(1, "Guide\nSafety\nWear a helmet.", [(0, 1, "Guide"), (6, 2, "Safety")]),
            new(2, "It goes on here.", NoHeadings),
            new(3, "Storage\nKeep it dry.", [(0, 2, "Storage")]),
        };
        var chunks = new TextChunker(new WordCounter(), new ChunkOptions { TargetTokens = 100 }).Split(pages);
        Assert.Equal([1, 2, 3], chunks.Select(chunk => chunk.Page));
        Assert.Equal(["Guide > Safety", "Guide > Safety", "Guide > Storage"], chunks.Select(chunk => chunk.Section));
        Assert.All(chunks, chunk => Assert.Null(chunk.LastPage));
    }

    [Fact]
    public void A_heading_starts_a_chunk_unless_the_one_before_would_be_tiny()
    {
        var first = string.Join(' ', Enumerable.Range(0, 12).Select(i => $"Alpha {i} text."));
        var text = first + "\nSecond\nBeta text.";
        var chunks = new TextChunker(new WordCounter(), new ChunkOptions { TargetTokens = 100, OverlapTokens = 20 })
            .Split([new(1, text, [(first.Length + 1, 1, "Second")])]);
        Assert.Equal(2, chunks.Count);
        Assert.StartsWith("Second", chunks[1].Text, StringComparison.Ordinal);
        Assert.Equal((null, "Second"), (chunks[0].Section, chunks[1].Section));
        Assert.Equal(0, chunks[1].OverlapLength);
    }

    [Fact]
    public void The_hash_depends_on_the_words_not_on_the_white_space_or_the_form_of_letters()
    {
        var composed = Split("Caf\u00e9  au\nlait.", 50)[0].Hash;
        var decomposed = Split("Cafe\u0301 au lait.", 50)[0].Hash;
        Assert.Equal(composed, decomposed);
        Assert.NotEqual(composed, Split("Cafe au lait.", 50)[0].Hash);
        Assert.Matches("^[0-9a-f]{64}$", composed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n ")]
    public void Nothing_but_white_space_gives_no_chunks(string text) => Assert.Empty(Split(text, 50));

    [Fact]
    public void A_line_of_ten_million_characters_costs_linear_work()
    {
        const int Length = 10_000_000;
        foreach (var text in (string[])[new string('x', Length), new string('日', Length / 4), new StringBuilder().Insert(0, "ab ", Length / 3).ToString()])
        {
            var counter = new WordCounter();
            var chunks = Split(text, 200, counter);
            Assert.True(chunks.Count > text.Length / 2_000);
            // Each character is counted a few times: alone, after a split, in its chunk, and repeated in the next one.
            Assert.InRange(counter.CharactersCounted, text.Length, 8L * text.Length);
        }
    }

    [Fact]
    public void Every_character_is_in_a_chunk_in_order_within_the_budget_whatever_the_text()
    {
        var random = new Random(4711);
        for (var round = 0; round < 400; round++)
        {
            var text = RandomText(random, random.Next(0, 3_000));
            var headings = Enumerable.Range(0, random.Next(0, 6))
                .Select(_ => (random.Next(0, text.Length + 1), random.Next(1, 5), "H" + random.Next(10))).ToArray();
            var counter = new WordCounter(maxTokens: random.Next(8, 80));
            var chunks = new TextChunker(counter, new ChunkOptions { TargetTokens = random.Next(4, 120), OverlapTokens = random.Next(0, 30) })
                .Split([new(1, text, headings)]);

            var position = 0;
            foreach (var chunk in chunks)
            {
                Assert.InRange(counter.Count(chunk.Text), 1, counter.MaxTokens);
                var fresh = chunk.Text[chunk.OverlapLength..];
                var at = text.IndexOf(fresh, position, StringComparison.Ordinal);
                Assert.True(at >= position);
                Assert.True(string.IsNullOrWhiteSpace(text[position..at]), "Only white space may stand between chunks.");
                Assert.Equal(chunk.Text, text[(at - chunk.OverlapLength)..(at + fresh.Length)]);
                position = at + fresh.Length;
            }

            Assert.True(string.IsNullOrWhiteSpace(text[position..]));
        }
    }

    private static IReadOnlyList<TextChunk> Split(string text, int target, WordCounter? counter = null) =>
        new TextChunker(counter ?? new(), new ChunkOptions { TargetTokens = target }).Split([new(1, text, NoHeadings)]);

    private static string RandomText(Random random, int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            _ = random.Next(12) switch
            {
                0 => text.Append(". "),
                1 => text.Append(random.Next(3) == 0 ? "\n\n" : "\n"),
                2 => text.Append((char)random.Next(0xD800, 0xE000)),
                3 => text.Append((char)random.Next(0, 0x10000)),
                4 => text.Append(new Rune(random.Next(0x10000, 0x110000)).ToString()),
                5 => text.Append((char)random.Next(0x4E00, 0x9FFF)).Append('。'),
                6 => text.Append('\0'),
                7 => text.Append(' '),
                _ => text.Append((char)random.Next('A', 'z'), random.Next(1, 30)),
            };
        }

        return text.ToString();
    }
}
