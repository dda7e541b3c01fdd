using ScaiDrive.Search.Index;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class IndexWriterTests
{
    [Fact]
    public async Task Text_of_a_replaced_content_is_refused()
    {
        await using var room = await SearchRoom.CreateAsync();
        var old = File("fil_1", "a.txt", "old words here");
        await room.AddAsync(old, "old words here");
        var current = File("fil_1", "a.txt", "new words here", version: 2);
        await room.CommitAsync(async transaction =>
        {
            await room.Writer.UpsertFilesAsync(transaction, Tenant, [current], Stop);
            Assert.False(await room.Writer.ReplaceChunksAsync(transaction, Tenant, "fil_1", old.ContentHash, "text", null, room.Chunker.Split([new(1, "stale", [])]), Stop));
            Assert.False(await room.Writer.MarkEmbeddedAsync(transaction, Tenant, "fil_1", old.ContentHash, WordVectors.Model, Stop));
        });
        Assert.Empty(await room.Writer.PendingVectorsAsync(Tenant, "fil_1", old.ContentHash, "other", null, 10, Stop));
        Assert.Empty(await room.FindAsync("stale"));
    }

    [Fact]
    public async Task An_older_version_does_not_overwrite_a_newer_one()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "newer.txt", "2", version: 2)], Stop));
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "older.txt", "1", version: 1)], Stop));
        Assert.Equal(["fil_1"], await room.FindAsync("newer"));
        Assert.Empty(await room.FindAsync("older"));
    }

    [Fact]
    public async Task Only_files_whose_content_is_new_are_reported()
    {
        await using var room = await SearchRoom.CreateAsync();
        Assert.Equal(["fil_1", "fil_2"], await UpsertAsync(File("fil_1", "a.txt", "one"), File("fil_2", "b.txt", "two")));

        Assert.Empty(await UpsertAsync(File("fil_1", "a.txt", "one"), File("fil_2", "b.txt", "two")));
        Assert.Empty(await UpsertAsync(File("fil_1", "renamed.txt", "one"), File("fil_2", "b.txt", "two", version: 2)));
        Assert.Equal(["fil_2"], await UpsertAsync(File("fil_1", "moved.txt", "one"), File("fil_2", "b.txt", "new", version: 3)));
        Assert.Empty(await UpsertAsync(File("fil_2", "b.txt", "two", version: 2)));
        // Back to what it once was is new all the same: the text in between was dropped.
        Assert.Equal(["fil_2"], await UpsertAsync(File("fil_2", "b.txt", "two", version: 4)));

        async Task<IReadOnlyList<string>> UpsertAsync(params IndexedFile[] files)
        {
            IReadOnlyList<string> renewed = [];
            await room.CommitAsync(async tx => renewed = await room.Writer.UpsertFilesAsync(tx, Tenant, files, Stop));
            return [.. renewed.Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task Of_two_writers_of_the_same_new_content_one_is_told_that_it_is_new()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "a.txt", "one")], Stop));
        await using var connection = await room.DataSource.OpenConnectionAsync(Stop);
        await using var first = await connection.BeginTransactionAsync(Stop);
        Assert.Equal(["fil_1"], await room.Writer.UpsertFilesAsync(first, Tenant, [File("fil_1", "a.txt", "two", version: 2)], Stop));
        IReadOnlyList<string> second = ["not run"];
        var waiting = room.CommitAsync(async tx =>
            second = await room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "b.txt", "two", version: 2)], Stop));
        while (await room.CountAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'") == 0)
            await Task.Yield();
        await first.CommitAsync(Stop);
        await waiting;
        Assert.Empty(second);
    }

    [Fact]
    public async Task Saying_the_same_again_writes_no_log_row()
    {
        await using var room = await SearchRoom.CreateAsync();
        var files = Enumerable.Range(0, 10).Select(i => File($"fil_{i}", $"{i}.txt")).ToList();
        for (var round = 0; round < 3; round++)
            await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, files, Stop));
        Assert.Equal(10, await room.CountAsync("SELECT count(*) FROM search.index_log"));
    }

    [Fact]
    public async Task A_text_is_embedded_once_for_all_files_and_versions_that_contain_it()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "the same words");
        await room.AddAsync(File("fil_2", "copy.txt", "the same words"), "the same words", vectors: false);
        Assert.Empty(await room.Writer.PendingVectorsAsync(Tenant, "fil_2", HashOf("the same words"), WordVectors.Model, null, 10, Stop));
        Assert.Single(await room.Writer.PendingVectorsAsync(Tenant, "fil_2", HashOf("the same words"), "another-model", null, 10, Stop));
        await room.CommitAsync(async tx =>
            Assert.True(await room.Writer.MarkEmbeddedAsync(tx, Tenant, "fil_2", HashOf("the same words"), WordVectors.Model, Stop)));
        Assert.Equal(2, (await room.NearAsync("the same words")).Count);
    }

    [Fact]
    public async Task Vectors_of_one_tenant_are_not_another_tenants_cache()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "the same words");
        await room.AddAsync(File("fil_1", "a.txt", "the same words"), "the same words", tenant: "tnt_two", vectors: false);
        Assert.Single(await room.Writer.PendingVectorsAsync("tnt_two", "fil_1", HashOf("the same words"), WordVectors.Model, null, 10, Stop));
    }

    [Fact]
    public async Task A_file_with_a_missing_vector_cannot_be_marked_as_embedded()
    {
        await using var room = await SearchRoom.CreateAsync();
        var text = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"Sentence {i} ends."));
        var file = File("fil_1", "a.txt", text);
        await room.AddAsync(file, text, vectors: false);
        await room.CommitAsync(async tx =>
        {
            var pending = await room.Writer.PendingVectorsAsync(Tenant, "fil_1", file.ContentHash, WordVectors.Model, null, 1, Stop);
            await room.Writer.SaveVectorsAsync(tx, Tenant, WordVectors.Model, [(pending[0].Hash, WordVectors.Of(pending[0].Text))], Stop);
            Assert.False(await room.Writer.MarkEmbeddedAsync(tx, Tenant, "fil_1", file.ContentHash, WordVectors.Model, Stop));
        });
    }

    [Fact]
    public async Task Text_the_database_would_refuse_is_stored_with_its_faults_replaced()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "nul\0and\ud800half.txt", "before\0after and a half \udc00 pair");
        Assert.Equal(["fil_1"], await room.FindAsync("after"));
        Assert.Equal(["fil_1"], await room.FindAsync("half.txt"));
    }

    [Fact]
    public async Task A_log_row_that_commits_late_gets_a_late_number()
    {
        await using var room = await SearchRoom.CreateAsync();
        await using var connection = await room.DataSource.OpenConnectionAsync(Stop);
        await using var slow = await connection.BeginTransactionAsync(Stop);
        await room.Writer.UpsertFilesAsync(slow, Tenant, [File("fil_slow", "slow.txt")], Stop);
        await room.AddAsync("fil_fast", "fast.txt", "");
        Assert.Equal(["fil_fast"], await room.FindAsync("txt"));
        await slow.CommitAsync(Stop);
        Assert.Equal(["fil_slow"], await room.FindAsync("slow"));
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing_and_a_follower_sees_every_file()
    {
        await using var room = await SearchRoom.CreateAsync();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var i = 0; i < 15; i++)
            {
                // Overlapping sets of files in random order: the order of locks must not depend on the caller's.
                var files = Enumerable.Range(0, 20).Select(_ => random.Next(60)).Distinct()
                    .Select(n => File($"fil_{n:00}", $"name{n}v{writer}x{i}.txt", version: 1)).ToList();
                await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, files, Stop));
            }
        })).ToList();
        while (!writers.All(writer => writer.IsCompleted))
            await room.Node.CatchUpAsync(Tenant, Stop);
        await Task.WhenAll(writers);
        await room.Node.CatchUpAsync(Tenant, Stop);

        await using var command = room.DataSource.CreateCommand("SELECT file_id, name FROM search.file ORDER BY file_id");
        await using var reader = await command.ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop))
            Assert.Equal([reader.GetString(0)], await room.FindAsync($"\"{reader.GetString(1)}\""));
    }

    [Fact]
    public async Task Upkeep_removes_vectors_and_text_no_file_uses_and_keeps_the_others()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "words that stay");
        await room.AddAsync("fil_2", "b.txt", "words that go");
        var texts = new Search.Text.ExtractedTextStore(room.DataSource);
        await room.CommitAsync(async tx =>
        {
            foreach (var content in (string[])["words that stay", "words that go"])
                await texts.SaveAsync(tx, Tenant, HashOf(content), new("ok", "text/plain", [], []) { PipelineVersion = "text.1" }, Stop);
        });
        await room.RemoveAsync("fil_2");
        await room.Upkeep.PruneCachesAsync(Stop);
        Assert.Equal(1, await room.CountAsync("SELECT count(*) FROM search.vector"));
        Assert.NotNull(await texts.FindAsync(Tenant, HashOf("words that stay"), Stop));
        Assert.Null(await texts.FindAsync(Tenant, HashOf("words that go"), Stop));
    }
}
