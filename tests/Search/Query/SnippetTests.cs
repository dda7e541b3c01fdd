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

    [Fact]
    public void A_phrase_is_marked_only_where_its_words_stand_together()
    {
        const string text = "wind solar, the solar wind, and the winds of solar things";
        Assert.Equal([(16, "solar"), (22, "wind")], Marks(text, "\"solar wind\""));
    }

    [Fact]
    public void A_beginning_is_marked_in_words_as_they_are_written()
    {
        const string text = "Organizers organize the organ";
        Assert.Equal([(0, "Organizers"), (11, "organize")], Marks(text, "organiz*"));
    }

    [Fact]
    public void Pairs_of_characters_become_one_mark()
    {
        Assert.Equal([(0, "東京タワー"), (7, "東京タワー")], Marks("東京タワーは。東京タワー", "東京タワー"));
        Assert.Equal([(0, "東"), (3, "東")], Marks("東京と東", "東"));
        Assert.Equal([(2, "𠮷野")], Marks("古い𠮷野家", "𠮷野").Select(mark => (mark.At, mark.Word)));
    }

    [Fact]
    public void Marks_of_right_to_left_text_and_of_letters_with_marks_cover_the_whole_word()
    {
        Assert.Equal([(4, "שָׁלוֹם")], Marks("אמר שָׁלוֹם לך", "שלום"));
        Assert.Equal([(0, "cafe\u0301")], Marks("cafe\u0301 here", "café"));
    }

    [Theory]
    [InlineData("👨‍👩‍👧‍👦")]
    [InlineData("e\u0301\u0323\u0308")]
    [InlineData("𠮷")]
    [InlineData("नि")]
    [InlineData("🇩🇪")]
    public void It_never_cuts_inside_a_character(string character)
    {
        for (var shift = 0; shift < 12; shift++)
        {
            var text = new string('x', shift) + string.Concat(Enumerable.Repeat(character, 300)) + " needle " + string.Concat(Enumerable.Repeat(character, 300));
            foreach (var query in (string[])["needle", "nothing"])
            {
                var (snippet, _) = Snippet.Of(text, QueryText.Parse(query));
                var cut = snippet.Trim('…');
                var at = text.IndexOf(cut, StringComparison.Ordinal);
                Assert.True(IsBorder(text, at) && IsBorder(text, at + cut.Length), $"{shift} {query}");
                Assert.InRange(cut.Length, 1, 240);
            }
        }
    }

    private static bool IsBorder(string text, int at)
    {
        var border = 0;
        while (border < at)
            border += System.Globalization.StringInfo.GetNextTextElementLength(text, border);
        return border == at;
    }

    private static List<(int At, string Word)> Marks(string text, string query)
    {
        var (snippet, highlights) = Snippet.Of(text, QueryText.Parse(query));
        return [.. highlights.Select(range => (range.Offset, snippet.Substring(range.Offset, range.Length)))];
    }
}
