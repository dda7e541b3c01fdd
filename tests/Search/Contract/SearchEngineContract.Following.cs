using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Contract;

/// <content>Following the log: changes, crashes and rebuilding.</content>
public abstract partial class SearchEngineContract
{
    [Fact]
    public async Task A_deleted_file_is_gone_from_words_and_from_meaning()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "one.txt", "shared words one");
        await engine.Room.AddAsync("fil_2", "two.txt", "shared words two");
        Assert.Equal(2, (await engine.FindAsync("shared")).Count);
        await engine.Room.RemoveAsync("fil_1");
        Assert.Equal(["fil_2"], await engine.FindAsync("shared"));
        Assert.Equal(["fil_2"], (await engine.NearAsync("shared words one")).Select(file => file.FileId));
        Assert.Empty(await engine.FindAsync("one"));
    }

    [Fact]
    public async Task A_rename_moves_the_name_and_keeps_text_and_vectors()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "before.txt", "some content words");
        await engine.FindAsync("before");
        var near = await engine.NearAsync("some content words");
        await engine.Room.CommitAsync(tx => engine.Room.Writer.UpsertFilesAsync(
            tx, Tenant, [File("fil_1", "after.txt", "some content words", share: "shr_b", folder: "fld_b", at: "/moved/")], Stop));
        Assert.Empty(await engine.FindAsync("before"));
        Assert.Equal(["fil_1"], await engine.FindAsync("after"));
        Assert.Equal(["fil_1"], await engine.FindAsync("content"));
        Assert.Equal(near, await engine.NearAsync("some content words"));
        await ExpectAsync(engine, Request("content") with { ShareId = "shr_b", PathPrefix = "/moved/", FolderId = "fld_b", Recursive = false }, "fil_1");
        await ExpectAsync(engine, Request("content") with { ShareId = "shr_a" }, "");
        var hit = Assert.Single((await engine.Service.KeywordAsync(Request("content"), Stop)).Hits);
        Assert.Equal(("after.txt", "/moved/after.txt"), (hit.FileName, hit.Path));
        await engine.Room.CommitAsync(tx => engine.Room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "after.txt", "some content words")], Stop));
        await ExpectAsync(engine, Request("content") with { FolderId = "fld_b" }, "");
    }

    [Fact]
    public async Task New_content_replaces_the_old_words_chunks_and_vectors()
    {
        await using var engine = await StartAsync();
        var long1 = string.Join(". ", Enumerable.Range(0, 40).Select(i => $"ancient matters number {i} of the old world"));
        await engine.Room.AddAsync("fil_1", "a.txt", long1);
        Assert.Single(await engine.FindAsync("ancient"));
        await engine.Room.AddAsync(File("fil_1", "a.txt", "modern topics", version: 2), "modern topics");
        Assert.Empty(await engine.FindAsync("ancient"));
        Assert.Equal(["fil_1"], await engine.FindAsync("modern"));
        var request = new EngineRequest(Request("x"), 0, 50);
        Assert.Single(await engine.Engine.RankChunksAsync(request, WordVectors.Model, WordVectors.Of("ancient matters"), Stop));
        Assert.Equal(1, (await engine.NearAsync("modern topics"))[0].Score, 3);
    }

    [Fact]
    public async Task A_hit_names_its_best_chunk_with_page_and_section()
    {
        await using var engine = await StartAsync();
        var room = engine.Room;
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
        await engine.Index.CatchUpAsync(Tenant, Stop);
        foreach (var answer in (SearchAnswer[])
        [
            await engine.Service.KeywordAsync(Request("dry cloth lens"), Stop),
            await engine.Service.SemanticAsync(Request("Use a dry cloth for the lens"), Stop),
            await engine.Service.HybridAsync(Request("Use a dry cloth for the lens"), Stop),
        ])
        {
            var hit = Assert.Single(answer.Hits);
            Assert.Equal((2, "Manual > Cleaning", 1), (hit.Page, hit.Section, hit.ChunkIndex));
            Assert.Equal(chunks[1].Text, hit.ChunkContent);
            Assert.NotEmpty(hit.Highlights);
        }

        Assert.Null(Assert.Single((await engine.Service.KeywordAsync(Request("pdf"), Stop)).Hits).ChunkContent);
    }

    [Fact]
    public async Task A_file_that_vanished_after_it_was_ranked_is_left_out()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.Room.AddAsync("fil_2", "2.txt", "some words");
        await engine.Index.CatchUpAsync(Tenant, Stop);
        var request = new EngineRequest(Request("some"), 0, 10);
        var ranking = await engine.Engine.KeywordAsync(request, Stop);
        await engine.Room.RemoveAsync("fil_1");
        await engine.Index.CatchUpAsync(Tenant, Stop);
        Assert.Equal(["fil_2"], (await engine.Engine.LoadAsync(request, ranking.Files, Stop)).Select(hit => hit.FileId));
    }

    [Fact]
    public async Task An_index_with_a_long_history_answers_like_one_without()
    {
        await using var engine = await StartAsync();
        var random = new Random(3);
        for (var i = 0; i < 80; i++)
        {
            await ChangeAsync(engine.Room, random, i);
            if (random.Next(3) == 0)
                await engine.Index.CatchUpAsync(Tenant, Stop);
        }

        await ExpectSameWhenBuiltAnewAsync(engine);
    }

    [Fact]
    public async Task A_crash_at_any_step_loses_nothing_and_tears_nothing()
    {
        await using var engine = await StartAsync();
        var random = new Random(5);
        for (var i = 0; i < 10; i++)
            await ChangeAsync(engine.Room, random, i);
        for (var crash = 1; crash <= 12; crash++)
        {
            for (var i = 0; i < 6; i++)
                await ChangeAsync(engine.Room, random, crash * 100 + i);
            var steps = 0;
            engine.Step = step =>
            {
                if (++steps == crash)
                    throw new CrashException(step);
            };
            try
            {
                await engine.Index.CatchUpAsync(Tenant, Stop);
            }
            catch (CrashException)
            {
                engine.Restart();
            }

            engine.Step = null;
        }

        await ExpectSameWhenBuiltAnewAsync(engine);
    }

    [Fact]
    public async Task An_index_that_was_away_for_longer_than_the_log_is_built_anew()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "first words");
        await engine.Room.AddAsync("fil_2", "2.txt", "second words");
        Assert.Equal(2, (await engine.FindAsync("words")).Count);
        await engine.Room.RemoveAsync("fil_1");
        await engine.Room.AddAsync("fil_3", "3.txt", "third words");
        Assert.True(await engine.Room.Upkeep.PruneLogAsync(Stop) > 0);
        engine.Restart();
        Assert.Equal(["fil_2", "fil_3"], (await engine.FindAsync("words")).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await engine.NearAsync("third words")).Count);
    }

    [Fact]
    public async Task Another_database_identity_builds_the_index_anew()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "first words");
        await engine.FindAsync("words");
        await engine.Room.ExecuteAsync("UPDATE search.index_identity SET id = gen_random_uuid()");
        await engine.Room.ExecuteAsync("ALTER TABLE search.file DISABLE TRIGGER USER; DELETE FROM search.file; ALTER TABLE search.file ENABLE TRIGGER USER");
        engine.Restart();
        Assert.Empty(await engine.FindAsync("words"));
        Assert.Empty(await engine.NearAsync("first words"));
    }

    private static async Task ChangeAsync(SearchRoom room, Random random, int step)
    {
        string[] words = ["red", "green", "blue", "yellow", "black", "white"];
        var id = $"fil_{random.Next(25):00}";
        switch (random.Next(6))
        {
            case 0:
                await room.RemoveAsync(id);
                return;
            case 1:
                await room.ExecuteAsync($"UPDATE search.file SET name = 'name{random.Next(9)}.txt', path = '/p{random.Next(3)}/x', share_id = 'shr_{random.Next(2)}' WHERE tenant_id = 'tnt_one' AND file_id = '{id}'");
                return;
            default:
                var text = string.Join(' ', Enumerable.Range(0, random.Next(1, 150)).Select(_ => words[random.Next(words.Length)]));
                await room.AddAsync(File(id, $"name{step % 9}.txt", text, version: step + 1), text, vectors: random.Next(4) > 0);
                return;
        }
    }

    private static async Task ExpectSameWhenBuiltAnewAsync(EngineRoom engine)
    {
        var (words, meaning) = await AnswersAsync(engine);
        engine.Lose();
        var (freshWords, freshMeaning) = await AnswersAsync(engine);
        Assert.Equal(freshWords, words);
        Assert.Equal(freshMeaning, meaning);
    }

    private static async Task<(List<string> Words, List<string> Meaning)> AnswersAsync(EngineRoom engine)
    {
        var (words, meaning) = (new List<string>(), new List<string>());
        foreach (var query in (string[])["red", "green blue", "red green blue yellow", "name7 red", "blu*", "\"red green\"", "txt"])
        {
            foreach (var request in new[] { Request(query), Request(query) with { ShareId = "shr_1" }, Request(query) with { PathPrefix = "/p1/" } })
            {
                words.Add($"{query} {request.ShareId} {request.PathPrefix}: {string.Join(' ', await engine.FindAsync(request))}");
                meaning.Add($"{query} {request.ShareId} {request.PathPrefix}: {string.Join(' ', await engine.NearAsync(query, request))}");
            }
        }

        return (words, meaning);
    }

    private sealed class CrashException(string step) : Exception($"The process died when {step}.");
}
