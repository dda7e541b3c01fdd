using System.Globalization;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

public sealed class TokenizerOnAnyTextTests
{
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
        var texts = Enumerable.Range(0, 4_000).Select(_ => generator.Next(IsOldEnough)).ToArray();
        var ids = await PublishedModel.TokenizeAsync(texts);
        for (var i = 0; i < texts.Length; i++)
            AssertEqual(ids[i], texts[i]);
    }

    [Fact]
    public async Task Every_character_is_cut_as_the_published_implementation_does()
    {
        if (!PublishedModel.IsInstalled)
            return;
        // Seventeen planes, unpaired surrogates among them, each between two letters.
        var points = Enumerable.Range(0, 0x110000).Where(IsOldEnough).ToArray();
        var texts = points.Chunk(64).Select(chunk => string.Concat(chunk.Select(point => $"a{Utf16(point)} b"))).ToArray();
        var ids = await PublishedModel.TokenizeAsync(texts);
        for (var i = 0; i < texts.Length; i++)
            AssertEqual(ids[i], texts[i]);
    }

    private static string Utf16(int point) => point > char.MaxValue ? char.ConvertFromUtf32(point) : ((char)point).ToString();

    // Normalisation of characters that only one of the two knows cannot agree.
    private static bool IsOldEnough(int point) => true;

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
