using ScaiDrive.Connectors.Filtering;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

public sealed class PathFilterTests
{
    [Theory]
    [InlineData("*.pdf", "a.pdf", true)]
    [InlineData("*.pdf", "deep/er/A.PDF", true)]
    [InlineData("*.pdf", "a.pdf.txt", false)]
    [InlineData("~$*", "docs/~$report.docx", true)]
    [InlineData("~$*", "docs/report~$", false)]
    [InlineData("2024/*.pdf", "2024/a.pdf", true)]
    [InlineData("2024/*.pdf", "2024/q1/a.pdf", false)]
    [InlineData("2024/*.pdf", "old/2024/a.pdf", false)]
    [InlineData("archive/**", "archive/a/b", true)]
    [InlineData("archive/**", "archive", false)]
    [InlineData("**/build/*.o", "build/a.o", true)]
    [InlineData("**/build/*.o", "x/y/build/a.o", true)]
    [InlineData("**/build/*.o", "x/rebuild/a.o", false)]
    [InlineData("/top", "top", true)]
    [InlineData("/top", "x/top", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("[x](+)$", "[x](+)$", true)]
    [InlineData("*", "anything/at all\n", true)]
    public void A_pattern_means_what_it_says(string pattern, string path, bool matches)
    {
        Assert.Equal(!matches, new PathFilter([], [pattern], ignoreCase: true).Admits(path, isDirectory: false));
        Assert.Equal(matches, new PathFilter([pattern], [], ignoreCase: true).Admits(path, isDirectory: false));
    }

    [Fact]
    public void A_trailing_slash_means_directories_only()
    {
        var filter = new PathFilter([], ["cache/"], ignoreCase: true);
        Assert.False(filter.Admits("x/cache", isDirectory: true));
        Assert.True(filter.Admits("x/cache", isDirectory: false));
        Assert.False(filter.AdmitsWithParents("x/cache/deep/file", isDirectory: false));
    }

    [Fact]
    public void Case_counts_when_asked_for()
    {
        Assert.True(new PathFilter([], ["*.pdf"], ignoreCase: false).Admits("a.PDF", isDirectory: false));
    }

    [Fact]
    public void Includes_never_close_a_directory_and_excludes_win()
    {
        var filter = new PathFilter(["*.pdf"], ["secret*"], ignoreCase: true);
        Assert.True(filter.Admits("directory", isDirectory: true));
        Assert.False(filter.Admits("secret.pdf", isDirectory: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    public void An_empty_pattern_is_refused(string pattern) =>
        Assert.Equal(ConnectorCodes.InvalidSettings, Assert.Throws<ConnectorException>(() => new PathFilter([], [pattern], ignoreCase: true)).Code);
}
