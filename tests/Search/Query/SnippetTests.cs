using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Tests.Query;

public sealed class SnippetTests
{
    [Fact]
    public void The_words_are_marked_in_every_form_of_the_stem()
    {
        var (text, highlights) = Snippet.Of("Engines were tested. The test of an ENGINE.", QueryText.Parse("engine testing"));
        Assert.Equal(["Engines", "tested", "test", "ENGINE"], highlights.Select(range => text.Substring(range.Offset, range.Length)));
    }

    [Fact]
    public void The_part_with_most_different_words_is_chosen_and_cut_at_spaces()
    {
        var filler = string.Concat(Enumerable.Repeat("nothing to see here ", 40));
        var (text, highlights) = Snippet.Of(filler + "alpha alpha alpha " + filler + "alpha beta gamma " + filler, QueryText.Parse("alpha beta gamma"));
        Assert.Contains("alpha beta gamma", text, StringComparison.Ordinal);
        Assert.StartsWith("…", text, StringComparison.Ordinal);
        Assert.EndsWith("…", text, StringComparison.Ordinal);
        Assert.Equal(3, highlights.Count);
        Assert.InRange(text.Length, 100, 300);
    }

    [Fact]
    public void No_text_and_no_query_can_break_it()
    {
        var random = new Random(17);
        for (var round = 0; round < 500; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 700)).Select(_ => (char)random.Next(0, 0x10000))]);
            var query = new string([.. Enumerable.Range(0, random.Next(0, 30)).Select(_ => (char)random.Next(0, 0x10000))]);
            var (snippet, highlights) = Snippet.Of(text, QueryText.Parse(query + " " + (text.Length > 20 ? text[5..9] : "")));
            Assert.All(highlights, range => Assert.InRange(range.Offset + range.Length, 0, snippet.Length));
        }
    }
}
