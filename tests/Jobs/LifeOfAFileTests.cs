using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Jobs.Tests;

public sealed class LifeOfAFileTests
{
    [Fact]
    public async Task A_job_exists_if_and_only_if_the_version_does()
    {
        await using var fleet = await Fleet.CreateAsync();
        await using (var connection = await fleet.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var stored = await fleet.Get<ContentStore>().WriteAsync(Fleet.Tenant, new MemoryStream([1]), null, default);
            var writer = fleet.Get<DriveStore>().Write(transaction, Fleet.Tenant, DriveStore.LocalUserId, ChangeOrigin.Interactive());
            await writer.CreateFileAsync(new NewFile(fleet.Share.Id, null, "lost.txt", stored, "text/plain", DateTimeOffset.UnixEpoch), default);
            await writer.CompleteAsync(default);
        }

        Assert.Empty(await fleet.ColumnAsync("SELECT kind FROM queue.job_row"));
        Assert.Empty(await fleet.ColumnAsync("SELECT name FROM search.file"));

        await fleet.AddAsync("kept.txt", "text");
        Assert.Equal(["extract-text"], await fleet.ColumnAsync("SELECT kind FROM queue.job_row"));
        Assert.Equal(["kept.txt"], await fleet.ColumnAsync("SELECT name FROM search.file"));
    }

    [Fact]
    public async Task An_upload_waits_in_high_and_an_import_in_low()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.AddAsync("a.txt", "uploaded");
        await fleet.AddAsync("b.txt", "imported", ChangeOrigin.Import("cnn_x"));

        Assert.Equal(["high", "low"], await fleet.ColumnAsync("SELECT queue FROM queue.job_row ORDER BY id"));
    }

    [Fact]
    public async Task A_file_is_found_by_name_before_any_worker_runs_and_by_word_and_meaning_after()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("quarterly-figures.txt", "The marmalade budget grew.");
        await fleet.Get<Search.Index.Local.LocalIndex>().CatchUpAsync(Fleet.Tenant, default);
        Assert.Equal(["quarterly-figures.txt"], await fleet.FindAsync("figures"));
        Assert.Empty(await fleet.FindAsync("marmalade"));
        Assert.Equal("pending", (await fleet.StatusAsync(file.Id)).Status);

        await fleet.StartAsync();
        await fleet.SettleAsync();

        Assert.Equal(["quarterly-figures.txt"], await fleet.FindAsync("marmalade"));
        Assert.Equal(["quarterly-figures.txt"], await fleet.FindAsync("marmalade", byMeaning: true));
        var status = await fleet.StatusAsync(file.Id);
        Assert.True(status.Indexed);
        Assert.Equal(["extract", "index", "embed"], status.Stages.Select(stage => stage.Stage));
        Assert.NotNull(status.VectorizedAt);
        Assert.NotNull((await fleet.Get<DriveStore>().FindFileAsync(Fleet.Tenant, file.Id, default))!.VectorizedAt);
    }

    [Fact]
    public async Task A_newer_version_supersedes_the_older_ones_jobs_and_replaces_its_words()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("plan.txt", "walrus");
        await fleet.ReplaceAsync(file.Id, "penguin");
        Assert.Equal(["cancelled"], await fleet.ColumnAsync("SELECT state FROM queue.job_row WHERE error_code = 'superseded'"));

        await fleet.StartAsync();
        await fleet.SettleAsync();

        Assert.Empty(await fleet.FindAsync("walrus"));
        Assert.Equal(["plan.txt"], await fleet.FindAsync("penguin"));
    }

    [Fact]
    public async Task Content_that_changes_there_and_back_while_its_job_runs_is_indexed_in_the_end()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("plan.txt", "walrus");
        // As if a worker held the job and were slow; it is asked to end by the next version.
        await fleet.SqlAsync("UPDATE queue.job SET state = 'running', worker_id = 'slow', lease = nextval('queue.lease_number'), attempt = 1");
        await fleet.ReplaceAsync(file.Id, "penguin");
        await fleet.ReplaceAsync(file.Id, "walrus");
        await fleet.SqlAsync("DELETE FROM queue.job WHERE state = 'running'");

        await fleet.StartAsync();
        await fleet.SettleAsync();

        Assert.Equal(["plan.txt"], await fleet.FindAsync("walrus"));
        Assert.True((await fleet.StatusAsync(file.Id)).Indexed);
    }

    [Fact]
    public async Task The_same_bytes_under_a_new_date_read_nothing_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("plan.txt", "walrus");
        var stored = await fleet.Get<ContentStore>().WriteAsync(Fleet.Tenant, new MemoryStream("walrus"u8.ToArray()), null, default);

        await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.AddVersionAsync(file.Id, stored, "text/plain", DateTimeOffset.UnixEpoch.AddDays(1), default));

        Assert.Equal(["available"], await fleet.ColumnAsync("SELECT state FROM queue.job_row"));
    }

    [Fact]
    public async Task A_text_that_is_gone_when_it_is_to_be_indexed_is_read_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("plan.txt", "walrus");
        await fleet.SqlAsync($"""
            WITH changed AS (
                UPDATE queue.job
                SET kind = 'index-text', lane = queue.lane_of(tenant_id, 'high', 'index-text', NULL, NULL),
                    unique_key = 'index-text:{file.Id}:{file.ChecksumSha256}'
                RETURNING lane
            )
            INSERT INTO queue.tally_change (lane, available) SELECT lane, 1 FROM changed
            """);

        await fleet.StartAsync();
        await fleet.SettleAsync();

        Assert.Equal(["plan.txt"], await fleet.FindAsync("walrus"));
    }

    [Fact]
    public async Task A_policy_that_no_longer_wants_meaning_ends_the_wait_for_it()
    {
        await using var fleet = await Fleet.CreateAsync();
        fleet.Model.IsDown = true;
        await fleet.StartAsync();
        var file = await fleet.AddAsync("note.txt", "axolotl");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await fleet.StatusAsync(file.Id)).Stages.Any(stage => stage.ReasonCode == ReasonCodes.ProviderDown))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);

        await fleet.SqlAsync("UPDATE search.policy SET semantic = false");
        await fleet.WakeEmbeddingAsync();
        await fleet.SettleAsync();

        Assert.Equal(0, (await fleet.Get<Search.Ledger.FileLedger>().TotalsAsync(Fleet.Tenant, default)).VectorsPending);
        Assert.True((await fleet.StatusAsync(file.Id)).Indexed);
    }

    [Fact]
    public async Task A_rename_reads_nothing_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("old-title.txt", "heron");
        await fleet.SettleAsync();
        var jobs = (await fleet.ColumnAsync("SELECT kind FROM queue.job_row")).Count;

        await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.MoveFileAsync(file.Id, null, "new-title.txt", default));
        await fleet.SettleAsync();

        Assert.Equal(["new-title.txt"], await fleet.FindAsync("heron"));
        Assert.Equal(["new-title.txt"], await fleet.FindAsync("new-title"));
        Assert.Equal(jobs, (await fleet.ColumnAsync("SELECT kind FROM queue.job_row")).Count);
    }

    [Fact]
    public async Task A_delete_leaves_the_index_through_high_and_takes_the_ledger_along()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("secret.txt", "platypus", ChangeOrigin.Import("cnn_x"));
        await fleet.SettleAsync();

        await fleet.WriteAsync(ChangeOrigin.Import("cnn_x"), async writer =>
        {
            await writer.DeleteFileAsync(file.Id, permanent: false, default);
            return 0;
        });
        await fleet.SettleAsync();

        Assert.Empty(await fleet.FindAsync("platypus"));
        Assert.Empty(await fleet.FindAsync("secret"));
        Assert.Equal(["high"], await fleet.ColumnAsync("SELECT queue FROM queue.job_row WHERE kind = 'delete-from-index'"));
        Assert.Equal(0, (await fleet.Get<Search.Ledger.FileLedger>().TotalsAsync(Fleet.Tenant, default)).Files);
    }

    [Fact]
    public async Task A_second_copy_of_the_same_content_is_neither_read_nor_embedded_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("one.txt", "capybara in the bath");
        await fleet.SettleAsync();
        var embedded = fleet.Model.Embedded;

        await fleet.AddAsync("two.txt", "capybara in the bath");
        await fleet.SettleAsync();

        Assert.Equal(["one.txt", "two.txt"], (await fleet.FindAsync("capybara")).Order());
        Assert.Equal(embedded, fleet.Model.Embedded);
        Assert.Single(await fleet.ColumnAsync("SELECT content_hash FROM search.extracted_text"));
    }

    [Fact]
    public async Task A_provider_that_is_away_delays_meaning_and_never_words()
    {
        await using var fleet = await Fleet.CreateAsync();
        fleet.Model.IsDown = true;
        await fleet.StartAsync();
        var file = await fleet.AddAsync("note.txt", "axolotl");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await fleet.StatusAsync(file.Id)).Stages.Any(stage => stage.ReasonCode == ReasonCodes.ProviderDown))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        await fleet.Get<Search.Index.Local.LocalIndex>().CatchUpAsync(Fleet.Tenant, default);
        Assert.Equal(["note.txt"], await fleet.FindAsync("axolotl"));
        await Fleet.UntilAsync(async () => await fleet.ColumnAsync("SELECT key FROM queue.rule WHERE throttled_until > now()") is ["key:embed:tnt_local:prv_local"]);

        fleet.Model.IsDown = false;
        await fleet.WakeEmbeddingAsync();
        await fleet.SettleAsync();

        Assert.NotNull((await fleet.StatusAsync(file.Id)).VectorizedAt);
        Assert.Equal(["1"], await fleet.ColumnAsync("SELECT attempt::text FROM queue.job_row WHERE kind = 'embed-text'"));
    }

    [Theory]
    [InlineData("empty.txt", "", ReasonCodes.Empty)]
    [InlineData("program.bin", "\u007fELF\u0002\u0001\u0001\0\0\0\0\0\0\0\0\0\u0003\0>\0", ReasonCodes.UnsupportedType)]
    [InlineData("broken.pdf", "%PDF-1.7 nothing of a document follows", ReasonCodes.Corrupt)]
    public async Task A_file_that_cannot_be_read_is_a_completed_job_with_a_reason_and_a_hint(string name, string content, string reason)
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync(name, content);
        await fleet.SettleAsync();

        var status = await fleet.StatusAsync(file.Id);
        Assert.Equal(("skipped", reason), (status.Status, status.ReasonCode));
        Assert.Equal(ReasonCodes.Hints[reason], status.Hint);
        Assert.Equal(["completed"], await fleet.ColumnAsync("SELECT state FROM queue.job_row"));
        Assert.Equal([name], await fleet.FindAsync(Path.GetFileNameWithoutExtension(name)));
    }

    [Fact]
    public async Task Pages_without_text_wait_for_ocr_to_be_switched_on_and_are_then_recognised()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var scan = Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "samples"), "*.png").Single();
        var off = await fleet.AddAsync("scan.png", await File.ReadAllBytesAsync(scan));
        await fleet.SettleAsync();
        Assert.Equal(ReasonCodes.OcrDisabled, (await fleet.StatusAsync(off.Id)).ReasonCode);

        await fleet.SqlAsync("UPDATE search.provider SET ocr = true, updated_at = now()");
        var on = await fleet.AddAsync("scan again.png", await File.ReadAllBytesAsync(scan));
        await fleet.SettleAsync();

        var status = await fleet.StatusAsync(on.Id);
        Assert.True(status.Indexed);
        Assert.Contains(status.Stages, stage => stage is { Stage: "recognize", State: "done" });
    }

    [Fact]
    public async Task Title_and_author_of_a_document_are_found_and_told()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("k7.pdf", PdfWithPages.WriteWith("/Title (Tide tables) /Author (Ottilie Brandt)", "High water at noon"));
        await fleet.SettleAsync();

        Assert.Equal(["k7.pdf"], await fleet.FindAsync("ottilie"));
        Assert.Equal(["k7.pdf"], await fleet.FindAsync("tide tables", byMeaning: true));
        var told = await fleet.Get<ExtractedTextStore>().FindMetadataAsync(Fleet.Tenant, file.ChecksumSha256, default);
        Assert.Equal(("Tide tables", "Ottilie Brandt", 1), (told!.Title, told.Author, told.PageCount));
        Assert.DoesNotContain("Ottilie", (await fleet.Get<ExtractedTextStore>().FindAsync(Fleet.Tenant, file.ChecksumSha256, default))!.Pages[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_leaves_content_out_leaves_the_name_in()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("first.txt", "makes the default rows");
        await fleet.SettleAsync();
        await fleet.SqlAsync("UPDATE search.policy SET index_content = false");
        var file = await fleet.AddAsync("private-diary.txt", "quokka");
        await fleet.SettleAsync();

        Assert.Equal(ReasonCodes.ExcludedByPolicy, (await fleet.StatusAsync(file.Id)).ReasonCode);
        Assert.Empty(await fleet.FindAsync("quokka"));
        Assert.Equal(["private-diary.txt"], await fleet.FindAsync("diary"));
    }

    [Fact]
    public async Task A_stage_that_is_given_up_shows_as_failed_and_heals_when_it_is_retried()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("note.txt", "okapi");
        var content = Directory.EnumerateFiles(fleet.Get<ContentStore>().Root, "*", SearchOption.AllDirectories).Single();
        File.Move(content, content + ".away");
        await fleet.StartAsync();
        await fleet.SettleAsync();
        var status = await fleet.StatusAsync(file.Id);
        Assert.Equal(("failed", ReasonCodes.AttemptsExhausted), (status.Status, status.ReasonCode));
        Assert.Equal(["discarded"], await fleet.ColumnAsync("SELECT state FROM queue.job_row"));

        File.Move(content + ".away", content);
        var job = long.Parse((await fleet.ColumnAsync("SELECT id::text FROM queue.job_row")).Single(), System.Globalization.CultureInfo.InvariantCulture);
        await fleet.Get<JobControl>().RetryAsync(Fleet.Tenant, job, default);
        await fleet.SettleAsync();

        Assert.True((await fleet.StatusAsync(file.Id)).Indexed);
    }
}

public sealed class NextStepTests
{
    [Theory]
    [InlineData("ok", "words", 0, false, true, false, false, null)]
    [InlineData("ok", "words", 2, false, true, false, true, null)]
    [InlineData("ok", "words", 2, true, true, true, false, null)]
    [InlineData("ok", "", 1, true, false, true, false, null)]
    [InlineData("ok", " \n", 1, false, false, false, true, "ocr_disabled")]
    [InlineData("ok", "", 0, true, false, false, false, "no_text")]
    [InlineData("encrypted", "", 0, true, false, false, false, "encrypted")]
    public void What_follows_from_a_text(string status, string text, int pagesNeedingOcr, bool ocr, bool index, bool recognize, bool leavesImages, string? reason)
    {
        var stored = new StoredText(status, "text/plain", [new StoredPage(1, text, [], null)], [.. Enumerable.Range(1, pagesNeedingOcr)]) { PipelineVersion = "text.1" };

        Assert.Equal(new NextStep(index, recognize, leavesImages, reason), NextStep.After(stored, ocr));
    }
}
