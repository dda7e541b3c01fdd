using ScaiDrive.Extraction.Formats.Office.Sheets;

namespace ScaiDrive.Extraction.Tests;

public sealed class MarginTextTests
{
    [Theory]
    [InlineData("&LLeft&CMiddle&RRight", "Left\nMiddle\nRight")]
    [InlineData("&L&\"Arial,Bold\"&12Big words", "Big words")]
    [InlineData("&C&KFF0000Red && blue", "Red & blue")]
    [InlineData("&C&K01+034Tinted", "Tinted")]
    [InlineData("&CPage &P of &N", "Page  of")]
    [InlineData("&C&A in &F", "Dock in ledger.xlsx")]
    [InlineData("&C&\"never closed", "")]
    [InlineData("ends &", "ends &")]
    public void Codes_of_headers_and_footers_vanish_and_words_stay(string coded, string text) =>
        Assert.Equal(text, MarginText.Decode(coded, "Dock", "ledger.xlsx"));
}
