using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Tests;

public sealed class NumberWordsTests
{
    [Theory]
    [InlineData("decimal", 12, "12")]
    [InlineData("upperRoman", 1994, "MCMXCIV")]
    [InlineData("lowerRoman", 4, "iv")]
    [InlineData("upperLetter", 28, "BB")]
    [InlineData("lowerLetter", 26, "z")]
    [InlineData("ordinal", 1, "1st")]
    [InlineData("ordinal", 12, "12th")]
    [InlineData("ordinal", 22, "22nd")]
    [InlineData("cardinalText", 121, "One hundred twenty-one")]
    [InlineData("ordinalText", 22, "Twenty-second")]
    [InlineData("ordinalText", 40, "Fortieth")]
    [InlineData("hex", 255, "FF")]
    [InlineData("decimalZero", 7, "07")]
    [InlineData("chicago", 6, "††")]
    [InlineData("decimalEnclosedCircle", 3, "③")]
    [InlineData("japaneseCounting", 21, "二十一")]
    [InlineData("ideographDigital", 20, "二〇")]
    [InlineData("russianLower", 3, "в")]
    [InlineData("numberInDash", 5, "- 5 -")]
    [InlineData("bullet", 5, "")]
    [InlineData("none", 5, "")]
    [InlineData("unheard of", 5, "5")]
    [InlineData("lowerRoman", 0, "0")]
    [InlineData("upperLetter", -3, "-3")]
    [InlineData("cardinalText", int.MaxValue, "2147483647")]
    public void A_number_is_written_in_the_format_of_its_level(string format, int number, string expected) =>
        Assert.Equal(expected, NumberWords.Format(number, NumberWords.Code(format)));

    [Fact]
    public void Every_format_writes_every_number()
    {
        for (var code = 0; code < 256; code++)
        {
            foreach (var number in (int[])[int.MinValue, -1, 0, 1, 19, 99, 4000, 100_000, int.MaxValue])
                Assert.InRange(NumberWords.Format(number, code).Length, 0, 100);
        }
    }
}
