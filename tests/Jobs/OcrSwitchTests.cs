using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs.Tests;

public sealed class OcrSwitchTests
{
    private static readonly byte[] Scan = PdfWithPages.Write(PdfWithPages.Picture);
    private static readonly byte[] Mixed = PdfWithPages.Write("walrus", PdfWithPages.Picture, "penguin");

    [Fact]
    public async Task Switching_on_lets_exactly_the_scan_and_the_mixed_file_go_through_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var text = await fleet.AddAsync("text.txt", "heron");
        var scan = await fleet.AddAsync("scan.pdf", Scan);
        var mixed = await fleet.AddAsync("mixed.pdf", Mixed);
        await fleet.SettleAsync();

        var off = await fleet.StatusAsync(scan.Id);
        Assert.Equal(("skipped", ReasonCodes.OcrDisabled), (off.Status, off.ReasonCode));
        off = await fleet.StatusAsync(mixed.Id);
        Assert.Equal(("indexed", null), (off.Status, off.ReasonCode));
        var stage = Assert.Single(off.Stages, stage => stage.Stage == LedgerStages.Recognize);
        Assert.Equal((LedgerStates.Skipped, ReasonCodes.OcrDisabled, "1 of 3 pages is an image."), (stage.State, stage.ReasonCode, stage.Detail));
        Assert.Equal(["mixed.pdf"], await fleet.FindAsync("walrus"));
        Assert.Empty(await fleet.FindAsync(PdfWithPages.WordInPicture));
        Assert.Equal(2, await fleet.Get<FileLedger>().CountOcrDisabledAsync(Fleet.Tenant, default));
        var before = await JobsAsync(fleet);

        var started = await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.SettleAsync();

        Assert.True(started is { Started: true, JobId: not null });
        var since = (await JobsAsync(fleet)).Except(before).ToList();
        Assert.Equal(Ordered([mixed.Id, scan.Id]), Ordered(since.Where(job => job.StartsWith("low recognize-text ", StringComparison.Ordinal)).Select(job => job.Split(' ')[2])));
        Assert.DoesNotContain(since, job => job.Contains("extract-text", StringComparison.Ordinal) || job.Contains(text.Id, StringComparison.Ordinal));
        Assert.Equal(["mixed.pdf", "scan.pdf"], Ordered(await fleet.FindAsync(PdfWithPages.WordInPicture)));
        Assert.Equal(["mixed.pdf"], await fleet.FindAsync("penguin"));
        Assert.All([scan, mixed], file => Assert.True(fleet.StatusAsync(file.Id).Result.Indexed));
        Assert.Equal(0, await fleet.Get<FileLedger>().CountOcrDisabledAsync(Fleet.Tenant, default));
        Assert.Equal(
            [$"{ExtractionPool.RecognitionVersion}+pdf.1"],
            (await fleet.ColumnAsync("SELECT DISTINCT pipeline_version FROM search.extracted_text WHERE ocr_pages > 0")).Select(OnlyFirstVersions));
    }

    [Fact]
    public async Task Switching_on_twice_starts_one_job_and_recognises_nothing_twice()
    {
        await using var fleet = await Fleet.CreateAsync();
        await ExtractOnlyAsync(fleet, "scan.pdf", Scan);

        var first = await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        var second = await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        Assert.Equal((first!.JobId, false), (second!.JobId, second.Started));
        await fleet.SettleAsync();
        await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.SettleAsync();

        Assert.Single(await fleet.ColumnAsync("SELECT kind FROM queue.job_row WHERE kind = 'recognize-text'"));
    }

    [Fact]
    public async Task Recognition_that_is_queued_when_it_is_switched_off_ends_as_before_and_comes_back_with_the_switch()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await ExtractOnlyAsync(fleet, "scan.pdf", Scan);
        // As the walk leaves it, with nobody to take the job yet.
        await fleet.SqlAsync("UPDATE search.file_stage SET state = 'pending', stage = 'recognize', reason_code = NULL");
        await fleet.SqlAsync("UPDATE search.file_status SET status = 'pending', reason_code = NULL");
        await fleet.EnqueueAsync(new RecognizeText(file.Id, file.ChecksumSha256), file);
        await fleet.SettleAsync();

        var status = await fleet.StatusAsync(file.Id);
        Assert.Equal(("skipped", ReasonCodes.OcrDisabled), (status.Status, status.ReasonCode));
        Assert.Equal(["0"], await fleet.ColumnAsync("SELECT ocr_pages::text FROM search.extracted_text"));

        await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.SettleAsync();
        Assert.Equal(["scan.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
    }

    [Fact]
    public async Task A_file_that_was_deleted_between_is_passed_over()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var gone = await fleet.AddAsync("gone.pdf", Scan);
        await fleet.AddAsync("kept.pdf", Mixed);
        await fleet.SettleAsync();
        await fleet.WriteAsync(ChangeOrigin.Interactive(), async writer =>
        {
            await writer.DeleteFileAsync(gone.Id, permanent: false, default);
            return 0;
        });

        await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.SettleAsync();

        Assert.Equal(["kept.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
        Assert.Empty(await fleet.ColumnAsync("SELECT kind FROM queue.job_row WHERE state = 'discarded'"));
    }

    [Fact]
    public async Task A_policy_that_says_no_keeps_its_files_out_until_the_policy_changes()
    {
        await using var fleet = await Fleet.CreateAsync();
        await ExtractOnlyAsync(fleet, "scan.pdf", Scan);
        await fleet.SqlAsync("UPDATE search.policy SET ocr = false");

        await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.SettleAsync();
        Assert.Equal(1, await fleet.Get<FileLedger>().CountOcrDisabledAsync(Fleet.Tenant, default));

        await fleet.SqlAsync("UPDATE search.policy SET ocr = NULL");
        await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_local", enabled: true, default);
        await fleet.SettleAsync();
        Assert.Equal(["scan.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
    }

    [Fact]
    public async Task An_unknown_provider_is_not_switched()
    {
        await using var fleet = await Fleet.CreateAsync();
        Assert.Null(await fleet.Get<OcrSwitch>().SetAsync(Fleet.Tenant, "prv_none", enabled: true, default));
        Assert.False((await fleet.Get<EmbeddingProviders>().ListAsync(Fleet.Tenant, default))[0].Ocr);
    }

    private static async Task<DriveFile> ExtractOnlyAsync(Fleet fleet, string name, byte[] content)
    {
        await fleet.StartAsync();
        var file = await fleet.AddAsync(name, content);
        await fleet.SettleAsync();
        Assert.Equal(ReasonCodes.OcrDisabled, (await fleet.StatusAsync(file.Id)).ReasonCode);
        return file;
    }

    private static Task<List<string>> JobsAsync(Fleet fleet) =>
        fleet.ColumnAsync("SELECT concat_ws(' ', queue, kind, subject_id, id::text) FROM queue.job_row");

    private static IEnumerable<string> Ordered(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal);

    // The reader of PDF may be any version; which ones there are is what the test is about.
    private static string OnlyFirstVersions(string version) => System.Text.RegularExpressions.Regex.Replace(version, @"pdf\.\d+", "pdf.1");
}
