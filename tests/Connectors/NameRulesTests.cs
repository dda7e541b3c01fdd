using Xunit;

namespace ScaiDrive.Connectors.Tests;

public sealed class NameRulesTests
{
    [Theory]
    [InlineData("d/CON")]
    [InlineData("nul.txt")]
    [InlineData("Com1")]
    [InlineData("LPT9.tar.gz")]
    [InlineData("COM\u00b2")]
    [InlineData("aux .txt")]
    [InlineData("ends in a dot.")]
    [InlineData("ends in a space ")]
    [InlineData("a:b")]
    [InlineData("what?")]
    [InlineData("back\\slash")]
    [InlineData("tab\there")]
    public void Windows_refuses_names_that_Linux_takes(string path)
    {
        Assert.Equal(ProblemCodes.NameNotAllowed, NameRules.Windows.Check(path)!.Code);
        Assert.Null(NameRules.Posix.Check(path));
    }

    [Theory]
    [InlineData("CONSOLE.txt")]
    [InlineData("com10")]
    [InlineData(".hidden")]
    [InlineData("CON/inside")]
    [InlineData("ünïcödé 名前.txt")]
    public void Other_names_are_taken_and_what_lies_above_is_judged_in_its_own_turn(string path) => Assert.Null(NameRules.Windows.Check(path));

    [Fact]
    public void Lengths_are_counted_as_the_source_counts_them()
    {
        var umlauts = new string('ü', 200);
        Assert.Null(NameRules.Windows.Check(umlauts));
        Assert.NotNull(NameRules.Posix.Check(umlauts));
        Assert.NotNull(NameRules.Windows.Check(new string('a', 256)));
        Assert.NotNull(NameRules.Posix.Check(string.Join('/', Enumerable.Repeat(new string('a', 200), 20))));
        Assert.Null(NameRules.Windows.Check(string.Join('/', Enumerable.Repeat(new string('a', 200), 20))));
    }

    [Fact]
    public void Names_of_files_that_are_being_written_are_refused() => Assert.NotNull(NameRules.Posix.Check("d/" + SourcePath.TemporaryName()));

    [Fact]
    public void Unicode_forms_are_one_name_everywhere_and_case_where_the_source_ignores_it()
    {
        Assert.Equal(NameRules.Posix.Fold("e\u0301"), NameRules.Posix.Fold("\u00e9"));
        Assert.NotEqual(NameRules.Posix.Fold("Report"), NameRules.Posix.Fold("report"));
        Assert.Equal(NameRules.Windows.Fold("E\u0301T\u00c9"), NameRules.Windows.Fold("\u00e9te\u0301"));
    }
}
