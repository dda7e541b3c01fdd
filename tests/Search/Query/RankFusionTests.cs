using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Tests.Query;

public sealed class RankFusionTests
{
    [Fact]
    public void Alpha_grows_into_a_weight_from_nothing_to_everything()
    {
        Assert.Equal(0, RankFusion.WeightOf(0));
        Assert.Equal(1, RankFusion.WeightOf(1));
        Assert.Equal(0.3, RankFusion.WeightOf(0.7), 6);
        Assert.Equal((0, 1), (RankFusion.WeightOf(-3), RankFusion.WeightOf(7)));
        var weights = Enumerable.Range(0, 101).Select(i => RankFusion.WeightOf(i / 100.0)).ToList();
        Assert.All(weights.Zip(weights.Skip(1)), pair => Assert.True(pair.First < pair.Second));
    }

    [Fact]
    public void A_file_in_both_rankings_stands_above_files_in_one()
    {
        var fused = RankFusion.Fuse([Ranked("a"), Ranked("b")], [Ranked("c", 3), Ranked("b", 7)], 0.5);
        Assert.Equal("b", fused[0].FileId);
        Assert.Equal(7, fused[0].ChunkIndex);
        Assert.Equal(3, fused.Count);
    }

    [Fact]
    public void A_side_without_weight_adds_nothing()
    {
        Assert.Equal(["a"], RankFusion.Fuse([Ranked("a")], [Ranked("b")], 0).Select(file => file.FileId));
        Assert.Equal(["b"], RankFusion.Fuse([Ranked("a")], [Ranked("b")], 1).Select(file => file.FileId));
    }

    private static RankedFile Ranked(string id, int? chunk = null) => new(id, 1, null, chunk);
}
