using ScaiDrive.Search.Index;

namespace ScaiDrive.Jobs.Tests;

public sealed class ReindexTests
{
    [Fact]
    public async Task One_file_goes_through_again_in_high_from_the_stage_that_was_asked_for()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("a.txt", "heron");
        await fleet.AddAsync("b.txt", "penguin");
        await fleet.SettleAsync();
        var embedded = fleet.Model.Embedded;
        var revision = await RevisionsAsync(fleet);

        var started = await fleet.Get<Reindexing>().StartAsync(new(Fleet.Tenant, file.Id, null, null), "index", default);
        await fleet.SettleAsync();
        Assert.Equal(1, started.Files);
        Assert.NotEqual(revision, await RevisionsAsync(fleet));
        Assert.Equal(embedded, fleet.Model.Embedded);
        Assert.Equal(["high index-text"], await fleet.ColumnAsync($"SELECT queue || ' ' || kind FROM queue.job_row WHERE id = {started.JobId}"));

        await fleet.Get<Reindexing>().StartAsync(new(Fleet.Tenant, file.Id, null, null), "embed", default);
        await fleet.SettleAsync();
        Assert.Equal(embedded + 1, fleet.Model.Embedded);

        await fleet.SqlAsync("UPDATE search.extracted_text SET created_at = now() - interval '1 day', read_ms = -1");
        await fleet.Get<Reindexing>().StartAsync(new(Fleet.Tenant, file.Id, null, null), "extract", default);
        await fleet.SettleAsync();
        Assert.Single(await fleet.ColumnAsync("SELECT content_hash FROM search.extracted_text WHERE read_ms >= 0"));
        Assert.Equal(["a.txt"], await fleet.FindAsync("heron"));
        Assert.Equal(2, (await fleet.FindAsync("heron", byMeaning: true)).Count);
    }

    [Fact]
    public async Task All_files_that_ended_with_a_code_go_through_again_by_one_job_in_low()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var slow = await fleet.AddAsync("slow.txt", "heron");
        await fleet.AddAsync("fine.txt", "penguin");
        await fleet.SettleAsync();
        // As reading leaves it when the time ran out.
        await fleet.SqlAsync($"DELETE FROM search.file_stage WHERE file_id = '{slow.Id}' AND stage <> 'extract'");
        await fleet.SqlAsync($"UPDATE search.file_stage SET state = 'skipped', reason_code = 'timed_out' WHERE file_id = '{slow.Id}'");
        await fleet.SqlAsync($"UPDATE search.file_status SET status = 'skipped', reason_code = 'timed_out', vectors = 'none' WHERE file_id = '{slow.Id}'");
        await fleet.SqlAsync($"DELETE FROM search.file_vectors WHERE file_id = '{slow.Id}'");
        await fleet.SqlAsync($"DELETE FROM search.text_chunk WHERE file_id = '{slow.Id}'");
        await fleet.SqlAsync($"UPDATE search.file SET chunks_hash = NULL, chunk_count = 0 WHERE file_id = '{slow.Id}'");
        var before = await fleet.ColumnAsync("SELECT id::text FROM queue.job_row");

        var started = await fleet.Get<Reindexing>().StartAsync(new(Fleet.Tenant, null, fleet.Share.Id, "timed_out"), "index", default);
        await fleet.SettleAsync();
        Assert.Equal((1L, true), (started.Files, started.JobId is not null));
        Assert.Equal(["slow.txt"], await fleet.FindAsync("heron"));
        Assert.Equal(
            ["low embed-text", "low extract-text", "low index-text", "low reindex-files"],
            await fleet.ColumnAsync($"SELECT queue || ' ' || kind FROM queue.job_row WHERE NOT id = ANY ('{{{string.Join(',', before)}}}') ORDER BY 1"));
        var none = await fleet.Get<Reindexing>().StartAsync(new(Fleet.Tenant, null, "shr_none", null), "index", default);
        Assert.Equal((0L, null), (none.Files, none.JobId));
    }

    [Fact]
    public async Task What_was_done_since_it_was_asked_for_is_not_done_twice()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("a.txt", "heron");
        await fleet.SettleAsync();
        var filter = new RedoFilter(Fleet.Tenant, null, null, null);
        var now = TimeProvider.System.GetUtcNow();
        Assert.Single(await fleet.Get<FilesToRedo>().PageAsync(filter, "index", now.AddMinutes(1), "", 10, default));
        Assert.Empty(await fleet.Get<FilesToRedo>().PageAsync(filter, "index", now.AddMinutes(-1), "", 10, default));
    }

    [Fact]
    public async Task Embedding_a_file_again_forgets_its_texts_in_the_wanted_model_alone_and_none_that_another_file_holds()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("a.txt", "heron");
        var other = await fleet.AddAsync("b.txt", "penguin");
        await fleet.SettleAsync();
        await fleet.SqlAsync("INSERT INTO search.vector (tenant_id, model, chunk_hash, vector) SELECT tenant_id, 'other', chunk_hash, vector FROM search.vector");
        await fleet.SqlAsync("INSERT INTO search.file_vectors (tenant_id, file_id, model) SELECT tenant_id, file_id, 'other' FROM search.file_vectors");
        Assert.Equal(["other 2", "use-lite-en 1"], await LeftAsync(fleet, file.Id));
        await fleet.SqlAsync($"UPDATE search.text_chunk SET hash = (SELECT hash FROM search.text_chunk WHERE file_id = '{other.Id}') WHERE file_id = '{file.Id}'");
        Assert.Equal(["other 2", "use-lite-en 2"], await LeftAsync(fleet, file.Id));
    }

    // What forgetting would leave; nothing of it is committed.
    private static async Task<List<string>> LeftAsync(Fleet fleet, string fileId)
    {
        await using var connection = await fleet.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await FilesToRedo.ForgetVectorsAsync(transaction, Fleet.Tenant, [(fileId, "use-lite-en")], default);
        await using var command = new Npgsql.NpgsqlCommand(
            $"SELECT model || ' ' || count(*) FROM search.vector GROUP BY model UNION ALL SELECT model FROM search.file_vectors WHERE file_id = '{fileId}' AND model <> 'other' ORDER BY 1",
            connection, transaction);
        var left = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            left.Add(reader.GetString(0));
        return left;
    }

    private static Task<List<string>> RevisionsAsync(Fleet fleet) => fleet.ColumnAsync("SELECT revision::text FROM search.file ORDER BY file_id");
}
