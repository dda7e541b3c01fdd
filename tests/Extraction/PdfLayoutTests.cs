using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class PdfLayoutTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private async Task<string> ReadAsync(string content, string keys = "")
    {
        var pdf = new PdfBuilder();
        pdf.Page(content, keys);
        return (await fixture.ExtractAsync("a.pdf", pdf.Build())).AllText();
    }

    [Fact]
    public async Task Columns_are_read_one_after_the_other()
    {
        var text = await ReadAsync(PdfBuilder.Text(
            (72, 700, "Left one"), (72, 684, "left two"), (330, 700, "Right one"), (330, 684, "right two")));

        Assert.Equal("Left one\nleft two\nRight one\nright two", text);
    }

    [Fact]
    public async Task Columns_painted_line_by_line_across_the_page_are_read_one_after_the_other()
    {
        var lines = Enumerable.Range(1, 6).SelectMany(i => new[] { (72.0, 716.0 - 16 * i, $"the left column in its line {i}"), (330.0, 716.0 - 16 * i, $"the right column in its line {i}") });

        var text = await ReadAsync(PdfBuilder.Text([(72, 760, "Heading above both"), .. lines]));

        Assert.Contains("the left column in its line 6\nthe right column in its line 1\n", text, StringComparison.Ordinal);
        Assert.StartsWith("Heading above both\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_a_table_stay_rows()
    {
        var cells = Enumerable.Range(1, 6).SelectMany(i => new[] { (72.0, 716.0 - 16 * i, $"part {i}"), (200.0, 716.0 - 16 * i, $"{i}0 pieces"), (330.0, 716.0 - 16 * i, $"{i}.00 EUR") });

        var text = await ReadAsync(PdfBuilder.Text([.. cells]));

        Assert.Contains("part 3\t30 pieces\t3.00 EUR\npart 4\t40 pieces", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Rotate 90")]
    [InlineData("/Rotate 180")]
    [InlineData("/Rotate 270")]
    public async Task A_page_shown_turned_is_read_in_lines(string keys)
    {
        var text = await ReadAsync(PdfBuilder.Text((72, 700, "It is a line of words"), (72, 684, "and a second one")), keys);

        Assert.Equal("It is a line of words and a second one", string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        if (keys != "/Rotate 180")
            Assert.Contains("It is a line of words\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(35)]
    [InlineData(90)]
    public async Task Text_at_an_angle_is_read_in_lines(double degrees)
    {
        var (cos, sin) = (Math.Cos(degrees * Math.PI / 180), Math.Sin(degrees * Math.PI / 180));
        var content = string.Create(CultureInfo.InvariantCulture, $"BT /F 12 Tf {cos:0.####} {sin:0.####} {-sin:0.####} {cos:0.####} 200 300 Tm (Across the whole) Tj 0 -16 Td (width of it) Tj ET");

        Assert.Equal("Across the whole\nwidth of it", (await ReadAsync(content)).Replace("\n\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_fills_the_gap_of_a_line_is_read_there()
    {
        var text = await ReadAsync(PdfBuilder.Text((72, 700, "Name:"), (300, 700, "Quay:"), (72, 684, "Signed below"), (120, 700, "Aurelia")));

        Assert.Equal("Name: Aurelia\tQuay:\nSigned below", text.Replace("Name:\t", "Name: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_painted_twice_to_look_bold_is_read_once()
    {
        var text = await ReadAsync(PdfBuilder.Text((72, 700, "Load tables"), (72.4, 700, "Load tables"), (72, 684, "Load tables")));

        Assert.Equal("Load tables\nLoad tables", text);
    }

    [Fact]
    public async Task Letters_set_apart_are_words()
    {
        var text = await ReadAsync("BT /F 12 Tf 1.4 Tc 72 700 Td (HARBOUR WORKS) Tj ET");

        Assert.Equal("HARBOUR WORKS", text);
    }

    [Fact]
    public async Task Lines_painted_in_any_order_are_read_from_the_top()
    {
        (double, double, string)[] lines = [.. Enumerable.Range(0, 12).Select(i => (72.0, 700.0 - 16 * i, $"line number {i} of the page"))];
        var shuffled = lines.Reverse().ToArray();

        var text = await ReadAsync(PdfBuilder.Text(shuffled));

        Assert.Equal(lines.Select(line => line.Item3), text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Text_that_is_not_painted_counts()
    {
        Assert.Equal("under the scan", await ReadAsync("BT 3 Tr /F 12 Tf 72 700 Td (under the scan) Tj ET"));
    }

    [Fact]
    public async Task A_word_broken_at_the_end_of_its_line_is_one_word()
    {
        var text = await ReadAsync(PdfBuilder.Text((72, 700, "a quick manip-"), (72, 688, "ulation of Mid-"), (72, 676, "Atlantic words")));

        Assert.Equal("a quick manipulation of Mid-\nAtlantic words", text);
    }
}
