using ScaiDrive.Search.Embedding.Local;

namespace ScaiDrive.Search.Tests.Embedding;

public sealed class SubwordTokenizerTests
{
    private static readonly (string Piece, double Score)[] Reserved = [("\uFFFD", 0), ("<s>", 0), ("</s>", 0), ("x1", 0), ("x2", 0), ("x3", 0)];

    [Theory]
    [InlineData("", new int[0])]
    [InlineData(".", new[] { 30, 6 })]
    [InlineData("Hello, world!", new[] { 341, 4125, 8, 311, 78 })]
    [InlineData("  two  spaces ", new[] { 30, 30, 174, 30, 1016, 7, 30 })]
    [InlineData("see: http://x", new[] { 158, 57, 290, 255, 152 })]
    [InlineData("\u00FCber", new[] { 30, 6980, 949 })]
    [InlineData("\u65E5\u672C a", new[] { 30, 0, 11 })]
    public void A_text_is_cut_into_the_ids_of_the_vocabulary(string text, int[] expected) =>
        Assert.Equal(expected, Encode(LocalModel.Tokenizer, text));

    [Fact]
    public void Forms_that_look_the_same_have_the_same_tokens()
    {
        Assert.Equal(Encode(LocalModel.Tokenizer, "caf\u00E9 file"), Encode(LocalModel.Tokenizer, "cafe\u0301 \uFB01le"));
        Assert.Equal(Encode(LocalModel.Tokenizer, "a b"), Encode(LocalModel.Tokenizer, "a\u00A0b"));
    }

    [Fact]
    public void A_run_of_unknown_characters_is_one_token()
    {
        var single = Encode(LocalModel.Tokenizer, "a\nb");
        Assert.Single(single, 0);
        Assert.Equal(single, Encode(LocalModel.Tokenizer, "a\n\uD83D\uDE00\t\uD800\u65E5b"));
    }

    [Fact]
    public void A_run_of_unknown_characters_stays_one_token_however_long()
    {
        var text = "a" + new string('\n', 100_000) + "b";
        Assert.Equal(Encode(LocalModel.Tokenizer, "a\nb"), Encode(LocalModel.Tokenizer, text));
        Assert.Equal(Encode(LocalModel.Tokenizer, "a\nb").Length, LocalModel.Tokenizer.Count(text));
    }

    [Fact]
    public void Ids_that_do_not_fit_are_left_out_and_reported()
    {
        var text = string.Concat(Enumerable.Repeat("some words and more ", 5_000));
        var all = Encode(LocalModel.Tokenizer, text);
        var first = new int[100];

        Assert.Equal(100, LocalModel.Tokenizer.Encode(text, first, out var more));
        Assert.True(more);
        Assert.Equal(all[..100], first);

        var exact = new int[all.Length];
        Assert.Equal(all.Length, LocalModel.Tokenizer.Encode(text, exact, out more));
        Assert.False(more);
    }

    [Fact]
    public void Best_paths_that_never_meet_are_kept_to_the_end()
    {
        // Up to the last character, cutting before and behind every "a" is equally far from being decided.
        var vocabulary = Vocabulary(("\u2581", -1), ("\u2581a", -1), ("a", -10), ("b", -10), ("ab", -1), ("ba", -1), ("c", -1), ("ac", -1));
        var tokenizer = new SubwordTokenizer(vocabulary);
        foreach (var end in new[] { "", "a", "c", "ac", "abac" })
        {
            var text = string.Concat(Enumerable.Repeat("ab", 5_000)) + end;
            Assert.Equal(new ReferenceTokenizer(vocabulary).Encode(text), Encode(tokenizer, text));
        }
    }

    [Fact]
    public void Windows_do_not_change_the_cut()
    {
        var random = new Random(3);
        for (var round = 0; round < 60; round++)
        {
            var vocabulary = Vocabulary([.. Enumerable.Range(0, random.Next(2, 25)).Select(_ => (RandomText(random, random.Next(1, 6)), -Math.Round(random.NextDouble() * 4, 1)))]);
            var text = RandomText(random, random.Next(1, 9_000));
            Assert.Equal(new ReferenceTokenizer(vocabulary).Encode(text), Encode(new SubwordTokenizer(vocabulary), text));
        }
    }

    private static string RandomText(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => "abc\u2581"[random.Next(4)]));

    private static (string Piece, double Score)[] Vocabulary(params (string Piece, double Score)[] pieces) => [.. Reserved, .. pieces];

    private static int[] Encode(SubwordTokenizer tokenizer, string text)
    {
        var ids = new int[text.Length + 1];
        var count = tokenizer.Encode(text, ids, out var more);
        Assert.False(more);
        return ids[..count];
    }
}
