using ScaiDrive.Api.Minimal.Dashboard;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Tests.Dashboard;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59.9, "59 s")]
    [InlineData(185, "3 min 5 s")]
    [InlineData(1430, "23 min")]
    [InlineData(7800, "2 h 10 min")]
    [InlineData(50400, "14 h")]
    [InlineData(97200, "1 d 3 h")]
    [InlineData(-3, "0 s")]
    public void Ages_are_as_exact_as_it_matters(double seconds, string text) => Assert.Equal(text, Wording.Age(seconds));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(31_400_000, "31 MB")]
    [InlineData(999_999, "1.0 MB")]
    [InlineData(long.MaxValue, "9223372 TB")]
    public void Sizes_show_decimal_units(long bytes, string text) => Assert.Equal(text, Wording.Bytes(bytes));

    [Fact]
    public void A_share_is_not_whole_while_one_is_missing() => Assert.Equal("99%", Wording.Share(999, 1000));

    [Fact]
    public void A_snippet_is_cut_at_its_highlights_and_joins_again()
    {
        var parts = SnippetPart.Split("the wing of a plane", [new TextRange(4, 4), new TextRange(14, 5)]);

        Assert.Equal([("the ", false), ("wing", true), (" of a ", false), ("plane", true)], parts.Select(p => (p.Text, p.IsMatch)));
    }

    [Fact]
    public void Highlights_that_overlap_or_lie_outside_lose_no_text()
    {
        var parts = SnippetPart.Split("abcdef", [new TextRange(2, 3), new TextRange(1, 2), new TextRange(5, 90), new TextRange(40, 2)]);

        Assert.Equal("abcdef", string.Concat(parts.Select(p => p.Text)));
        Assert.Equal("bcdef", string.Concat(parts.Where(p => p.IsMatch).Select(p => p.Text)));
    }

    [Fact]
    public void No_snippet_is_no_parts() => Assert.Empty(SnippetPart.Split(null, []));
}
