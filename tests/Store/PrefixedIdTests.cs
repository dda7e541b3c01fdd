namespace ScaiDrive.Store.Tests;

public sealed class PrefixedIdTests
{
    [Fact]
    public void Ids_made_one_after_the_other_sort_in_that_order()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => PrefixedId.New("fil")).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("fil", true)]
    [InlineData("fld", false)]
    [InlineData("fi", false)]
    public void An_id_is_well_formed_only_for_its_own_prefix(string prefix, bool expected) =>
        Assert.Equal(expected, PrefixedId.IsWellFormed(PrefixedId.New("fil"), prefix));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("fil_")]
    [InlineData("fil_01JDZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("fil_01jdzzzzzzzzzzzzzzzzzzzzz'")]
    public void Anything_else_is_not_well_formed(string? id) => Assert.False(PrefixedId.IsWellFormed(id, "fil"));
}
