namespace ScaiDrive.Search.Tests.Embedding;

public sealed class PublishedModelParityTests
{
    [Fact]
    public async Task Any_text_has_the_token_ids_and_the_vector_of_the_published_implementation()
    {
        if (!PublishedModel.IsInstalled)
            return;
        var texts = VariedTexts.All;
        Assert.Equal(200, texts.Count);

        var (ids, vectors) = await PublishedModel.EncodeAsync(texts);
        var ours = await LocalModel.EmbedAsync(texts);

        Assert.All(Enumerable.Range(0, texts.Count), i =>
        {
            var tokens = new int[ids[i].Length + 1];
            var count = LocalModel.Tokenizer.Encode(texts[i], tokens, out var more);
            Assert.Equal(ids[i], tokens[..count]);
            Assert.False(more);
            Assert.Equal(count, LocalModel.Tokenizer.Count(texts[i]));
            Assert.InRange(LocalModel.Cosine(ours[i], vectors[i]), 0.9999, 1.0000001);
        });
    }
}
