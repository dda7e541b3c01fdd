using ScaiDrive.Drive;
using ScaiDrive.Search.Index.Auditing;

namespace ScaiDrive.Jobs.Tests;

public sealed class IndexCheckTests
{
    [Fact]
    public async Task Every_kind_of_drift_is_counted_and_mended()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        string[] kinds = ["missing", "outdated", "misplaced", "ahead", "status_missing", "chunk_count", "stray_chunks", "text_missing", "vectors_missing", "vectors_incomplete", "vectors_unknown"];
        var files = new Dictionary<string, DriveFile>();
        foreach (var kind in kinds)
            files[kind] = await fleet.AddAsync($"{kind}.txt", $"heron {kind}");
        await fleet.SettleAsync();
        Assert.Equal(kinds.Length, (await fleet.FindAsync("heron")).Count);

        string Id(string kind) => $"file_id = '{files[kind].Id}'";
        foreach (var sql in new[]
        {
            $"DELETE FROM search.file WHERE {Id("missing")}",
            $"UPDATE search.file SET content_hash = repeat('0', 64), chunks_hash = repeat('0', 64) WHERE {Id("outdated")}",
            $"UPDATE search.file SET path = '/elsewhere/misplaced.txt' WHERE {Id("misplaced")}",
            $"UPDATE search.file SET version = 7 WHERE {Id("ahead")}",
            $"DELETE FROM search.file_status WHERE {Id("status_missing")}",
            $"DELETE FROM search.text_chunk WHERE {Id("chunk_count")}",
            $"UPDATE search.file SET chunks_hash = NULL, chunk_count = 0 WHERE {Id("stray_chunks")}",
            $"UPDATE search.file_status SET status = 'failed' WHERE {Id("stray_chunks")}",
            $"UPDATE search.file SET chunks_hash = repeat('0', 64) WHERE {Id("text_missing")}",
            $"DELETE FROM search.file_vectors WHERE {Id("vectors_missing")}",
            $"DELETE FROM search.vector WHERE chunk_hash IN (SELECT hash FROM search.text_chunk WHERE {Id("vectors_incomplete")})",
            $"INSERT INTO search.file_vectors (tenant_id, file_id, model) SELECT tenant_id, file_id, 'gone' FROM search.file WHERE {Id("vectors_unknown")}",
            "INSERT INTO search.vector (tenant_id, model, chunk_hash, vector) SELECT tenant_id, 'gone', hash, '\\x00000000' FROM search.text_chunk",
            "INSERT INTO search.file (tenant_id, file_id, share_id, name, path, mime_type, size_bytes, modified_at, content_hash, version) "
                + "VALUES ('tnt_local', 'fil_extra', 'shr_x', 'extra.txt', '/extra.txt', 'text/plain', 1, now(), 'h', 1)",
            "INSERT INTO search.counter_delta (tenant_id, counter, delta) VALUES ('tnt_local', 'status.failed', 5)",
        })
            await fleet.SqlAsync(sql);

        var check = await CheckAsync(fleet);
        Assert.Equal(
            ["chunk_count", "counters", "extra", "misplaced", "missing", "outdated", "status_missing", "stray_chunks", "text_missing", "vectors_incomplete", "vectors_missing", "vectors_unknown"],
            check.Drift.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, check.Drift["outdated"]);
        Assert.Equal(kinds.Length, check.Files);

        await fleet.SqlAsync($"DELETE FROM search.file_stage WHERE {Id("stray_chunks")} AND stage = 'index'");
        Assert.Empty((await CheckAsync(fleet)).Drift.Keys.Except(["counters"]));
        Assert.Empty(await fleet.FindAsync("extra"));
        Assert.Equal(kinds.Where(kind => kind != "stray_chunks").Select(kind => $"{kind}.txt").Order(StringComparer.Ordinal), (await fleet.FindAsync("heron")).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["/misplaced.txt"], await fleet.ColumnAsync($"SELECT path FROM search.file WHERE {Id("misplaced")}"));
        Assert.Equal(
            kinds.Length - 1, (await fleet.ColumnAsync("SELECT DISTINCT file_id FROM search.file_vectors WHERE model = 'use-lite-en'")).Count);
        Assert.Empty((await CheckAsync(fleet)).Drift);
    }

    [Fact]
    public async Task Files_that_change_while_the_check_runs_are_no_drift()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var files = new List<DriveFile>();
        for (var i = 0; i < 20; i++)
            files.Add(await fleet.AddAsync($"{i}.txt", $"heron {i}"));
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var round = 0; !enough.IsCancellationRequested; round++)
            {
                var file = files[round % files.Count];
                await fleet.ReplaceAsync(file.Id, $"penguin {round}");
                await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.MoveFileAsync(file.Id, null, $"{round}-{file.Name}", default));
                var passing = await fleet.AddAsync($"passing-{round}.txt", "walrus");
                await fleet.WriteAsync(ChangeOrigin.Interactive(), async writer =>
                {
                    await writer.DeleteFileAsync(passing.Id, permanent: round % 2 == 0, default);
                    return true;
                });
            }
        });
        for (var i = 0; i < 5; i++)
            Assert.Empty((await CheckAsync(fleet, settle: false)).Drift);
        await enough.CancelAsync();
        await writing;
        await fleet.SettleAsync();
        Assert.Empty((await CheckAsync(fleet)).Drift);
    }

    private static async Task<IndexCheck> CheckAsync(Fleet fleet, bool settle = true)
    {
        var started = await fleet.Get<IndexChecks>().StartAsync(Fleet.Tenant, default);
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync($"SELECT state FROM queue.job_row WHERE id = {started.JobId}")) is ["completed"]);
        if (settle)
            await fleet.SettleAsync();
        return (await fleet.Get<IndexAudit>().FindAsync(Fleet.Tenant, default))!;
    }
}
