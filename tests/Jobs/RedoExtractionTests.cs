using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs.Tests;

public sealed class RedoExtractionTests
{
    [Fact]
    public async Task Only_files_whose_reader_changed_are_read_again_in_low_and_the_old_text_serves_until_then()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("note.txt", "heron");
        await fleet.AddAsync("copy of note.txt", "heron");
        await fleet.AddAsync("table.csv", "name,size\nwalrus,7\n");
        await fleet.SettleAsync();
        // As a reader of before had left it: with another text.
        await ForgeAsync(fleet, "note.txt", text => text with { PipelineVersion = "text.0", Pages = [text.Pages[0] with { Text = "crane" }] });
        var estimate = await fleet.Get<ExtractionRedo>().EstimateAsync(Fleet.Tenant, default);
        Assert.Equal(["text.0"], estimate.Versions);
        Assert.Equal(("text/plain", 2, 1, 1, 5, 0), Figures(Assert.Single(estimate.Formats)));
        var jobs = await JobsAsync(fleet);

        var started = await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);
        Assert.Equal(2, (await fleet.FindAsync("heron")).Count);
        await fleet.SettleAsync();

        Assert.True(started is { Started: true, JobId: not null });
        var since = (await JobsAsync(fleet)).Except(jobs).Select(job => job[..job.LastIndexOf(' ')]).Order().ToList();
        // The index had the words that came out, so nothing is cut or embedded again.
        Assert.Equal(["low extract-text", "low extract-text", "low redo-extraction"], since);
        Assert.Empty((await fleet.Get<ExtractionRedo>().EstimateAsync(Fleet.Tenant, default)).Formats);
        Assert.Null((await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default)).JobId);
        Assert.Equal(2, (await fleet.FindAsync("heron")).Count);
    }

    [Fact]
    public async Task A_text_that_comes_out_differently_is_indexed_again_for_every_copy()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("note.txt", "heron");
        await fleet.AddAsync("copy.txt", "heron");
        await fleet.SettleAsync();
        await ForgeAsync(fleet, "note.txt", text => text with { PipelineVersion = "text.0", Pages = [text.Pages[0] with { Text = "crane" }] });
        await fleet.SqlAsync("UPDATE search.file SET text_hash = 'of the old text'");
        await fleet.SqlAsync("UPDATE search.text_chunk SET text = 'crane'");

        await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);
        await fleet.SettleAsync();

        Assert.Equal(["heron", "heron"], await fleet.ColumnAsync("SELECT text FROM search.text_chunk"));
        Assert.Equal(["text/plain"], await fleet.ColumnAsync($"SELECT mime_type FROM search.extracted_text WHERE pipeline_version <> 'text.0'"));
    }

    [Fact]
    public async Task A_second_copy_or_an_upload_after_a_change_of_readers_reads_again_and_a_rename_does_not()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("note.txt", "heron");
        await fleet.SettleAsync();
        await ForgeAsync(fleet, "note.txt", text => text with { PipelineVersion = "text.0" });

        await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.MoveFileAsync(file.Id, null, "renamed.txt", default));
        await fleet.SettleAsync();
        Assert.Equal(["text.0"], await VersionsAsync(fleet));

        await fleet.AddAsync("copy.txt", "heron");
        await fleet.SettleAsync();
        Assert.DoesNotContain("text.0", await VersionsAsync(fleet));
    }

    [Fact]
    public async Task The_text_of_a_newer_build_is_used_and_never_replaced()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("note.txt", "heron");
        await fleet.SettleAsync();
        await ForgeAsync(fleet, "note.txt", text => text with { PipelineVersion = "text.9999", Pages = [text.Pages[0] with { Text = "heron and more" }] });

        await fleet.AddAsync("copy.txt", "heron");
        await fleet.SettleAsync();

        Assert.Equal(["text.9999"], await VersionsAsync(fleet));
        Assert.Equal(["copy.txt"], await fleet.FindAsync("more"));
        Assert.Empty((await fleet.Get<ExtractionRedo>().EstimateAsync(Fleet.Tenant, default)).Versions);
    }

    [Fact]
    public async Task A_worker_of_an_older_build_leaves_a_file_to_one_that_can_do_better()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("note.txt", "heron");
        await fleet.SettleAsync();
        var version = Assert.Single(await VersionsAsync(fleet));

        // A newer build calls outdated what this one holds for the best it can do.
        await fleet.EnqueueAsync(new ExtractText(file.Id, file.ChecksumSha256, version), file);
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync("SELECT wait_reason FROM queue.job_row WHERE state = 'scheduled'")).Any(reason => reason.StartsWith("needs_newer_build", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_type_without_a_reader_is_looked_at_again_when_readers_are_added()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("note.txt", "heron");
        await fleet.SettleAsync();
        await ForgeAsync(fleet, "note.txt", text => text with { PipelineVersion = "types.0", Status = ReasonCodes.UnsupportedType, Pages = [] });
        await fleet.SqlAsync("UPDATE search.file SET chunks_hash = NULL, text_hash = NULL");
        await fleet.SqlAsync("DELETE FROM search.text_chunk");
        Assert.Equal(["types.0"], (await fleet.Get<ExtractionRedo>().EstimateAsync(Fleet.Tenant, default)).Versions);

        await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);
        await fleet.SettleAsync();

        Assert.True((await fleet.StatusAsync(file.Id)).Indexed);
        Assert.Equal(["note.txt"], await fleet.FindAsync("heron"));
    }

    [Fact]
    public async Task Recognised_pages_are_carried_over_and_not_recognised_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.AddAsync("mixed.pdf", PdfWithPages.Write("walrus", PdfWithPages.Picture));
        await fleet.SettleAsync();
        await ForgeAsync(fleet, "mixed.pdf", text => text with { PipelineVersion = $"{ExtractionPool.RecognitionVersion}+pdf.0" });
        var estimate = await fleet.Get<ExtractionRedo>().EstimateAsync(Fleet.Tenant, default);
        Assert.Equal(0, Assert.Single(estimate.Formats).OcrPages);

        await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);
        await fleet.SettleAsync();

        Assert.Single(await fleet.ColumnAsync("SELECT kind FROM queue.job_row WHERE kind = 'recognize-text'"));
        Assert.Equal(["mixed.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
        Assert.StartsWith($"{ExtractionPool.RecognitionVersion}+pdf.", Assert.Single(await VersionsAsync(fleet)), StringComparison.Ordinal);

        await ForgeAsync(fleet, "mixed.pdf", text => text with { PipelineVersion = text.PipelineVersion.Replace(ExtractionPool.RecognitionVersion, "ocr.0", StringComparison.Ordinal) });
        Assert.Equal(1, Assert.Single((await fleet.Get<ExtractionRedo>().EstimateAsync(Fleet.Tenant, default)).Formats).OcrPages);
        await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);
        await fleet.SettleAsync();
        Assert.Equal(2, (await fleet.ColumnAsync("SELECT kind FROM queue.job_row WHERE kind = 'recognize-text'")).Count);
        Assert.Equal(["mixed.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
    }

    [Fact]
    public async Task A_redo_that_starts_over_queues_nothing_twice()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        for (var i = 0; i < 3; i++)
            await fleet.AddAsync($"{i}.txt", $"heron {i}");
        await fleet.SettleAsync();
        await fleet.SqlAsync("UPDATE search.extracted_text SET pipeline_version = 'text.0'");
        await fleet.Get<QueueRules>().PauseAsync("kind:extract-text", "test", "To see what is queued.", null, default);
        await RunRedoAsync(fleet);
        await RunRedoAsync(fleet);

        Assert.Equal(["3"], await fleet.ColumnAsync("SELECT count(*)::text FROM queue.job WHERE kind = 'extract-text' AND state = 'available'"));
        await fleet.Get<QueueRules>().ResumeAsync("kind:extract-text", default);
        await fleet.SettleAsync();
        Assert.DoesNotContain("text.0", await VersionsAsync(fleet));
    }

    [Fact]
    public async Task While_a_redo_is_under_way_another_is_not_started()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.AddAsync("note.txt", "heron");
        await fleet.SettleAsync();
        await fleet.SqlAsync("UPDATE search.extracted_text SET pipeline_version = 'text.0'");
        await fleet.StopAsync();

        var first = await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);
        var second = await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default);

        Assert.Equal((first.JobId, true, false), (second.JobId, first.Started, second.Started));
    }

    private static async Task RunRedoAsync(Fleet fleet)
    {
        Assert.True((await fleet.Get<ExtractionRedo>().StartAsync(Fleet.Tenant, default)).Started);
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync("SELECT kind FROM queue.job WHERE kind = 'redo-extraction'")).Count == 0);
    }

    /// <summary>Puts another text in place of a file's, as if it had been read so.</summary>
    private static async Task ForgeAsync(Fleet fleet, string name, Func<StoredText, StoredText> change)
    {
        var texts = fleet.Get<ExtractedTextStore>();
        var file = (await fleet.Get<DriveStore>().FindFileByPathAsync(Fleet.Tenant, fleet.Share.Id, $"/{name}", default))!;
        await using var connection = await fleet.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var text = (await texts.HoldAsync(transaction, Fleet.Tenant, file.ChecksumSha256, default))!;
        await texts.SaveAsync(transaction, Fleet.Tenant, file.ChecksumSha256, change(text), default);
        await transaction.CommitAsync();
        await fleet.Get<LocalIndex>().CatchUpAsync(Fleet.Tenant, default);
    }

    private static Task<List<string>> VersionsAsync(Fleet fleet) => fleet.ColumnAsync("SELECT DISTINCT pipeline_version FROM search.extracted_text");

    private static Task<List<string>> JobsAsync(Fleet fleet) => fleet.ColumnAsync("SELECT concat_ws(' ', queue, kind, id::text) FROM queue.job_row");

    private static (string, long, long, long, long, long) Figures(OutdatedFormat format) =>
        (format.MimeType, format.Files, format.Contents, format.Pages, format.Bytes, format.OcrPages);
}
