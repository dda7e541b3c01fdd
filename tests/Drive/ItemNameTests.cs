using System.Text;

namespace ScaiDrive.Drive.Tests;

public sealed class ItemNameTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void A_name_no_file_system_could_hold_is_refused(string name) =>
        Assert.Equal("INVALID_NAME", Assert.Throws<InvalidNameException>(() => ItemName.Normalize(name)).Code);

    // Not among the above: an attribute is kept as UTF-8, which cannot hold it.
    [Fact]
    public void A_name_that_is_not_Unicode_is_refused() =>
        Assert.Throws<InvalidNameException>(() => ItemName.Normalize("half \uD83D of a pair"));

    [Theory]
    [InlineData("...")]
    [InlineData(" ")]
    [InlineData(".hidden")]
    [InlineData("a\\b:c*?")]
    [InlineData("日本語.txt")]
    public void Any_other_name_is_kept(string name) => Assert.Equal(name, ItemName.Normalize(name));

    [Fact]
    public void A_decomposed_name_is_composed() => Assert.Equal("\u00E9t\u00E9 \uAC00", ItemName.Normalize("e\u0301te\u0301 \u1100\u1161"));

    [Fact]
    public void The_limit_counts_the_bytes_of_the_stored_form()
    {
        // 127 letters e with an accent: 381 bytes decomposed, 254 composed.
        var decomposed = string.Concat(Enumerable.Repeat("e\u0301", 127)) + "x";
        Assert.Equal(255, Encoding.UTF8.GetByteCount(ItemName.Normalize(decomposed)));
        Assert.Throws<InvalidNameException>(() => ItemName.Normalize(decomposed + "x"));
    }

    [Fact]
    public void A_path_is_the_names_from_the_root()
    {
        Assert.Empty(ItemPath.Split("/"));
        Assert.Empty(ItemPath.Split(""));
        Assert.Equal(["a", "b"], ItemPath.Split("/a/b/"));
        Assert.Throws<InvalidNameException>(() => ItemPath.Split("/a//b"));
        Assert.Throws<InvalidNameException>(() => ItemPath.Split("/a/../b"));
        Assert.Throws<InvalidNameException>(() => ItemPath.Split("//"));
    }
}
