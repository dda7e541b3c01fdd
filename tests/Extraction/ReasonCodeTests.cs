using System.Reflection;
using System.Text.RegularExpressions;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed partial class ReasonCodeTests
{
    private static readonly string[] Codes =
        [.. typeof(ReasonCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void Every_code_but_ok_has_a_hint_and_every_hint_a_code() =>
        Assert.Equal(Codes.Where(code => code != ReasonCodes.Ok).Order(StringComparer.Ordinal), ReasonCodes.Hints.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Codes_are_lower_case_words_that_fit_a_log_a_metric_and_an_address() =>
        Assert.All(Codes, code => Assert.Matches("^[a-z]+(_[a-z]+)*$", code));

    [Fact]
    public void Every_hint_is_a_sentence() =>
        Assert.All(ReasonCodes.Hints.Values, hint => Assert.Matches(@"^[A-Z].*\.$", hint));

    [Fact]
    public void Readers_name_codes_by_their_constants_alone()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "src", "Extraction"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(path) != "ReasonCodes.cs");

        Assert.All(sources, path => Assert.DoesNotMatch(WithLiteralCode(), File.ReadAllText(path)));
    }

    // A code in quotes, wherever an ending is made.
    [GeneratedRegex("""(UnreadableDocumentException\(|ReportPart\(|Report\([^,()]+,[^,()]+,|Ending\()\s*"[a-z_]+["]""")]
    private static partial Regex WithLiteralCode();
}
