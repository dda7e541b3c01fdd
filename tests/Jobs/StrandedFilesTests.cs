using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs.Tests;

public sealed class StrandedFilesTests
{
    [Fact]
    public async Task A_file_whose_job_was_cancelled_by_hand_says_so_and_heals_when_the_job_is_retried()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("note.txt", "heron");
        var job = await JobAsync(fleet);
        await fleet.Get<JobControl>().CancelAsync(Fleet.Tenant, job, "Not now.", default);

        await fleet.Get<StrandedFiles>().CheckAsync(TimeSpan.Zero, default);

        var status = await fleet.StatusAsync(file.Id);
        Assert.Equal(("failed", ReasonCodes.Cancelled), (status.Status, status.ReasonCode));
        Assert.Equal("cancelled_by_request: Not now.", Assert.Single(status.Stages).Detail);

        await fleet.Get<JobControl>().RetryAsync(Fleet.Tenant, job, default);
        await fleet.StartAsync();
        await fleet.SettleAsync();
        Assert.True((await fleet.StatusAsync(file.Id)).Indexed);
    }

    [Fact]
    public async Task A_job_given_up_before_its_handler_began_shows_as_exhausted()
    {
        await using var fleet = await Fleet.CreateAsync();
        var file = await fleet.AddAsync("note.txt", "heron");
        await fleet.SqlAsync("""
            UPDATE queue.job SET state = 'discarded', discarded_at = now(), place = NULL, holds_key = false, error_code = 'worker_lost', error_message = 'It died.'
            """);

        await fleet.Get<StrandedFiles>().CheckAsync(TimeSpan.Zero, default);

        var status = await fleet.StatusAsync(file.Id);
        Assert.Equal(("failed", ReasonCodes.AttemptsExhausted), (status.Status, status.ReasonCode));
    }

    [Fact]
    public async Task A_file_without_any_job_is_started_again()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.AddAsync("note.txt", "heron");
        await fleet.SqlAsync("DELETE FROM queue.job");

        await fleet.Get<StrandedFiles>().CheckAsync(TimeSpan.Zero, default);

        Assert.Equal(["extract-text"], await fleet.ColumnAsync("SELECT kind FROM queue.job"));
    }

    [Fact]
    public async Task A_file_with_a_job_and_one_that_waits_for_a_moment_only_are_left_alone()
    {
        await using var fleet = await Fleet.CreateAsync();
        var waiting = await fleet.AddAsync("note.txt", "heron");
        await fleet.Get<StrandedFiles>().CheckAsync(TimeSpan.Zero, default);
        Assert.Equal("pending", (await fleet.StatusAsync(waiting.Id)).Status);

        await fleet.Get<JobControl>().CancelAsync(Fleet.Tenant, await JobAsync(fleet), "Not now.", default);
        await fleet.Get<StrandedFiles>().CheckAsync(TimeSpan.FromHours(1), default);
        Assert.Equal("pending", (await fleet.StatusAsync(waiting.Id)).Status);
    }

    [Fact]
    public async Task Cancelled_vectors_and_cancelled_ocr_leave_the_words_searchable()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        var file = await fleet.AddAsync("mixed.pdf", PdfWithPages.Write("walrus", PdfWithPages.Picture));
        await fleet.SettleAsync();
        await fleet.StopAsync();
        await fleet.EnqueueAsync(new RecognizeText(file.Id, file.ChecksumSha256), file);
        await fleet.SqlAsync("UPDATE search.file_stage SET state = 'pending', reason_code = NULL WHERE stage = 'recognize'");
        await fleet.Get<JobControl>().CancelAsync(Fleet.Tenant, await JobAsync(fleet), "Too dear.", default);

        await fleet.Get<StrandedFiles>().CheckAsync(TimeSpan.Zero, default);

        var status = await fleet.StatusAsync(file.Id);
        Assert.True(status.Indexed);
        Assert.Equal(
            (LedgerStates.Failed, ReasonCodes.Cancelled),
            status.Stages.Where(stage => stage.Stage == LedgerStages.Recognize).Select(stage => (stage.State, stage.ReasonCode)).Single());
        Assert.Equal(["mixed.pdf"], await fleet.FindAsync("walrus"));
        Assert.Empty(await fleet.ColumnAsync("SELECT kind FROM queue.job"));
    }

    private static async Task<long> JobAsync(Fleet fleet) =>
        long.Parse(Assert.Single(await fleet.ColumnAsync("SELECT id::text FROM queue.job")), System.Globalization.CultureInfo.InvariantCulture);
}
