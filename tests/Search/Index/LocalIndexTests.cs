using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using ScaiDrive.Store;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class LocalIndexTests
{
    [Fact]
    public async Task A_name_is_found_before_there_is_any_text()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "scan.pdf")], Stop));
        Assert.Equal(["fil_1"], await room.FindAsync("scan"));
    }

    [Fact]
    public async Task The_first_who_asks_may_stand_behind_the_wall_of_their_tenant_and_the_index_outlives_them()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "one.txt", "shared words one");
        using (TenantWall.Enter(Tenant))
            Assert.Equal(["fil_1"], await room.FindAsync("shared"));
        await room.AddAsync("fil_2", "two.txt", "shared words two");
        using (TenantWall.Enter(Tenant))
            Assert.Equal(2, (await room.FindAsync("shared")).Count);
        using (TenantWall.Enter("tnt_two"))
            Assert.Empty((await room.Service.KeywordAsync(Request("shared") with { TenantId = "tnt_two" }, Stop)).Hits);
        Assert.Equal(2, (await room.FindAsync("shared")).Count);
    }

    [Fact]
    public async Task A_deleted_file_is_gone_from_words_and_from_meaning()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "one.txt", "shared words one");
        await room.AddAsync("fil_2", "two.txt", "shared words two");
        Assert.Equal(2, (await room.FindAsync("shared")).Count);
        await room.RemoveAsync("fil_1");
        Assert.Equal(["fil_2"], await room.FindAsync("shared"));
        Assert.Equal(["fil_2"], (await room.NearAsync("shared words one")).Select(file => file.FileId));
        Assert.Empty(await room.FindAsync("one"));
    }

    [Fact]
    public async Task A_rename_moves_the_name_and_keeps_text_and_vectors()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "before.txt", "some content words");
        await room.FindAsync("before");
        var near = await room.NearAsync("some content words");
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(
            tx, Tenant, [File("fil_1", "after.txt", "some content words", share: "shr_b", at: "/moved/")], Stop));
        Assert.Empty(await room.FindAsync("before"));
        Assert.Equal(["fil_1"], await room.FindAsync("after"));
        Assert.Equal(["fil_1"], await room.FindAsync("content"));
        Assert.Equal(near, await room.NearAsync("some content words"));
        Assert.Equal(["fil_1"], await room.FindAsync(Request("content") with { ShareId = "shr_b", PathPrefix = "/moved/" }));
        var hits = (await room.Service.KeywordAsync(Request("content"), Stop)).Hits;
        Assert.Equal(("after.txt", "/moved/after.txt"), (hits[0].FileName, hits[0].Path));
    }

    [Fact]
    public async Task New_content_replaces_the_old_words_and_vectors()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "ancient matters");
        await room.FindAsync("ancient");
        await room.AddAsync(File("fil_1", "a.txt", "modern topics", version: 2), "modern topics");
        Assert.Empty(await room.FindAsync("ancient"));
        Assert.Equal(["fil_1"], await room.FindAsync("modern"));
        Assert.Equal(1, (await room.NearAsync("modern topics"))[0].Score, 3);
    }

    [Fact]
    public async Task Tenants_never_see_each_others_files()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "mine.txt", "common words mine");
        await room.AddAsync(File("fil_1", "theirs.txt", "common words theirs"), "common words theirs", tenant: "tnt_two");
        Assert.Equal(["fil_1"], await room.FindAsync("common"));
        Assert.Empty(await room.FindAsync("theirs"));
        Assert.Empty(await room.FindAsync(Request("mine") with { TenantId = "tnt_two" }));
        Assert.Single(await room.FindAsync(Request("theirs") with { TenantId = "tnt_two" }));
    }

    [Fact]
    public async Task Two_nodes_with_different_histories_agree()
    {
        await using var room = await SearchRoom.CreateAsync();
        var random = new Random(3);
        for (var i = 0; i < 120; i++)
        {
            var id = $"fil_{random.Next(40):00}";
            if (random.Next(5) == 0)
                await room.RemoveAsync(id);
            else
                await PutAsync(room, id, i, random);
            // The first node follows every step, the second starts when all is done.
            if (random.Next(3) == 0)
                await room.Node.CatchUpAsync(Tenant, Stop);
        }

        using var late = room.NewNode("late");
        await room.Node.CatchUpAsync(Tenant, Stop);
        foreach (var query in (string[])["red", "green blue", "red green blue yellow", "name7 red", "blu*", "\"red green\""])
        {
            var (one, two) = (await RankAsync(room.Node, query), await RankAsync(late, query));
            Assert.Equal(one, two);
            Assert.Equal(await room.NearAsync(query), await room.NearAsync(query, late));
        }
    }

    [Theory]
    [InlineData("rows written")]
    [InlineData("vectors flushed")]
    [InlineData("committed")]
    public async Task A_crash_at_any_step_loses_nothing_and_tears_nothing(string step)
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 6; i++)
            await room.AddAsync($"fil_{i}", $"{i}.txt", $"first words number{i} of many");
        await room.Node.CatchUpAsync(Tenant, Stop);
        await room.RemoveAsync("fil_0", "fil_1");
        await room.Node.CatchUpAsync(Tenant, Stop);

        // Reuses the slots that were freed, replaces one file, adds one, removes one; then the process dies.
        room.RestartNode().Step = at => _ = at == step ? throw new InvalidOperationException("killed") : 0;
        await room.AddAsync(File("fil_2", "2.txt", "changed words entirely", version: 2), "changed words entirely");
        await room.AddAsync("fil_9", "9.txt", "fresh words nine");
        await room.RemoveAsync("fil_3");
        await Assert.ThrowsAsync<InvalidOperationException>(() => room.Node.CatchUpAsync(Tenant, Stop));

        room.RestartNode();
        Assert.Equal(["fil_2", "fil_4", "fil_5", "fil_9"], (await room.FindAsync("words")).Order());
        Assert.Equal(["fil_2"], await room.FindAsync("entirely"));
        Assert.Empty(await room.FindAsync("number2"));
        using var rebuilt = room.NewNode("rebuilt");
        foreach (var text in (string[])["changed words entirely", "fresh words nine", "first words number4 of many"])
            Assert.Equal(await room.NearAsync(text, rebuilt), await room.NearAsync(text));
    }

    [Fact]
    public async Task A_tenant_whose_files_are_all_gone_can_be_searched_after_a_restart()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "one.txt", "some words");
        await room.Node.CatchUpAsync(Tenant, Stop);
        await room.RemoveAsync("fil_1");
        await room.Node.CatchUpAsync(Tenant, Stop);

        room.RestartNode();
        Assert.Empty(await room.NearAsync("some words"));
        Assert.Empty(await room.FindAsync("some words"));
        await room.AddAsync("fil_2", "two.txt", "other words");
        Assert.Equal(["fil_2"], (await room.NearAsync("other words")).Select(file => file.FileId));
    }

    [Fact]
    public async Task A_failed_write_does_not_need_a_restart()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "one");
        var fails = 1;
        room.Node.Step = at => _ = fails-- > 0 ? throw new IOException("No space left on device") : 0;
        await Assert.ThrowsAsync<IOException>(() => room.Node.CatchUpAsync(Tenant, Stop));
        Assert.Equal(["fil_1"], await room.FindAsync("one"));
    }

    [Theory]
    [InlineData("everything")]
    [InlineData("index.db")]
    [InlineData("vectors-1.i8")]
    [InlineData("vectors-1.f32")]
    [InlineData("junk in index.db")]
    [InlineData("half of vectors-1.f32")]
    [InlineData("vectors of another index")]
    [InlineData("another schema version")]
    public async Task A_lost_or_damaged_index_is_rebuilt(string damage)
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 30; i++)
            await room.AddAsync($"fil_{i:00}", $"{i}.txt", $"words number{i} of many");
        await room.Node.CatchUpAsync(Tenant, Stop);
        var before = await room.NearAsync("words number7 of many");
        var directory = room.Node.DirectoryOf(Tenant);
        room.Node.Dispose();
        Damage(directory, damage);

        room.RestartNode();
        Assert.Equal(["fil_07"], await room.FindAsync("number7"));
        Assert.Equal(30, (await room.FindAsync("words")).Count);
        Assert.Equal(before, await room.NearAsync("words number7 of many"));
    }

    [Fact]
    public async Task Damage_under_a_running_node_is_noticed_and_repaired()
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 30; i++)
            await room.AddAsync($"fil_{i:00}", $"{i}.txt", $"words number{i} of many");
        await room.Node.CatchUpAsync(Tenant, Stop);
        var floats = Path.Combine(room.Node.DirectoryOf(Tenant), "vectors-1.f32");
        using (var file = System.IO.File.OpenHandle(floats, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            RandomAccess.SetLength(file, 4096);
        await Assert.ThrowsAsync<IndexUnavailableException>(() => room.Node.SemanticAsync(
            new(Request("x"), 0, 10), WordVectors.Model, WordVectors.Of("words"), Stop));
        Assert.False(await room.Node.IsHealthyAsync(Stop));
        Assert.Equal(30, (await room.NearAsync("words")).Count);
        Assert.True(await room.Node.IsHealthyAsync(Stop));
    }

    [Theory]
    [InlineData("file_text_data", false)]
    [InlineData("file_text_data", true)]
    [InlineData("chunk_text_data", false)]
    [InlineData("chunk_text_data", true)]
    public async Task Damage_that_only_a_search_comes_upon_is_repaired(string table, bool afterRestart)
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 30; i++)
            await room.AddAsync($"fil_{i:00}", $"{i}.txt", $"words number{i} of many");
        await room.Node.CatchUpAsync(Tenant, Stop);
        if (afterRestart)
            room.Node.Dispose();
        OverwriteRoot(Path.Combine(room.Node.DirectoryOf(Tenant), "index.db"), table);
        if (afterRestart)
            room.RestartNode();

        await Assert.ThrowsAsync<IndexUnavailableException>(() => room.Service.KeywordAsync(Request("words"), Stop));
        for (var again = 0; again < 2; again++)
        {
            var answer = await room.Service.KeywordAsync(Request("number7"), Stop);
            Assert.Equal(["fil_07"], answer.Hits.Select(hit => hit.FileId));
            Assert.Contains("number7", answer.Hits[0].ChunkContent, StringComparison.Ordinal);
            Assert.Equal(30, (await room.Service.KeywordAsync(Request("words"), Stop)).Total);
        }
    }

    [Theory]
    [InlineData("rows written")]
    [InlineData("vectors flushed")]
    [InlineData("committing")]
    public async Task While_there_is_no_room_to_write_searches_go_on_with_what_is_there(string step)
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 6; i++)
            await room.AddAsync($"fil_{i}", $"{i}.txt", $"first words number{i} of many");
        await room.Node.CatchUpAsync(Tenant, Stop);
        await room.RemoveAsync("fil_0", "fil_1");
        await room.Node.CatchUpAsync(Tenant, Stop);
        var near = await RankByMeaningAsync();

        var isFull = true;
        room.RestartNode().Step = at => _ = isFull && at == step ? throw new Microsoft.Data.Sqlite.SqliteException("database or disk is full", 13) : 0;
        Assert.Equal(["fil_2", "fil_3", "fil_4", "fil_5"], await RankAsync());
        await room.AddAsync(File("fil_2", "2.txt", "changed words entirely", version: 2), "changed words entirely");
        await room.AddAsync("fil_9", "9.txt", "fresh words nine");
        await room.RemoveAsync("fil_3");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => room.Node.CatchUpAsync(Tenant, Stop));
            Assert.Equal(["fil_2", "fil_3", "fil_4", "fil_5"], await RankAsync());
            Assert.Equal(near, await RankByMeaningAsync());
            Assert.True(await room.Node.IsHealthyAsync(Stop));
        }

        isFull = false;
        using var rebuilt = room.NewNode("rebuilt");
        foreach (var text in (string[])["changed words entirely", "fresh words nine", "first words number4 of many"])
            Assert.Equal(await room.NearAsync(text, rebuilt), await room.NearAsync(text));
        Assert.Equal(["fil_2", "fil_4", "fil_5", "fil_9"], await RankAsync());
        room.RestartNode();
        Assert.Equal(await room.NearAsync("fresh words nine", rebuilt), await room.NearAsync("fresh words nine"));

        async Task<IEnumerable<string>> RankAsync() =>
            (await room.Node.KeywordAsync(new(Request("words"), 0, 10), Stop)).Files.Select(file => file.FileId).Order(StringComparer.Ordinal);
        async Task<IEnumerable<(string, double)>> RankByMeaningAsync() =>
            (await room.Node.SemanticAsync(new(Request("x"), 0, 10), WordVectors.Model, WordVectors.Of("first words number4 of many"), Stop))
                .Files.Select(file => (file.FileId, file.Score)).ToList();
    }

    [Fact]
    public async Task A_full_disk_under_the_first_vectors_is_got_over()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync(File("fil_1", "1.txt", "one"), "one", vectors: false);
        var fails = false;
        room.Node.Step = at => _ = fails && at == "rows written" ? throw new IOException("No space left on device") : 0;
        await room.Node.CatchUpAsync(Tenant, Stop);
        var codes = Path.Combine(room.Node.DirectoryOf(Tenant), "vectors-1.i8");
        System.IO.File.CreateSymbolicLink(codes, "/dev/full");
        await room.AddAsync("fil_2", "2.txt", "two");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await Assert.ThrowsAnyAsync<IOException>(() => room.Node.CatchUpAsync(Tenant, Stop));
            Assert.Single((await room.Node.KeywordAsync(new(Request("one"), 0, 10), Stop)).Files);
        }

        System.IO.File.Delete(codes);
        fails = true;
        await Assert.ThrowsAsync<IOException>(() => room.Node.CatchUpAsync(Tenant, Stop));
        fails = false;
        Assert.Single(await room.NearAsync("two"));
        room.RestartNode();
        Assert.Single(await room.NearAsync("two"));
    }

    [Fact]
    public async Task A_node_that_was_away_while_the_log_was_cut_off_is_rebuilt()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "one");
        Assert.Single(await room.FindAsync("one"));
        await room.RemoveAsync("fil_1");
        await room.AddAsync("fil_2", "2.txt", "two");
        Assert.True(await room.Upkeep.PruneLogAsync(Stop) > 0);
        Assert.Equal(0, await room.CountAsync("SELECT count(*) FROM search.index_log"));
        Assert.Empty(await room.FindAsync("one"));
        Assert.Equal(["fil_2"], await room.FindAsync("two"));
    }

    [Fact]
    public async Task A_node_that_followed_everything_goes_on_after_the_log_was_cut_off()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "one");
        await room.FindAsync("one");
        await room.Upkeep.PruneLogAsync(Stop);
        var written = Directory.GetCreationTimeUtc(room.Node.DirectoryOf(Tenant));
        await room.AddAsync("fil_2", "2.txt", "two");
        Assert.Equal(["fil_2"], await room.FindAsync("two"));
        Assert.Equal(written, Directory.GetCreationTimeUtc(room.Node.DirectoryOf(Tenant)));
    }

    [Fact]
    public async Task An_index_of_another_database_starts_over()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "one");
        await room.FindAsync("one");
        // As after restoring a backup that never had the file.
        await room.ExecuteAsync("""
            ALTER TABLE search.file DISABLE TRIGGER USER;
            DELETE FROM search.file;
            UPDATE search.index_identity SET id = gen_random_uuid();
            """);
        Assert.Empty(await room.FindAsync("one"));
    }

    [Fact]
    public async Task A_build_that_is_interrupted_goes_on_where_it_stopped()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(
            tx, Tenant, [.. Enumerable.Range(0, 1_200).Select(i => File($"fil_{i:0000}", $"name{i}.txt"))], Stop));
        var writes = 0;
        room.Node.Step = at => _ = at == "committed" && ++writes == 2 ? throw new InvalidOperationException("killed") : 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => room.Node.CatchUpAsync(Tenant, Stop));
        await room.RemoveAsync("fil_0001");
        var node = room.RestartNode();
        writes = 0;
        node.Step = at => writes += at == "committed" ? 1 : 0;
        Assert.Equal(1_199, (await room.FindAsync(Request("txt", limit: 5_000))).Count);
        Assert.True(writes <= 3, $"{writes} writes: it started over.");
    }

    [Fact]
    public async Task A_search_on_a_new_node_waits_for_its_index_instead_of_finding_nothing()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "one");
        using var node = room.NewNode("cold");
        Assert.Single((await node.KeywordAsync(new(Request("one"), 0, 10), Stop)).Files);
    }

    [Fact]
    public async Task Two_processes_cannot_share_a_directory()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.Node.CatchUpAsync(Tenant, Stop);
        using var second = room.NewNode("node");
        var fault = await Assert.ThrowsAsync<IOException>(() => second.CatchUpAsync(Tenant, Stop));
        Assert.Contains("DataDirectory", fault.Message, StringComparison.Ordinal);
        Assert.False(await second.IsHealthyAsync(Stop));
    }

    [Fact]
    public async Task The_follower_is_woken_by_commits_and_survives_losing_every_connection()
    {
        await using var room = await SearchRoom.CreateAsync();
        var options = room.Options("followed") with { PollInterval = TimeSpan.FromMinutes(10) };
        var found = new SemaphoreSlim(0);
        using var node = new LocalIndex(room.DataSource, options, TimeProvider.System, NullLogger<LocalIndex>.Instance)
        {
            Step = at => _ = at == "committed" ? found.Release() : 0,
        };
        using var follower = new LocalIndexFollower(
            node, new NotificationListener(room.DataSource, TimeProvider.System, NullLogger<NotificationListener>.Instance), options,
            NullLogger<LocalIndexFollower>.Instance);
        await follower.StartAsync(Stop);
        for (var i = 0; i < 3; i++)
        {
            await room.AddAsync($"fil_{i}", $"{i}.txt", "words");
            do
            {
                Assert.True(await found.WaitAsync(TimeSpan.FromSeconds(30)), "The follower was not woken.");
            }
            while ((await node.KeywordAsync(new(Request("words"), 0, 10), Stop)).Total <= i);

            await room.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
        }

        await follower.StopAsync(Stop);
    }

    private static async Task<IReadOnlyList<(string FileId, double Score)>> RankAsync(LocalIndex node, string query)
    {
        var ranking = await node.KeywordAsync(new(Request(query), 0, 100), Stop);
        return [.. ranking.Files.Select(file => (file.FileId, Math.Round(file.Score, 9)))];
    }

    private static Task PutAsync(SearchRoom room, string id, int version, Random random)
    {
        string[] colours = ["red", "green", "blue", "yellow"];
        var content = string.Join(' ', Enumerable.Range(0, random.Next(1, 30)).Select(_ => colours[random.Next(4)]));
        return room.AddAsync(File(id, $"name{random.Next(10)}.txt", content, version: version + 1), content);
    }

    // The page at the root of a table, while no log stands before the file.
    private static void OverwriteRoot(string path, string table)
    {
        long page;
        long size;
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA wal_checkpoint(TRUNCATE); SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = '{table}'";
            using var row = command.ExecuteReader();
            row.NextResult();
            Assert.True(row.Read());
            (page, size) = (row.GetInt64(0), row.GetInt64(1));
        }

        var junk = new byte[size];
        new Random(1).NextBytes(junk);
        using var file = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.Write(file, junk, (page - 1) * size);
    }

    private static void Damage(string directory, string damage)
    {
        switch (damage)
        {
            case "everything":
                Directory.Delete(directory, recursive: true);
                break;
            case "junk in index.db":
                var path = Path.Combine(directory, "index.db");
                var bytes = System.IO.File.ReadAllBytes(path);
                new Random(1).NextBytes(bytes.AsSpan(0, Math.Min(bytes.Length, 8192)));
                System.IO.File.WriteAllBytes(path, bytes);
                break;
            case "half of vectors-1.f32":
                using (var file = System.IO.File.Open(Path.Combine(directory, "vectors-1.f32"), FileMode.Open))
                    file.SetLength(file.Length / 2);
                break;
            case "vectors of another index":
                using (var file = System.IO.File.Open(Path.Combine(directory, "vectors-1.i8"), FileMode.Open))
                {
                    file.Position = 16;
                    file.Write(Guid.NewGuid().ToByteArray());
                }

                break;
            case "another schema version":
                using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(directory, "index.db")};Pooling=False"))
                {
                    connection.Open();
                    using var command = connection.CreateCommand();
                    command.CommandText = "UPDATE meta SET schema_version = 0; DELETE FROM file;";
                    command.ExecuteNonQuery();
                }

                break;
            default:
                System.IO.File.Delete(Path.Combine(directory, damage));
                break;
        }
    }
}
