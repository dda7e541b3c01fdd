using ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

namespace ScaiDrive.Extraction.Tests;

public sealed class NumberFormatTests
{
    [Theory]
    [InlineData(1234.5, "General", "1234.5")]
    [InlineData(0.1, "General", "0.1")]
    [InlineData(123456789012, "General", "123456789012")]
    [InlineData(1234.567, "0.00", "1234.57")]
    [InlineData(1234567.891, "#,##0.00", "1,234,567.89")]
    [InlineData(0.5, "#,##0.00", "0.50")]
    [InlineData(-1599.99, "$#,##0.00;($#,##0.00)", "($1,599.99)")]
    [InlineData(-1599.99, "#,##0.00", "-1,599.99")]
    [InlineData(0.125, "0.0%", "12.5%")]
    [InlineData(12345, "0.00E+00", "1.23E+04")]
    [InlineData(1.5, "# ?/?", "1 1/2")]
    [InlineData(0.3333333, "# ??/??", "1/3")]
    [InlineData(2140, "#,##0.00\\ [$€-1]", "2,140.00 €")]
    [InlineData(12345678, "0.0,,\"M\"", "12.3M")]
    [InlineData(5551234567, "000-000-0000", "555-123-4567")]
    [InlineData(0, "0;-0;\"none\"", "none")]
    [InlineData(50, "[<=99]\"small\";\"large\"", "small")]
    [InlineData(39466.190972222, "m/d/yy h:mm", "1/19/08 4:35")]
    [InlineData(39219, "d-mmm-yy", "17-May-07")]
    [InlineData(0.760416667, "h:mm", "18:15")]
    [InlineData(0.760416667, "h:mm AM/PM", "6:15 PM")]
    [InlineData(1.5, "[h]:mm:ss", "36:00:00")]
    [InlineData(44927, "yyyy\\-mm\\-dd", "2023-01-01")]
    [InlineData(44927, "[$-409]mmmm d, yyyy;@", "January 1, 2023")]
    [InlineData(60, "m/d/yy", "2/28/00")]
    [InlineData(-5, "yyyy", "-5")]
    [InlineData(7, "", "7")]
    [InlineData(7, ";;;", "")]
    public void A_number_shows_as_its_format_says(double value, string format, string shown) =>
        Assert.Equal(shown, NumberFormat.Parse(format).Show(value));
}
