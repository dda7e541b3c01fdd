using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Tests.Support;

namespace ScaiDrive.Search.Tests.Chunking;

public sealed class ChunkContextTests
{
    private static readonly string Body = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"Sentence {i} tells more."));

    [Fact]
    public void A_chunk_from_the_middle_is_embedded_behind_the_title()
    {
        var chunks = Split([new(1, Body, [])], "Crane inspection");
        Assert.True(chunks.Count > 3);
        Assert.All(chunks, chunk => Assert.Equal("Crane inspection", chunk.Context));
        Assert.All(chunks, chunk => Assert.DoesNotContain("Crane", chunk.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_without_a_title_is_known_by_how_it_begins_and_its_first_chunk_does_not_say_it_twice()
    {
        var chunks = Split([new(1, "Crane inspection\n\n" + Body, [])]);
        Assert.Null(chunks[0].Context);
        Assert.All(chunks.Skip(1), chunk => Assert.Equal("Crane inspection", chunk.Context));
    }

    [Fact]
    public void The_nearest_heading_stands_behind_the_title()
    {
        var text = $"Rules\n{Body}";
        var chunks = Split([new(1, text, [(0, 1, "Rules")]), new(2, Body, [(0, 2, "Helmets")])], "Crane inspection");
        Assert.Equal("Crane inspection", chunks[0].Context);
        Assert.Equal("Crane inspection. Rules", chunks[1].Context);
        Assert.Equal("Crane inspection. Helmets", chunks[^1].Context);
    }

    [Fact]
    public void Text_and_context_together_keep_the_budget_and_context_takes_a_quarter_at_most()
    {
        var counter = new WordCounter();
        var title = string.Join(' ', Enumerable.Repeat("unpronounceable", 40));
        foreach (var chunk in new TextChunker(counter, new ChunkOptions { TargetTokens = 40 }).Split([new(1, Body, [])], title))
        {
            Assert.InRange(counter.Count(EmbeddedText.Of(chunk.Context, chunk.Text)), 1, 40);
            Assert.InRange(counter.Count(chunk.Context), 1, 10);
            Assert.Equal(counter.Count(EmbeddedText.Of(chunk.Context, chunk.Text)), chunk.Tokens);
        }
    }

    [Fact]
    public void The_key_of_a_vector_is_the_hash_of_what_is_embedded()
    {
        var one = Split([new(1, "Same  words\nhere.", [])], "One")[0];
        Assert.Equal(one.Hash, EmbeddedText.HashOf("One Same words here."));
        Assert.NotEqual(one.Hash, Split([new(1, "Same words here.", [])], "Two")[0].Hash);
    }

    [Fact]
    public void Text_whose_sentences_are_longer_than_half_a_chunk_still_fills_its_chunks()
    {
        var counter = new WordCounter();
        var text = string.Join(' ', Enumerable.Range(0, 1_000).Select(i => $"w{i % 97}"));
        var chunks = new TextChunker(counter, new ChunkOptions { TargetTokens = 100 }).Split([new(1, text, [])], "Title");
        Assert.All(chunks.SkipLast(1), chunk => Assert.InRange(counter.Count(chunk.Text), 74, 100));
    }

    private static IReadOnlyList<TextChunk> Split(ChunkSource[] pages, string? title = null) =>
        new TextChunker(new WordCounter(), new ChunkOptions { TargetTokens = 40 }).Split(pages, title);
}
