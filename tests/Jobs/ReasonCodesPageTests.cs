using System.Text.RegularExpressions;
using ScaiDrive.Extraction;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Jobs.Tests;

public sealed partial class ReasonCodesPageTests
{
    [Fact]
    public void The_page_lists_exactly_the_codes_that_have_a_hint()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "reason-codes.md"));
        var listed = Row().Matches(page).Select(row => row.Groups["code"].Value).ToList();

        Assert.Equal(ReasonCodes.Hints.Keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_has_a_hint_except_the_one_that_is_no_reason()
    {
        var codes = typeof(ReasonCodes).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal([ReasonCodes.Ok], codes.Except(ReasonCodes.Hints.Keys));
    }

    [Fact]
    public void The_page_lists_exactly_the_causes_of_not_being_found()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "reason-codes.md"));
        var codes = typeof(WhyCodes).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();

        Assert.Equal(codes.Order(StringComparer.Ordinal), Cause().Matches(page).Select(row => row.Groups["code"].Value).Order(StringComparer.Ordinal));
        Assert.Equal([WhyCodes.Indexed], codes.Except(WhyCodes.Hints.Keys));
    }

    [GeneratedRegex("^\\|.*\\| `(?<code>[a-z_]+)` \\|$", RegexOptions.Multiline)]
    private static partial Regex Cause();

    [GeneratedRegex("^\\| `(?<code>[a-z_]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
