using System.Text;
using ScaiDrive.Search.Index.Weaviate;

namespace ScaiDrive.Search.Tests.Index.Weaviate;

public sealed class RequestTextTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\"")]
    [InlineData("line\n", "\"line\\u000A\"")]
    [InlineData("日本 𠀋", "\"日本 𠀋\"")]
    public void A_string_of_a_query_is_what_graphql_reads(string text, string expected) => Assert.Equal(expected, GraphText.Quote(text));

    [Fact]
    public void Half_a_pair_of_surrogates_does_not_break_a_query() => Assert.Equal("\"\uFFFDx\"", GraphText.Quote("\ud800x"));

    [Fact]
    public void A_condition_is_the_same_in_a_query_and_in_a_deletion_but_for_lists()
    {
        var where = Where.All(Where.Equal("a", "x"), Where.Any(Where.ContainsAny("b", ["y", "z"]), Where.Like("c", "p*")));
        var query = new StringBuilder();
        where.WriteTo(query);
        Assert.Equal(
            "{operator:And,operands:[{path:[\"a\"],operator:Equal,valueText:\"x\"},{operator:Or,operands:[{path:[\"b\"],operator:ContainsAny,valueText:[\"y\",\"z\"]},{path:[\"c\"],operator:Like,valueText:\"p*\"}]}]}",
            query.ToString());
        Assert.Equal(
            """{"operator":"And","operands":[{"path":["a"],"operator":"Equal","valueText":"x"},{"operator":"Or","operands":[{"path":["b"],"operator":"ContainsAny","valueTextArray":["y","z"]},{"path":["c"],"operator":"Like","valueText":"p*"}]}]}""",
            where.ToJson().ToJsonString());
    }

    [Theory]
    [InlineData("/a b/ü")]
    [InlineData("\\^$.|?*+()[]{}\n\t")]
    [InlineData("日本/what?*")]
    public void Encoded_text_has_no_sign_of_an_expression_and_comes_back(string text)
    {
        var encoded = PlainText.Encode(text);
        Assert.DoesNotContain(encoded, character => "\\^$.|?*+()[]{}\n\t".Contains(character, StringComparison.Ordinal));
        Assert.Equal(text, PlainText.Decode(encoded));
    }

    [Fact]
    public void An_object_has_one_id_and_another_object_another()
    {
        var id = ObjectId.OfChunk("tnt", "fil", 3, "C");
        Assert.Equal(id, ObjectId.OfChunk("tnt", "fil", 3, "C"));
        Assert.Equal('5', id.ToString()[14]);
        Assert.Contains(id.ToString()[19], "89ab");
        Assert.Equal(5, new[] { id, ObjectId.OfChunk("tnt", "fil", 4, "C"), ObjectId.OfChunk("tnt", "fil", 3, "D"), ObjectId.OfFile("tnt", "fil"), ObjectId.OfIndex("tnt") }.Distinct().Count());
    }

    [Fact]
    public void Names_of_collections_and_tenants_are_valid_whatever_the_ids_are()
    {
        Assert.Matches("^[A-Z][_0-9A-Za-z]{0,254}$", Collections.ChunksOf("text-embedding-3-large/" + new string('x', 300), 3072));
        Assert.NotEqual(Collections.ChunksOf("a-b", 3), Collections.ChunksOf("a_b", 3));
        Assert.NotEqual(Collections.ChunksOf("a", 3), Collections.ChunksOf("a", 4));
        Assert.Equal("tnt_local", Collections.TenantOf("tnt_local"));
        Assert.Matches("^[A-Za-z0-9_-]{1,64}$", Collections.TenantOf("Ümläut GmbH & Co " + new string('x', 100)));
        Assert.NotEqual(Collections.TenantOf("a b"), Collections.TenantOf("a c"));
    }
}
