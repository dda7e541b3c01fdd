using ScaiDrive.Search.Index.Weaviate;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index.Weaviate;

public sealed class WeaviateIndexTests
{
    [Fact]
    public async Task A_move_sends_neither_text_nor_vectors_again()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("some");
        engine.Server.Journal.Clear();
        await engine.Room.CommitAsync(tx => engine.Room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "2.txt", "some words", at: "/new/")], Stop));
        Assert.Equal(["fil_1"], await engine.FindAsync(Request("some") with { PathPrefix = "/new/" }));
        Assert.Equal(2, engine.Server.Journal.Count("PATCH"));
        // The position alone.
        Assert.Equal(1, engine.Server.Journal.Count("POST /v1/batch/objects"));
    }

    [Fact]
    public async Task A_change_that_is_already_there_writes_nothing_but_the_position()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("some");
        engine.Server.Journal.Clear();
        await engine.Room.ExecuteAsync("UPDATE search.file SET size_bytes = size_bytes + 1");
        await engine.FindAsync("some");
        Assert.Equal((0, 1), (engine.Server.Journal.Count("PATCH"), engine.Server.Journal.Count("POST /v1/batch/objects")));
    }

    [Fact]
    public async Task Chunks_of_shorter_content_and_of_models_without_vectors_are_removed()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", string.Join(". ", Enumerable.Range(0, 60).Select(i => $"a long text with many words {i}")));
        await engine.FindAsync("long");
        Assert.True(engine.Server.CountObjects(Collections.ChunksPrefix, Tenant) > 3);
        await engine.Room.AddAsync(File("fil_1", "1.txt", "short", version: 2), "short");
        await engine.FindAsync("short");
        Assert.Equal(1, engine.Server.CountObjects(Collections.ChunksPrefix, Tenant));
        await engine.Room.ExecuteAsync("DELETE FROM search.file_vectors; UPDATE search.file SET revision = nextval('search.content_revision')");
        await engine.FindAsync("short");
        Assert.Equal(0, engine.Server.CountObjects(Collections.ChunksPrefix, Tenant));
        await engine.Room.RemoveAsync("fil_1");
        await engine.FindAsync("short");
        Assert.Equal(0, engine.Server.CountObjects(Collections.Files, Tenant));
    }

    [Fact]
    public async Task The_chunks_of_a_long_file_are_sent_in_batches_before_the_file()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", string.Join(". ", Enumerable.Range(0, 6_000).Select(i => $"a long text with many words {i}")));
        var (batches, files) = (0, -1);
        engine.Step = step =>
        {
            if (step == "chunks written")
                (batches, files) = (engine.Server.Journal.Count("POST /v1/batch/objects"), engine.Server.CountObjects(Collections.Files, Tenant));
        };
        await engine.Index.CatchUpAsync(Tenant, Stop);
        var chunks = engine.Server.CountObjects(Collections.ChunksPrefix, Tenant);
        Assert.Equal(await engine.Room.CountAsync("SELECT count(*) FROM search.text_chunk"), chunks);
        // The first request was the position.
        Assert.True(chunks > 100);
        Assert.Equal((1 + (chunks + 99) / 100, 0), (batches, files));
        Assert.Equal(["fil_1"], await engine.FindAsync("long"));
    }

    [Fact]
    public async Task Building_anew_removes_nothing_while_searches_may_take_the_index_for_complete()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("words");
        engine.CompleteFor = TimeSpan.FromSeconds(5);
        engine.Restart();
        await engine.Room.ExecuteAsync("UPDATE search.weaviate_index SET generation = gen_random_uuid()");
        using var end = new CancellationTokenSource();
        var building = engine.Index.CatchUpAsync(Tenant, end.Token);
        while (!building.IsCompleted && await engine.Room.CountAsync("SELECT count(*) FROM search.weaviate_index WHERE built_through = ''") == 0)
        {
        }

        await Assert.ThrowsAsync<Search.Query.IndexUnavailableException>(() => engine.Engine.KeywordAsync(new(Request("words"), 0, 10), Stop));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        Assert.Equal(1, engine.Server.CountObjects(Collections.Files, Tenant));
    }

    [Fact]
    public async Task Only_one_process_writes_for_a_tenant_at_a_time()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        using var other = engine.NewProcess();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.Room.ExecuteAsync("INSERT INTO search.weaviate_writer VALUES ('tnt_one', gen_random_uuid(), now() + interval '1 minute')");
        await other.Index.CatchUpAsync(Tenant, Stop);
        Assert.Equal(0, engine.Server.Journal.Count("/v1"));
        // The other one died; its claim runs out.
        await engine.Room.ExecuteAsync("UPDATE search.weaviate_writer SET busy_until = now() - interval '1 second'");
        await other.Index.CatchUpAsync(Tenant, Stop);
        Assert.Equal(1, engine.Server.CountObjects(Collections.Files, Tenant));
        Assert.Equal(0, await engine.Room.CountAsync("SELECT count(*) FROM search.weaviate_writer"));
    }

    [Fact]
    public async Task A_process_whose_claim_ran_out_writes_no_more()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        engine.Step = _ =>
        {
            engine.Room.ExecuteAsync("UPDATE search.weaviate_writer SET holder = gen_random_uuid()").GetAwaiter().GetResult();
            engine.Room.Time.Advance(TimeSpan.FromMinutes(2));
        };
        await Assert.ThrowsAsync<WeaviateException>(() => engine.Index.CatchUpAsync(Tenant, Stop));
        Assert.Equal(0, engine.Server.CountObjects(Collections.Files, Tenant));
    }

    [Fact]
    public async Task A_server_restored_to_an_earlier_state_gets_what_it_lost()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "first words");
        await engine.FindAsync("words");
        var position = await engine.Connection.FindAsync(Collections.State, Tenant, ObjectId.OfIndex(Tenant), Stop);
        await engine.Room.AddAsync("fil_2", "2.txt", "second words");
        await engine.FindAsync("words");
        await engine.Connection.DeleteAsync(Collections.Files, Tenant, Where.Equal("fileId", "fil_2"), _ => Task.CompletedTask, Stop);
        await engine.Connection.PatchAsync(Collections.State, Tenant, ObjectId.OfIndex(Tenant), (System.Text.Json.Nodes.JsonObject)position!.DeepClone(), Stop);
        engine.Restart();
        Assert.Equal(2, (await engine.FindAsync("words")).Count);
    }

    [Fact]
    public async Task Collections_of_an_older_version_are_replaced_and_those_of_others_are_left_alone()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.Connection.CreateCollectionAsync(Collections.Files, Stop);
        engine.Server.Redescribe(Collections.Files, "ScaiDrive search index, schema 0");
        Assert.Equal(["fil_1"], await engine.FindAsync("words"));
        engine.Server.Redescribe(Collections.Files, "ScaiDrive search index, schema 999");
        engine.Restart();
        var newer = await Assert.ThrowsAsync<WeaviateException>(() => engine.Index.CatchUpAsync(Tenant, Stop));
        Assert.Contains("newer", newer.Message, StringComparison.Ordinal);
        engine.Server.Redescribe(Collections.Files, "Films");
        var foreign = await Assert.ThrowsAsync<WeaviateException>(() => engine.Index.CatchUpAsync(Tenant, Stop));
        Assert.Contains("not made by ScaiDrive", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_sent_and_a_wrong_one_is_told_in_words()
    {
        await using var engine = await WeaviateRoom.CreateAsync(apiKey: "a key");
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        Assert.Equal(["fil_1"], await engine.FindAsync("words"));
        using var stranger = new WeaviateClient(engine.Options() with { ApiKey = "another" }, TimeProvider.System);
        var fault = await Assert.ThrowsAsync<WeaviateException>(() => stranger.ReadAsync("schema", Stop));
        Assert.Contains("401", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", fault.Message, StringComparison.Ordinal);
        Assert.True(await stranger.IsReadyAsync(Stop));
    }

    [Fact]
    public async Task Many_files_are_paged_beyond_the_first_window()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.ExecuteAsync("""
            INSERT INTO search.file (tenant_id, file_id, share_id, name, path, mime_type, size_bytes, modified_at, content_hash, version)
            SELECT 'tnt_one', 'fil_' || i, 'shr_a', 'equal name.txt', '/equal name.txt', 'text/plain', 1, now(), 'h', 1 FROM generate_series(1, 1150) i
            """);
        var seen = new List<string>();
        for (var offset = 0; offset < 1200; offset += 400)
            seen.AddRange(await engine.FindAsync(Request("equal", limit: 400, offset: offset)));
        Assert.Equal((1150, 1150), (seen.Count, seen.Distinct().Count()));
    }
}
