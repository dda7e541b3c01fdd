using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Query;

public sealed class SearchServiceTests
{
    [Theory]
    [InlineData("annual")]
    [InlineData("report")]
    [InlineData("2025")]
    [InlineData("annual-report_2025")]
    [InlineData("annual-report_2025.pdf")]
    [InlineData("pdf")]
    [InlineData("REPORTS")]
    [InlineData("ann*")]
    public async Task A_name_is_found_by_its_fragments(string query)
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "annual-report_2025.pdf", "");
        await room.AddAsync("fil_2", "holiday.jpg", "");
        Assert.Equal(["fil_1"], await room.FindAsync(query));
    }

    [Theory]
    [InlineData("quarterly")]
    [InlineData("QuarterlyBudget2024")]
    [InlineData("budget")]
    [InlineData("2024")]
    [InlineData("quarterly budget")]
    public async Task A_name_in_mixed_case_is_found_by_its_parts(string query)
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "QuarterlyBudget2024.xlsx", "");
        await room.AddAsync("fil_2", "other.xlsx", "");
        Assert.Equal(["fil_1"], await room.FindAsync(query));
    }

    [Fact]
    public async Task A_phrase_wants_its_words_side_by_side()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "the black cat sat");
        await room.AddAsync("fil_2", "2.txt", "the cat is black");
        Assert.Equal(["fil_1"], await room.FindAsync("\"black cat\""));
        Assert.Equal(2, (await room.FindAsync("black cat")).Count);
    }

    [Fact]
    public async Task Files_with_only_some_of_the_words_are_found_when_few_have_all()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "apples only");
        await room.AddAsync("fil_2", "2.txt", "pears only");
        await room.AddAsync("fil_3", "3.txt", "apples and pears");
        Assert.Equal("fil_3", (await room.FindAsync("apples pears"))[0]);
        Assert.Equal(3, (await room.FindAsync("apples pears")).Count);
    }

    [Fact]
    public async Task Files_with_only_some_of_the_words_are_left_out_when_enough_have_all()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(
            tx, Tenant, [.. Enumerable.Range(0, 60).Select(i => File($"fil_{i:00}", i < 25 ? $"apples pears {i}" : $"apples {i}"))], Stop));
        Assert.Equal(25, (await room.Service.KeywordAsync(Request("apples pears", limit: 10), Stop)).Total);
    }

    [Theory]
    [InlineData("東京")]
    [InlineData("京都")]
    [InlineData("観")]
    [InlineData("東京観光")]
    public async Task Scripts_without_spaces_are_found_by_their_characters(string query)
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "私は東京観光と京都が好きです。");
        await room.AddAsync("fil_2", "2.txt", "大阪へ行く");
        Assert.Equal(["fil_1"], await room.FindAsync(query));
        var hit = Assert.Single((await room.Service.KeywordAsync(Request(query), Stop)).Hits);
        var mark = Assert.Single(hit.Highlights);
        Assert.Equal(query, hit.Snippet!.Substring(mark.Offset, mark.Length));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\"unbalanced words")]
    [InlineData("AND OR NOT NEAR")]
    [InlineData("words AND")]
    [InlineData("NEAR(words, 2)")]
    [InlineData("name:words content:words rowid:1")]
    [InlineData("^words - + * ( ) { } : \\ / ' ; --")]
    [InlineData("words*")]
    [InlineData("***")]
    [InlineData("\"*\" \"\" \" \"")]
    [InlineData("'; DROP TABLE file; --")]
    [InlineData("\0words\0")]
    [InlineData("%_words")]
    public async Task No_query_is_a_syntax_error(string query)
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "words and or not near drop table file");
        var answer = await room.Service.KeywordAsync(Request(query), Stop);
        Assert.Equal(query.Any(char.IsLetter) ? 1 : 0, answer.Total);
        await room.Service.HybridAsync(Request(query), Stop);
        await room.Service.SemanticAsync(Request(query), Stop);
    }

    [Fact]
    public async Task No_random_text_is_a_syntax_error()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "words");
        await room.Node.CatchUpAsync(Tenant, Stop);
        var random = new Random(99);
        const string Syntax = "\"'*()^:+-{}AND OR NOT NEAR,ab 日本ä\u0301\0";
        for (var round = 0; round < 3_000; round++)
        {
            var query = new string([.. Enumerable.Range(0, random.Next(1, 25)).Select(_ =>
                random.Next(4) > 0 ? Syntax[random.Next(Syntax.Length)] : (char)random.Next(0, 0x10000))]);
            var request = new EngineRequest(Request(query), 0, 10);
            await room.Node.LoadAsync(request, (await room.Node.KeywordAsync(request, Stop)).Files, Stop);
        }
    }

    [Fact]
    public async Task Filters_hold_for_words_and_for_meaning_before_anything_is_ranked()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync(File("fil_a", "a.txt", "the words", share: "shr_a", folder: "fld_x", at: "/x/"), "the words");
        await room.AddAsync(File("fil_b", "b.png", "the words", share: "shr_b", at: "/", type: "image/png"), "the words");
        await room.AddAsync(File("fil_c", "c.jpg", "the words", share: "shr_b", folder: "fld_y", at: "/x/y/", type: "image/jpeg; q=1"), "the words");
        await room.AddAsync(File("fil_d", "d.txt", "the words", share: "shr_a", folder: "fld_z", at: "/xz/"), "the words");
        await room.AddAsync(File("fil_e", "e.txt", "the words", share: "shr_a", folder: "fld_w", at: "/x/w/"), "the words");
        var all = Request("words");
        foreach (var (request, expected) in new (SearchRequest, string)[]
        {
            (all, "fil_a fil_b fil_c fil_d fil_e"),
            (all with { ShareId = "shr_b" }, "fil_b fil_c"),
            (all with { ShareId = "shr_unknown" }, ""),
            (all with { AllowedShares = new HashSet<string> { "shr_a" } }, "fil_a fil_d fil_e"),
            (all with { AllowedShares = new HashSet<string>() }, ""),
            (all with { ShareId = "shr_b", AllowedShares = new HashSet<string> { "shr_a" } }, ""),
            (all with { MimeTypes = ["image/*"] }, "fil_b fil_c"),
            (all with { MimeTypes = ["image/PNG", "text/plain"] }, "fil_a fil_b fil_d fil_e"),
            (all with { MimeTypes = ["*/*"] }, "fil_a fil_b fil_c fil_d fil_e"),
            (all with { PathPrefix = "/x/" }, "fil_a fil_c fil_e"),
            (all with { PathPrefix = "x" }, "fil_a fil_c fil_d fil_e"),
            (all with { FolderId = "fld_x", Recursive = false }, "fil_a"),
            (all with { FolderId = "fld_x", FolderShareId = "shr_a", FolderPath = "/x" }, "fil_a fil_e"),
            (all with { FolderId = "fld_x", FolderShareId = "shr_a", FolderPath = "/x", PathPrefix = "/x/w" }, "fil_e"),
            (all with { FolderId = "fld_only_folders", FolderShareId = "shr_b", FolderPath = "/x" }, "fil_c"),
            (all with { FolderId = "fld_unknown" }, ""),
            (all with { FolderId = "fld_unknown", PathPrefix = "/" }, ""),
        })
        {
            Assert.Equal(expected, string.Join(' ', (await room.FindAsync(request)).Order(StringComparer.Ordinal)));
            Assert.Equal(expected, string.Join(' ', (await room.NearAsync("the words", request: request)).Select(file => file.FileId).Order(StringComparer.Ordinal)));
            var words = await room.Service.KeywordAsync(request with { Limit = 1 }, Stop);
            Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, words.Total);
        }
    }

    [Fact]
    public async Task Pages_neither_overlap_nor_leave_gaps_even_among_equals()
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 45; i++)
            await room.AddAsync($"fil_{i:00}", $"{i}.txt", "equal words");
        await room.Node.CatchUpAsync(Tenant, Stop);
        foreach (var search in new Func<SearchRequest, Task<SearchAnswer>>[]
        {
            request => room.Service.KeywordAsync(request, Stop),
            request => room.Service.SemanticAsync(request, Stop),
            request => room.Service.HybridAsync(request, Stop),
        })
        {
            var seen = new List<string>();
            for (var offset = 0; offset < 60; offset += 7)
            {
                var answer = await search(Request("equal words", limit: 7, offset: offset));
                Assert.Equal(45, answer.Total);
                Assert.Equal(offset + 7 < 45, answer.HasMore);
                seen.AddRange(answer.Hits.Select(hit => hit.FileId));
            }

            Assert.Equal(45, seen.Count);
            Assert.Equal(45, seen.Distinct().Count());
        }
    }

    [Fact]
    public async Task A_hit_names_its_best_chunk_with_page_and_section()
    {
        await using var room = await SearchRoom.CreateAsync();
        var file = File("fil_1", "manual.pdf", "x", type: "application/pdf");
        var chunks = room.Chunker.Split(
        [
            new(1, "Manual\nThis machine needs care. Read all of it.", [(0, 1, "Manual")]),
            new(2, "Cleaning\nUse a dry cloth for the lens and nothing else.", [(0, 2, "Cleaning")]),
            new(3, "Storage\nKeep the machine dry.", [(0, 2, "Storage")]),
        ]);
        await room.CommitAsync(async tx =>
        {
            await room.Writer.UpsertFilesAsync(tx, Tenant, [file], Stop);
            await room.Writer.ReplaceChunksAsync(tx, Tenant, "fil_1", file.ContentHash, "text", null, chunks, Stop);
            await room.Writer.SaveVectorsAsync(tx, Tenant, WordVectors.Model, [.. chunks.Select(chunk => (chunk.Hash, WordVectors.Of(chunk.Text)))], Stop);
            await room.Writer.MarkEmbeddedAsync(tx, Tenant, "fil_1", file.ContentHash, WordVectors.Model, Stop);
        });
        foreach (var answer in (SearchAnswer[])
        [
            await room.Service.KeywordAsync(Request("dry cloth lens"), Stop),
            await room.Service.SemanticAsync(Request("Use a dry cloth for the lens"), Stop),
            await room.Service.HybridAsync(Request("Use a dry cloth for the lens"), Stop),
        ])
        {
            var hit = Assert.Single(answer.Hits);
            Assert.Equal((2, "Manual > Cleaning", 1), (hit.Page, hit.Section, hit.ChunkIndex));
            Assert.Contains("cloth", hit.Snippet, StringComparison.Ordinal);
            Assert.Equal(chunks[1].Text, hit.ChunkContent);
        }

        var byName = Assert.Single((await room.Service.KeywordAsync(Request("pdf"), Stop)).Hits);
        Assert.Null(byName.ChunkContent);
        Assert.Null(byName.Distance);
        Assert.Equal(file.ModifiedAt, byName.ModifiedAt);
        Assert.InRange((await room.Service.SemanticAsync(Request("dry"), Stop)).Hits[0].Distance!.Value, 0, 2);
    }

    [Fact]
    public async Task Without_embeddings_words_still_work_and_hybrid_says_so()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "some words");
        room.Vectors.IsDown = true;
        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => room.Service.SemanticAsync(Request("words"), Stop));
        Assert.Equal(("prv_words", "provider_down"), (fault.ProviderId, fault.Code));
        var hybrid = await room.Service.HybridAsync(Request("words"), Stop);
        Assert.Equal("embedding_unavailable", hybrid.Degraded);
        Assert.Single(hybrid.Hits);
        Assert.Null((await room.Service.KeywordAsync(Request("words"), Stop)).Degraded);
        room.Vectors.IsDown = false;
        Assert.Null((await room.Service.HybridAsync(Request("words"), Stop)).Degraded);
    }

    [Fact]
    public async Task At_the_ends_of_alpha_only_one_side_counts()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "exact words");
        await room.AddAsync("fil_2", "2.txt", "nothing alike");
        Assert.Equal(["fil_1"], (await room.Service.HybridAsync(Request("exact") with { Alpha = 0 }, Stop)).Hits.Select(hit => hit.FileId));
        var calls = room.Vectors.Calls;
        await room.Service.HybridAsync(Request("exact") with { Alpha = 0 }, Stop);
        Assert.Equal(calls, room.Vectors.Calls);
        var meaning = await room.Service.HybridAsync(Request("exact") with { Alpha = 1 }, Stop);
        Assert.Equal(2, meaning.Total);
        Assert.All(meaning.Hits, hit => Assert.NotNull(hit.Distance));
    }

    [Fact]
    public async Task An_empty_query_finds_nothing_and_fails_nowhere()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "words");
        Assert.Equal(0, (await room.Service.KeywordAsync(Request(" "), Stop)).Total);
        Assert.Equal(0, (await room.Service.SemanticAsync(Request(""), Stop)).Total);
        Assert.Equal(0, (await room.Service.HybridAsync(Request(" "), Stop)).Total);
    }

    [Fact]
    public async Task Health_is_a_report_whatever_is_down()
    {
        await using var room = await SearchRoom.CreateAsync();
        var health = new SearchHealth(room.Node, room.Providers);
        var up = await health.ProbeAsync(Tenant, Stop);
        Assert.True(up is { VectorStoreConnected: true, EmbeddingServiceAvailable: true });
        room.Vectors.IsDown = true;
        Assert.True((await health.ProbeAsync(Tenant, Stop)).EmbeddingServiceAvailable);
        room.Time.Advance(TimeSpan.FromSeconds(6));
        var down = await health.ProbeAsync(Tenant, Stop);
        Assert.False(down.EmbeddingServiceAvailable);
        Assert.Equal("provider_down", down.Details["embedding_error"]);
    }
}
