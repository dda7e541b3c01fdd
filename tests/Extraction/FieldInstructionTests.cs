using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Tests;

public sealed class FieldInstructionTests
{
    [Theory]
    [InlineData("""HYPERLINK "https://example.org/a b" """, "https://example.org/a b")]
    [InlineData("""HYPERLINK https://example.org""", "https://example.org")]
    [InlineData("""HYPERLINK \l "Chapter" """, "")]
    [InlineData("""HYPERLINK "x.doc" \l "Chapter" \o "Read this" """, "x.doc|Read this")]
    [InlineData("""hyperlink \t "_blank" "https://example.org" """, "https://example.org")]
    [InlineData("""INCLUDEPICTURE  "http://example.org/p.png" \* MERGEFORMAT \d""", "http://example.org/p.png")]
    [InlineData("""INCLUDETEXT \c html "C:\\docs\\part.htm" """, @"C:\docs\part.htm")]
    [InlineData("""LINK Excel.Sheet.8 "\\\\server\\share\\book.xls" "Sheet1!A1" \a \f 4""", @"\\server\share\book.xls")]
    [InlineData("""PAGE \* MERGEFORMAT""", "")]
    [InlineData("HYPERLINK", "")]
    [InlineData("HYPERLINK \"never closed", "never closed")]
    [InlineData("", "")]
    public void A_field_says_where_it_leads(string instruction, string targets) =>
        Assert.Equal(targets, string.Join('|', FieldInstruction.Targets(instruction)));

    [Theory]
    [InlineData(@" EQ \f(1,2) ", @"\f(1,2)")]
    [InlineData("MACROBUTTON NoMacro Click here and type", "Click here and type")]
    [InlineData("MACROBUTTON NoMacro", null)]
    [InlineData("DATE", null)]
    public void What_a_field_draws_without_a_result_is_shown(string instruction, string? shown) =>
        Assert.Equal(shown, FieldInstruction.Shown(instruction));
}
