using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Tests.Query;

public sealed class ScoreFusionTests
{
    [Fact]
    public void Alpha_grows_into_a_weight_from_nothing_to_everything()
    {
        Assert.Equal(0, ScoreFusion.WeightOf(0));
        Assert.Equal(1, ScoreFusion.WeightOf(1));
        Assert.Equal(0.3, ScoreFusion.WeightOf(0.7), 6);
        Assert.Equal((0, 1), (ScoreFusion.WeightOf(-3), ScoreFusion.WeightOf(7)));
        var weights = Enumerable.Range(0, 101).Select(i => ScoreFusion.WeightOf(i / 100.0)).ToList();
        Assert.All(weights.Zip(weights.Skip(1)), pair => Assert.True(pair.First < pair.Second));
    }

    [Fact]
    public void A_file_found_by_both_stands_above_files_found_by_one_and_keeps_the_chunk_that_meaning_chose()
    {
        var fused = ScoreFusion.Fuse(All(Ranked("a", 10), Ranked("b", 8)), [[Ranked("c", 0.9, 3), Ranked("b", 0.8, 7), Ranked("d", 0.2, 1)]], 0.5);
        Assert.Equal("b", fused[0].FileId);
        Assert.Equal(7, fused[0].ChunkIndex);
        Assert.Equal(4, fused.Count);
        Assert.All(fused, file => Assert.InRange(file.Score, 0, 1));
    }

    [Fact]
    public void A_file_far_ahead_by_words_is_not_pushed_down_by_files_that_only_resemble_the_query()
    {
        var words = Enumerable.Range(0, 20).Select(i => Ranked($"w{i:00}", i == 0 ? 30 : 5 - i * 0.1)).ToList();
        var meaning = Enumerable.Range(1, 19).Select(i => Ranked($"w{i:00}", 0.52 - i * 0.001)).Append(Ranked("w00", 0.40)).ToList();
        Assert.Equal("w00", ScoreFusion.Fuse(All([.. words]), [meaning], 0.3)[0].FileId);
    }

    [Fact]
    public void A_side_without_weight_adds_nothing()
    {
        Assert.Equal(["a"], ScoreFusion.Fuse(All(Ranked("a")), [[Ranked("b")]], 0).Select(file => file.FileId));
        Assert.Equal(["b"], ScoreFusion.Fuse(All(Ranked("a")), [[Ranked("b")]], 1).Select(file => file.FileId));
    }

    [Fact]
    public void Cosines_of_different_models_are_each_brought_to_one_scale_and_a_file_keeps_its_best()
    {
        IReadOnlyList<RankedFile> narrow = [Ranked("a", 0.91), Ranked("b", 0.905), Ranked("c", 0.90)];
        IReadOnlyList<RankedFile> wide = [Ranked("c", 0.6), Ranked("d", 0.1)];
        var fused = ScoreFusion.Fuse(All(), [narrow, wide], 1);
        Assert.Equal(["a", "c", "b", "d"], fused.Select(file => file.FileId));
        Assert.Equal([1, 1, 0.5, 0], fused.Select(file => Math.Round(file.Score, 6)));
    }

    [Fact]
    public void Equal_scores_keep_the_order_of_the_rankings()
    {
        var words = Enumerable.Range(0, 50).Select(i => Ranked($"f{i * 7 % 50:00}", 2)).ToList();
        Assert.Equal(words.Select(file => file.FileId), ScoreFusion.Fuse(All([.. words]), [[]], 0.3).Select(file => file.FileId));
    }

    [Fact]
    public void The_last_of_a_list_that_was_cut_is_no_better_than_what_is_not_listed()
    {
        var words = new Ranking([Ranked("a", 10), Ranked("b", 9), Ranked("c", 8)], Total: 5_000);
        Assert.Equal([1, 0.5, 0], ScoreFusion.Fuse(words, [], 0).Select(file => file.Score));
        Assert.Equal([1, 0.9, 0.8], ScoreFusion.Fuse(words with { Total = 3 }, [], 0).Select(file => file.Score));
    }

    private static Ranking All(params RankedFile[] files) => new(files, files.Length);

    private static RankedFile Ranked(string id, double score = 1, int? chunk = null) => new(id, score, null, chunk);
}
