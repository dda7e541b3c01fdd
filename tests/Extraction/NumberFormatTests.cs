using ScaiDrive.Extraction.Formats.Office.Sheets;
using ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

namespace ScaiDrive.Extraction.Tests;

public sealed class NumberFormatTests
{
    [Theory]
    [InlineData(1234.5, "General", "1234.5")]
    [InlineData(0.1, "General", "0.1")]
    [InlineData(0.1 + 0.2, "General", "0.3")]
    [InlineData(13.1211231321, "General", "13.1211231321")]
    [InlineData(123456789012, "General", "123456789012")]
    [InlineData(123456789012345, "General", "123456789012345")]
    [InlineData(1234567890123450, "General", "1.23456789012345E+15")]
    [InlineData(0.00001, "General", "0.00001")]
    [InlineData(0.0000123456789, "General", "1.23457E-05")]
    [InlineData(-7, "General\" units\"", "-7 units")]
    [InlineData(1234.567, "0.00", "1234.57")]
    [InlineData(1234567.891, "#,##0.00", "1,234,567.89")]
    [InlineData(5, "0,000", "0,005")]
    [InlineData(0.5, "#,##0.00", "0.50")]
    [InlineData(0.5, "#.##", ".5")]
    [InlineData(3.10, "0.0?", "3.1")]
    [InlineData(1e20, "#,##0", "100,000,000,000,000,000,000")]
    [InlineData(-1599.99, "$#,##0.00;($#,##0.00)", "($1,599.99)")]
    [InlineData(-1599.99, "\"$\"#,##0.00_);[Red]\\(\"$\"#,##0.00\\)", "($1,599.99)")]
    [InlineData(-1599.99, "#,##0.00", "-1,599.99")]
    [InlineData(3.03, "_(\"$\"* #,##0.00_);_(\"$\"* \\(#,##0.00\\);_(\"$\"* \"-\"??_);_(@_)", "$ 3.03")]
    [InlineData(0, "_(\"$\"* #,##0.00_);_(\"$\"* \\(#,##0.00\\);_(\"$\"* \"-\"??_);_(@_)", "$ -")]
    [InlineData(0.125, "0.0%", "12.5%")]
    [InlineData(12345, "0.00E+00", "1.23E+04")]
    [InlineData(0.00012, "0.0E+0", "1.2E-4")]
    [InlineData(12345, "0.00E-00", "1.23E04")]
    [InlineData(12345, "##0.0E+0", "12.3E+3")]
    [InlineData(999999, "0.0E+0", "1.0E+6")]
    [InlineData(1.5, "# ?/?", "1 1/2")]
    [InlineData(-2.5, "# ?/?", "-2 1/2")]
    [InlineData(3, "# ?/?", "3")]
    [InlineData(0.999, "# ?/?", "1")]
    [InlineData(0.3333333, "# ??/??", "1/3")]
    [InlineData(0.3, "?/?", "2/7")]
    [InlineData(3.14159265, "# ???/???", "3 16/113")]
    [InlineData(0.375, "# ?/16", "6/16")]
    [InlineData(1.3, "# ?/10", "1 3/10")]
    [InlineData(2.5, "?/?", "5/2")]
    [InlineData(2140, "#,##0.00\\ [$€-1]", "2,140.00 €")]
    [InlineData(2140, "[$€-407]\\ #,##0", "€ 2,140")]
    [InlineData(12345678, "0.0,,\"M\"", "12.3M")]
    [InlineData(1234567, "#,##0,", "1,235")]
    [InlineData(5551234567, "000-000-0000", "555-123-4567")]
    [InlineData(19.99, "0\\ \"dollars and\"\\ .00\\ \"cents\"", "19 dollars and .99 cents")]
    [InlineData(0, "0;-0;\"none\"", "none")]
    [InlineData(3, "\"yes\";\"no\"", "yes")]
    [InlineData(50, "[<=99]\"small\";\"large\"", "small")]
    [InlineData(500, "[<=99]\"small\";\"large\"", "large")]
    [InlineData(-3, "[<0]0\" below\";0\" above\"", "3 below")]
    [InlineData(15551234, "[<=9999999]###-####;(###) ###-####", "(1) 555-1234")]
    [InlineData(39466.190972222, "m/d/yy h:mm", "1/19/08 4:35")]
    [InlineData(39219.18055, "\"At\"\\ h:mm\\ AM/PM\\ \"on\"\\ dddd\\ mmmm\\ d\",\"\\ yyyy", "At 4:20 AM on Thursday May 17, 2007")]
    [InlineData(39219, "d-mmm-yy", "17-May-07")]
    [InlineData(39219, "[Red]mmmmm", "M")]
    [InlineData(39219, "ddd", "Thu")]
    [InlineData(0.760416667, "h:mm", "18:15")]
    [InlineData(0.760416667, "h:mm AM/PM", "6:15 PM")]
    [InlineData(0.5, "h:mm A/P", "12:00 P")]
    [InlineData(0.999999, "h:mm", "0:00")]
    [InlineData(1.5, "[h]:mm:ss", "36:00:00")]
    [InlineData(0.0416666, "[mm]:ss", "60:00")]
    [InlineData(0.04, "[ss]", "3456")]
    [InlineData(-0.5, "[h]:mm", "-12:00")]
    [InlineData(0.000005787, "mm:ss.0", "00:00.5")]
    [InlineData(0.123456789, "h:mm:ss.000", "2:57:46.667")]
    [InlineData(44927, "yyyy\\-mm\\-dd", "2023-01-01")]
    [InlineData(44927, "[$-409]mmmm d, yyyy;@", "January 1, 2023")]
    [InlineData(44927, "[$-407]d. mmmm yyyy", "1. Januar 2023")]
    [InlineData(44927, "[$-40C]dddd d mmmm yyyy", "dimanche 1 janvier 2023")]
    [InlineData(44927, "[$-7]ddd d. mmm", "So 1. Jan")]
    [InlineData(44927, "yyyy\"年\"m\"月\"d\"日\"", "2023年1月1日")]
    [InlineData(44927, "d/m/bbbb", "1/1/2566")]
    [InlineData(60, "m/d/yy", "2/29/00")]
    [InlineData(59, "m/d/yy", "2/28/00")]
    [InlineData(0, "m/d/yy", "1/0/00")]
    [InlineData(-5, "yyyy", "-5")]
    [InlineData(3000000, "yyyy", "3000000")]
    [InlineData(7, "", "7")]
    [InlineData(7, ";;;", "")]
    [InlineData(7, "@", "7")]
    public void A_number_shows_as_its_format_says(double value, string format, string shown) =>
        Assert.Equal(shown, NumberFormat.Parse(format).Show(value));

    [Theory]
    [InlineData("General", "words")]
    [InlineData("0.00", "words")]
    [InlineData("@", "words")]
    [InlineData("\"Note: \"@", "Note: words")]
    [InlineData("0;-0;0;@\" (text)\"", "words (text)")]
    public void A_text_shows_with_what_its_format_puts_around_it(string format, string shown) =>
        Assert.Equal(shown, NumberFormat.Parse(format).Show("words"));

    [Theory]
    [InlineData(14, true, "10/3/09")]
    [InlineData(14, false, "2009-10-03")]
    [InlineData(22, true, "10/3/09 12:00")]
    [InlineData(22, false, "2009-10-03 12:00")]
    [InlineData(31, false, "2009年10月3日")]
    [InlineData(9999, true, "40089.5")]
    public void A_date_without_a_format_of_its_own_is_English_or_as_ISO_8601_has_it(int format, bool english, string shown)
    {
        var formats = new CellFormats { English = english };
        formats.AddStyle(format);

        Assert.Equal(shown, formats.Show(40089.5, 0));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("\"")]
    [InlineData("[$-")]
    [InlineData("0.0.0.0")]
    [InlineData("////")]
    [InlineData("0/0/0")]
    [InlineData("E+E+E+")]
    [InlineData("hhhhhhhh:mmmmmmmm:ssssssss.00000000000")]
    [InlineData(";;;;;;;;")]
    [InlineData("[>]0;[h")]
    [InlineData("????????????????????????????????????????.????????????????????????????????????????")]
    [InlineData("[$-FFFFFFFF]mmmm")]
    public void No_format_code_breaks_a_cell(string format)
    {
        foreach (var value in (double[])[0, 1, -1, 0.5, 1e300, -1e-300, double.NaN, double.PositiveInfinity, 40000.123])
            Assert.NotNull(NumberFormat.Parse(format).Show(value));
    }
}
