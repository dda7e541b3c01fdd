using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Contract;

/// <summary>What every engine owes: which files are found, in which order where it must be one and the same, and nothing lost on the way.</summary>
public abstract partial class SearchEngineContract
{
    private protected abstract Task<EngineRoom> StartAsync();

    [Fact]
    public async Task A_tenant_without_files_finds_nothing_and_fails_nowhere()
    {
        await using var engine = await StartAsync();
        Assert.Empty(await engine.FindAsync("anything"));
        Assert.Empty(await engine.NearAsync("anything"));
    }

    [Fact]
    public async Task A_name_is_found_before_there_is_any_text()
    {
        await using var engine = await StartAsync();
        await engine.Room.CommitAsync(tx => engine.Room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "scan.pdf")], Stop));
        Assert.Equal(["fil_1"], await engine.FindAsync("scan"));
        Assert.Empty(await engine.NearAsync("scan"));
    }

    [Theory]
    [InlineData("organisation", "fil_stem")]
    [InlineData("Organisations", "fil_stem")]
    [InlineData("annual", "fil_camel")]
    [InlineData("AnnualReport", "fil_camel")]
    [InlineData("\"annual report\"", "fil_camel")]
    [InlineData("xlsx", "fil_camel")]
    [InlineData("\"quick brown fox\"", "fil_phrase")]
    [InlineData("\"brown quick\"", "")]
    [InlineData("\"quick fox\"", "")]
    [InlineData("\"quick brown\" organisation", "fil_phrase")]
    [InlineData("\"brown quick\" organisation", "")]
    [InlineData("crème", "fil_accent")]
    [InlineData("CREME", "fil_accent")]
    [InlineData("\"creme brulee\"", "fil_accent")]
    [InlineData("straw*", "fil_prefix")]
    [InlineData("straw", "")]
    [InlineData("報告", "fil_cjk")]
    [InlineData("年次報告書", "fil_cjk")]
    [InlineData("告報", "")]
    [InlineData("書", "fil_cjk")]
    [InlineData("次", "fil_cjk")]
    [InlineData("\"年次報告書 2025\"", "")]
    [InlineData("nothinglikeit", "")]
    [InlineData("(strawberries)", "fil_prefix")]
    public async Task Words_phrases_beginnings_and_unsegmented_scripts_are_found(string query, string expected)
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_stem", "1.txt", "Organisations of many kinds");
        await engine.Room.AddAsync("fil_camel", "AnnualReport2025.xlsx", "figures");
        await engine.Room.AddAsync("fil_phrase", "3.txt", "the quick brown fox and a slow fox");
        await engine.Room.AddAsync("fil_accent", "4.txt", "Crème brûlée");
        await engine.Room.AddAsync("fil_prefix", "5.txt", "strawberries");
        await engine.Room.AddAsync("fil_cjk", "6.txt", "会社の年次報告書です");
        Assert.Equal(expected, string.Join(' ', await engine.FindAsync(query)));
    }

    [Fact]
    public async Task Everything_asked_for_comes_before_some_of_it_and_a_name_before_a_text()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_both", "1.txt", "budget of the harbour");
        await engine.Room.AddAsync("fil_one", "2.txt", "budget of something else entirely");
        await engine.Room.AddAsync("fil_name", "budget harbour.txt", "numbers");
        for (var i = 0; i < 9; i++)
            await engine.Room.AddAsync($"fil_other{i}", $"{i}x.txt", "nothing that matters here");
        Assert.Equal(["fil_name", "fil_both", "fil_one"], await engine.FindAsync("budget harbour"));
    }

    [Fact]
    public async Task A_beginning_of_a_word_does_not_hide_the_other_words()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_both", "1.txt", "harbour budget");
        await engine.Room.AddAsync("fil_word", "2.txt", "harbour only");
        await engine.Room.AddAsync("fil_begin", "3.txt", "budgets only");
        await engine.Room.AddAsync("fil_none", "4.txt", "something");
        var found = await engine.FindAsync("harbour budg*");
        Assert.Equal("fil_both", found[0]);
        Assert.Equal(["fil_begin", "fil_both", "fil_word"], found.Order(StringComparer.Ordinal));
        Assert.Equal(["fil_begin", "fil_both"], (await engine.FindAsync("budg*")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_types_the_name_of_a_file_gets_that_file_first()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_often", "notes.txt", "harbour plan harbour plan harbour plan harbour plan");
        await engine.Room.AddAsync("fil_name", "harbour plan.txt", "a long text about many other things that are of no matter here at all");
        Assert.Equal(["fil_name", "fil_often"], await engine.FindAsync("harbour plan"));
        Assert.Equal(["fil_name"], (await engine.FindAsync("harbour plan.txt")).Take(1));
    }

    [Theory]
    [InlineData("de", "Die Häuser am Hafen", "Haus", "fil_1")]
    [InlineData("fr", "Les maisons du village", "maison", "fil_1")]
    [InlineData(null, "The houses of the village", "house", "fil_1")]
    [InlineData("de", "Verschiedene Themen", "houses", "")]
    public async Task Words_are_compared_in_the_language_of_their_text(string? language, string text, string query, string expected)
    {
        await using var engine = await StartAsync();
        var file = File("fil_1", "1.txt", text);
        var chunks = engine.Room.Chunker.Split([new(1, text, [])]);
        await engine.Room.CommitAsync(async tx =>
        {
            await engine.Room.Writer.UpsertFilesAsync(tx, Tenant, [file], Stop);
            await engine.Room.Writer.ReplaceChunksAsync(tx, Tenant, "fil_1", file.ContentHash, "text", language, chunks, Stop);
        });
        await engine.Room.AddAsync("fil_2", "2.txt", "english words only");
        Assert.Equal(expected, string.Join(' ', await engine.FindAsync(query)));
        if (expected.Length > 0)
            Assert.NotEmpty(Assert.Single((await engine.Service.KeywordAsync(Request(query), Stop)).Hits).Highlights);
    }

    [Fact]
    public async Task Equal_scores_stand_in_an_order_that_does_not_depend_on_the_engine()
    {
        await using var engine = await StartAsync();
        for (var i = 0; i < 30; i++)
            await engine.Room.AddAsync($"fil_{i:00}", $"{i}.txt", "equal words");
        var expected = Enumerable.Range(0, 30).Select(i => $"fil_{i:00}")
            .OrderBy(id => BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id)))).ToList();
        Assert.Equal(expected, await engine.FindAsync("equal"));
        Assert.Equal(expected, (await engine.NearAsync("equal words")).Select(file => file.FileId));
    }

    [Fact]
    public async Task Meaning_ranks_files_by_the_cosine_of_their_best_chunk()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_same", "1.txt", "wings of a glider");
        await engine.Room.AddAsync("fil_near", "2.txt", "wings of a plane");
        await engine.Room.AddAsync("fil_far", "3.txt", "completely different matters");
        var near = await engine.NearAsync("wings of a glider");
        Assert.Equal(["fil_same", "fil_near", "fil_far"], near.Select(file => file.FileId));
        Assert.Equal(1, near[0].Score, 3);
    }

    [Fact]
    public async Task A_model_nobody_has_vectors_of_finds_nothing()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("some");
        var request = new EngineRequest(Request("some"), 0, 10);
        Assert.Equal(0, (await engine.Engine.SemanticAsync(request, "another-model", WordVectors.Of("some"), Stop)).Total);
        Assert.Equal(0, (await engine.Engine.SemanticAsync(request, WordVectors.Model, new float[] { 1, 2, 3 }, Stop)).Total);
    }

    [Fact]
    public async Task Vectors_of_several_models_are_compared_each_with_its_own()
    {
        await using var engine = await StartAsync();
        var room = engine.Room;
        await room.AddAsync("fil_both", "1.txt", "first text");
        await room.AddAsync("fil_one", "2.txt", "second text");
        var chunk = Assert.Single(room.Chunker.Split([new(1, "first text", [])]));
        await room.CommitAsync(async tx =>
        {
            await room.Writer.SaveVectorsAsync(tx, Tenant, "other-3", [(chunk.Hash, [1, 0, 0])], Stop);
            Assert.True(await room.Writer.MarkEmbeddedAsync(tx, Tenant, "fil_both", HashOf("first text"), "other-3", Stop));
        });
        Assert.Equal(2, (await engine.NearAsync("first text")).Count);
        var request = new EngineRequest(Request("first"), 0, 10);
        var other = await engine.Engine.SemanticAsync(request, "other-3", new float[] { 1, 1, 0 }, Stop);
        Assert.Equal(("fil_both", 1), (Assert.Single(other.Files).FileId, other.Total));
        Assert.Equal(Math.Sqrt(0.5), other.Files[0].Score, 2);
    }

    [Fact]
    public async Task Chunks_are_ranked_by_words_and_by_meaning()
    {
        await using var engine = await StartAsync();
        var long1 = string.Join(". ", Enumerable.Range(0, 30).Select(i => $"sentence number {i} speaks of weather")) + ". The glider has wings.";
        await engine.Room.AddAsync("fil_1", "1.txt", long1);
        await engine.Room.AddAsync("fil_2", "2.txt", "Nothing about it.");
        await engine.FindAsync("glider");
        var request = new EngineRequest(Request("glider"), 0, 10);
        var byWords = await engine.Engine.RankChunksAsync(request, null, default, Stop);
        var best = Assert.Single(byWords);
        Assert.Equal("fil_1", best.FileId);
        Assert.True(best.ChunkIndex > 0);
        var byMeaning = await engine.Engine.RankChunksAsync(request, WordVectors.Model, WordVectors.Of("glider has wings"), Stop);
        Assert.True(byMeaning.Count > 2);
        Assert.Equal(byMeaning.OrderByDescending(chunk => chunk.Score).Select(chunk => chunk.Score), byMeaning.Select(chunk => chunk.Score));
        Assert.Equal(byMeaning.Count, byMeaning.DistinctBy(chunk => (chunk.FileId, chunk.ChunkIndex)).Count());
        Assert.Empty(await engine.Engine.RankChunksAsync(new(Request("glider") with { ShareId = "shr_b" }, 0, 10), null, default, Stop));
    }

    [Fact]
    public async Task Nothing_a_person_types_is_a_syntax_error()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync(File("fil_1", "1.txt", "words", at: "/x/"), "words");
        await engine.Index.CatchUpAsync(Tenant, Stop);
        var random = new Random(99);
        const string Syntax = "\"'*?()^:+-{}[]\\|.$&,AND OR NOT NEAR ab 日本ä\u0301\0\n";
        for (var round = 0; round < 200; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 25)).Select(_ =>
                random.Next(4) > 0 ? Syntax[random.Next(Syntax.Length)] : (char)random.Next(0, 0x10000))]);
            var search = Request(text) with
            {
                PathPrefix = random.Next(3) == 0 ? text : null,
                MimeTypes = random.Next(3) == 0 ? [text] : [],
                ShareId = random.Next(3) == 0 ? text : null,
            };
            var request = new EngineRequest(search, 0, 10);
            await engine.Engine.LoadAsync(request, (await engine.Engine.KeywordAsync(request, Stop)).Files, Stop);
        }
    }
}
