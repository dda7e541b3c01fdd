using System.Globalization;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

public sealed class TokenizerOnAnyTextTests
{
    [Fact]
    public void Text_that_the_platform_refuses_to_normalise_has_tokens()
    {
        Assert.Equal(Tokens("a\nb"), Tokens("a\uFFFEb"));
        Assert.Equal(Tokens("ASZ09"), Tokens("\uD833\uDCD6\uA7F1\uD833\uDCEF\uD833\uDCF0\uD833\uDCF9"));
        Assert.Equal(Tokens("\u00C1"), Tokens("\uD833\uDCD6\u0301"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_text_is_cut_as_the_definition_says(int seed)
    {
        var reference = new ReferenceTokenizer(ModelFiles.ReadVocabulary(RepositoryPaths.Weights));
        var texts = new RandomUnicode(seed);
        for (var i = 0; i < 1_000; i++)
        {
            var text = texts.Next(_ => true);
            AssertEqual(reference.Encode(text), text);
        }
    }

    [Fact]
    public async Task Any_text_is_cut_as_the_published_implementation_does()
    {
        if (!PublishedModel.IsInstalled)
            return;
        var generator = new RandomUnicode(4);
        var texts = Enumerable.Range(0, 2_000).Select(_ => generator.Next(IsOldEnough)).ToArray();
        var ids = await PublishedModel.TokenizeAsync(texts);
        for (var i = 0; i < texts.Length; i++)
            AssertEqual(ids[i], texts[i]);
    }

    [Fact]
    public async Task Every_character_is_cut_as_the_published_implementation_does()
    {
        if (!PublishedModel.IsInstalled)
            return;
        // Each between a letter and an accent, unpaired surrogates too.
        // The supplementary planes beyond the third hold almost nothing.
        var points = Enumerable.Range(0, 0x33480).Concat(Enumerable.Range(0xE0000, 0x1F0)).Where(IsOldEnough).ToArray();
        var texts = points.Chunk(64).Select(chunk => string.Concat(chunk.Select(point => $"a{Utf16(point)}\u0301 b"))).ToArray();
        var ids = await PublishedModel.TokenizeAsync(texts);
        for (var i = 0; i < texts.Length; i++)
            AssertEqual(ids[i], texts[i]);
    }

    private static int[] Tokens(string text)
    {
        var ids = new int[100];
        return ids[..LocalModel.Tokenizer.Encode(text, ids, out _)];
    }

    private static string Utf16(int point) => point > char.MaxValue ? char.ConvertFromUtf32(point) : ((char)point).ToString();

    // Scripts with marks younger than Unicode 15: a machine that does not know them lets nothing combine across them. And the
    // young letters that we know by ourselves: Node knows them only when it is younger still.
    private static bool IsOldEnough(int point) =>
        point is not (0x897 or (>= 0x1ACF and <= 0x1AFF) or (>= 0x105C0 and <= 0x105FF) or (>= 0x10D40 and <= 0x10D8F) or (>= 0x10EC2 and <= 0x10EFF)
            or 0xA7F1 or (>= 0x1CCD6 and <= 0x1CCF9) or (>= 0x11380 and <= 0x113FF) or (>= 0x16100 and <= 0x1613F) or (>= 0x16D40 and <= 0x16D7F) or (>= 0x1E5D0 and <= 0x1E5FF) or (>= 0x1E6C0 and <= 0x1E6FF));

    private static void AssertEqual(int[] expected, string text)
    {
        var ids = new int[expected.Length + 1];
        var count = LocalModel.Tokenizer.Encode(text, ids, out var more);
        if (more || !expected.AsSpan().SequenceEqual(ids.AsSpan(0, count)))
        {
            var units = string.Concat(text.Take(400).Select(unit => ((int)unit).ToString("X4", CultureInfo.InvariantCulture) + " "));
            Assert.Fail($"expected {string.Join(',', expected.Take(40))}\nfound    {string.Join(',', ids.Take(Math.Min(count, 40)))}\nof {units}");
        }

        Assert.Equal(expected.Length, LocalModel.Tokenizer.Count(text));
    }
}
