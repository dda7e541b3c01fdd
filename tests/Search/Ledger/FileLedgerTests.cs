using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Ledger;

public sealed class FileLedgerTests
{
    private static readonly string Content = HashOf("");

    [Fact]
    public async Task A_file_is_pending_as_soon_as_it_is_known()
    {
        await using var room = await SearchRoom.CreateAsync();
        await PutAsync(room, "fil_1");
        var status = await room.Ledger.FindAsync(Tenant, "fil_1", Stop);
        Assert.Equal(("pending", false), (status!.Status, status.Indexed));
        Assert.Null(await room.Ledger.FindAsync(Tenant, "fil_unknown", Stop));
        Assert.Null(await room.Ledger.FindAsync("tnt_two", "fil_1", Stop));
    }

    [Theory]
    [InlineData("extract running", "pending", null, "none")]
    [InlineData("extract done", "pending", null, "none")]
    [InlineData("extract done, index done", "indexed", null, "none")]
    [InlineData("extract done, index done, embed pending", "indexed", null, "pending")]
    [InlineData("extract done, index done, embed failed provider_down", "indexed", null, "failed")]
    [InlineData("extract done, index done, embed done", "indexed", null, "done")]
    [InlineData("extract skipped unsupported_type", "skipped", "unsupported_type", "none")]
    [InlineData("extract skipped no_text, recognize pending", "pending", null, "none")]
    [InlineData("extract skipped no_text, recognize skipped ocr_disabled", "skipped", "ocr_disabled", "none")]
    [InlineData("extract done, recognize skipped ocr_disabled, index done", "indexed", null, "none")]
    [InlineData("extract done, index done, embed pending, embed skipped excluded_by_policy", "indexed", null, "none")]
    [InlineData("extract done, index done, embed pending, extract skipped excluded_by_policy", "skipped", "excluded_by_policy", "none")]
    [InlineData("extract done, recognize pending, extract skipped excluded_by_policy", "skipped", "excluded_by_policy", "none")]
    [InlineData("extract done, index done, embed done, index skipped no_text", "skipped", "no_text", "none")]
    [InlineData("extract skipped excluded_by_policy, extract done, index done", "indexed", null, "none")]
    [InlineData("extract failed extractor_crashed", "failed", "extractor_crashed", "none")]
    [InlineData("extract failed timed_out, extract running", "pending", null, "none")]
    [InlineData("extract superseded", "pending", null, "none")]
    public async Task The_status_follows_from_the_stages(string entries, string status, string? reason, string vectors)
    {
        await using var room = await SearchRoom.CreateAsync();
        await PutAsync(room, "fil_1");
        await RecordAsync(room, "fil_1", entries);
        await RecordAsync(room, "fil_1", entries.Split(", ")[^1]);
        var found = await room.Ledger.FindAsync(Tenant, "fil_1", Stop);
        Assert.Equal((status, reason), (found!.Status, found.ReasonCode));
        Assert.Equal(status == "indexed", found.Indexed);
        Assert.Equal(reason == "ocr_disabled" ? "Switch OCR on." : null, found.Hint);
        Assert.Equal(1, await room.CountAsync($"SELECT count(*) FROM search.file_status WHERE vectors = '{vectors}'"));
    }

    [Fact]
    public async Task An_entry_is_told_with_everything_that_was_recorded()
    {
        await using var room = await SearchRoom.CreateAsync();
        await PutAsync(room, "fil_1");
        var entry = new LedgerEntry(
            Tenant, "fil_1", Content, LedgerStages.Extract, LedgerStates.Done, null, "3 fonts missing", "poppler", "22.12", 12, 4_096,
            TimeSpan.FromMilliseconds(250), 2);
        await room.CommitAsync(tx => room.Ledger.RecordAsync(tx, entry, Stop));
        var stage = Assert.Single((await room.Ledger.FindAsync(Tenant, "fil_1", Stop))!.Stages);
        Assert.Equal(
            ("extract", "done", "3 fonts missing", "poppler", "22.12", 12, 4_096L, 2),
            (stage.Stage, stage.State, stage.Detail, stage.Engine, stage.EngineVersion, stage.Pages, stage.Bytes, stage.Attempt));
        Assert.Equal(TimeSpan.FromMilliseconds(250), stage.Duration);
    }

    [Fact]
    public async Task An_entry_about_a_replaced_content_is_refused_and_new_content_starts_again()
    {
        await using var room = await SearchRoom.CreateAsync();
        await PutAsync(room, "fil_1");
        await RecordAsync(room, "fil_1", "extract done, index done, embed done");
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "a.txt", "new", version: 2)], Stop));
        await room.CommitAsync(async tx =>
            Assert.False(await room.Ledger.RecordAsync(tx, new(Tenant, "fil_1", Content, LedgerStages.Index, LedgerStates.Failed, "late"), Stop)));
        var status = await room.Ledger.FindAsync(Tenant, "fil_1", Stop);
        Assert.Equal("pending", status!.Status);
        Assert.Empty(status.Stages);
        await AssertTotalsAsync(room);
    }

    [Fact]
    public async Task Old_text_is_gone_once_the_new_content_is_known_to_have_none()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.docx", "secret of the old version");
        var locked = File("fil_1", "a.docx", "encrypted", version: 2);
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [locked], Stop));
        Assert.Equal(["fil_1"], await room.FindAsync("secret"));
        await room.CommitAsync(tx => room.Ledger.RecordAsync(
            tx, new(Tenant, "fil_1", locked.ContentHash, LedgerStages.Extract, LedgerStates.Skipped, "encrypted"), Stop));
        Assert.Empty(await room.FindAsync("secret"));
        Assert.Empty(await room.NearAsync("secret of the old version"));
        Assert.Equal(["fil_1"], await room.FindAsync("docx"));
        Assert.Equal(0, (await room.Ledger.FindAsync(Tenant, "fil_1", Stop))!.ChunkCount);
    }

    [Fact]
    public async Task Content_that_is_left_out_afterwards_leaves_the_index_and_may_come_back()
    {
        await using var room = await SearchRoom.CreateAsync();
        var file = File("fil_1", "a.txt", "words that a policy excludes");
        await room.AddAsync(file, "words that a policy excludes");
        await RecordAsync("extract", "done");
        await RecordAsync("index", "done");
        await RecordAsync("embed", "pending");
        Assert.Equal(["fil_1"], await room.FindAsync("excludes"));

        await RecordAsync("extract", "skipped", "excluded_by_policy");
        Assert.Empty(await room.FindAsync("excludes"));
        Assert.Empty(await room.NearAsync("words that a policy excludes"));
        Assert.Equal(["fil_1"], await room.FindAsync("txt"));
        var status = await room.Ledger.FindAsync(Tenant, "fil_1", Stop);
        Assert.Equal(("skipped", "excluded_by_policy", 0), (status!.Status, status.ReasonCode, status.ChunkCount));
        Assert.Equal(["extract"], status.Stages.Select(stage => stage.Stage));
        Assert.Null(status.VectorizedAt);
        Assert.Equal(0, await room.CountAsync("SELECT count(*) FROM search.text_chunk"));
        var totals = await room.Ledger.TotalsAsync(Tenant, Stop);
        Assert.Equal((0, 0, 0, 0), (totals.Indexed, totals.VectorsPending, totals.Chunks, totals.Vectors));
        Assert.Equal(1, totals.Skipped["excluded_by_policy"]);

        await room.AddAsync(file, "words that a policy excludes");
        await RecordAsync("extract", "done");
        await RecordAsync("index", "done");
        Assert.Equal("indexed", (await room.Ledger.FindAsync(Tenant, "fil_1", Stop))!.Status);
        Assert.Equal(["fil_1"], await room.FindAsync("excludes"));

        Task RecordAsync(string stage, string state, string? reason = null) => room.CommitAsync(async tx =>
            Assert.True(await room.Ledger.RecordAsync(tx, new(Tenant, "fil_1", file.ContentHash, stage, state, reason), Stop)));
    }

    [Fact]
    public async Task Totals_equal_a_count_of_the_table_before_during_and_after_folding()
    {
        await using var room = await SearchRoom.CreateAsync();
        var random = new Random(8);
        string[] outcomes =
        [
            "extract done, index done, embed done", "extract done, index done, embed pending", "extract skipped unsupported_type",
            "extract failed timed_out", "extract running", "extract skipped no_text, recognize skipped ocr_disabled",
        ];
        for (var round = 0; round < 60; round++)
        {
            var id = $"fil_{random.Next(12)}";
            if (random.Next(6) == 0)
                await room.RemoveAsync(id);
            else
                await PutAsync(room, id);
            if (await room.Ledger.FindAsync(Tenant, id, Stop) is not null)
                await RecordAsync(room, id, outcomes[random.Next(outcomes.Length)]);
            if (round % 10 == 9)
                await AssertTotalsAsync(room);
            if (round % 15 == 14)
                await room.Upkeep.FoldCountersAsync(Stop);
        }

        await room.Upkeep.FoldCountersAsync(Stop);
        Assert.Equal(0, await room.CountAsync("SELECT count(*) FROM search.counter_delta"));
        await AssertTotalsAsync(room);
    }

    [Fact]
    public async Task Chunks_and_vectors_are_counted_as_they_come_and_go()
    {
        await using var room = await SearchRoom.CreateAsync();
        var text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"Sentence {i} ends."));
        await room.AddAsync("fil_1", "1.txt", text);
        await room.AddAsync(File("fil_2", "2.txt", "short"), "short", vectors: false);
        var chunks = room.Chunker.Split([new(1, text, [])]).Count;
        var stats = new SearchStats(room.Ledger);
        Assert.Equal(new(2, 0, chunks + 1, chunks), await stats.ReadAsync(Tenant, Stop));
        await room.RemoveAsync("fil_1");
        Assert.Equal(new(1, 0, 1, 0), await stats.ReadAsync(Tenant, Stop));
    }

    [Fact]
    public async Task Folding_beside_writers_counts_everything_once()
    {
        await using var room = await SearchRoom.CreateAsync();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await PutAsync(room, $"fil_{writer}_{i}");
                await RecordAsync(room, $"fil_{writer}_{i}", "extract done, index done");
            }
        })).ToList();
        var folders = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!writers.All(writer => writer.IsCompleted))
                await room.Upkeep.FoldCountersAsync(Stop);
        }));
        await Task.WhenAll([.. writers, .. folders]);
        await room.Upkeep.FoldCountersAsync(Stop);
        Assert.Equal(100, (await room.Ledger.TotalsAsync(Tenant, Stop)).Indexed);
    }

    private static Task PutAsync(SearchRoom room, string id) =>
        room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File(id, "a.txt")], Stop));

    private static Task RecordAsync(SearchRoom room, string id, string entries) => room.CommitAsync(async tx =>
    {
        foreach (var words in entries.Split(", ").Select(entry => entry.Split(' ')))
            Assert.True(await room.Ledger.RecordAsync(tx, new(Tenant, id, Content, words[0], words[1], words.ElementAtOrDefault(2)), Stop));
    });

    private static async Task AssertTotalsAsync(SearchRoom room)
    {
        var totals = await room.Ledger.TotalsAsync(Tenant, Stop);
        async Task<long> Count(string where) => await room.CountAsync($"SELECT count(*) FROM search.file_status WHERE tenant_id = '{Tenant}' AND {where}");
        Assert.Equal(await Count("true"), totals.Files);
        Assert.Equal(await Count("status = 'indexed'"), totals.Indexed);
        Assert.Equal(await Count("status = 'pending'"), totals.Pending);
        Assert.Equal(await Count("vectors = 'pending'"), totals.VectorsPending);
        foreach (var reason in (string[])["unsupported_type", "ocr_disabled"])
            Assert.Equal(await Count($"status = 'skipped' AND reason_code = '{reason}'"), totals.Skipped.GetValueOrDefault(reason));
        Assert.Equal(await Count("status = 'failed'"), totals.Failed.Values.Sum());
    }
}
