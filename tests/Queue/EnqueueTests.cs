namespace ScaiDrive.Queue.Tests;

public sealed class EnqueueTests
{
    private const string Tenant = QueueUnderTest.Tenant;

    [Fact]
    public async Task A_job_exists_only_if_the_transaction_that_enqueued_it_commits()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        long? rolledBack;
        await using (var connection = await queue.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            rolledBack = await queue.Jobs.EnqueueAsync(transaction, new TestJob("lost"), new JobOptions { TenantId = Tenant }, default);
            await transaction.RollbackAsync();
        }

        var committed = await queue.EnqueueAsync(new TestJob("kept"));

        Assert.Null(await queue.Reader.FindAsync(Tenant, rolledBack!.Value, default));
        Assert.Equal(JobStates.Available, (await queue.FindAsync(committed)).State);
    }

    [Fact]
    public async Task Arguments_are_kept_as_snake_case_json_whatever_characters_they_hold()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var id = await queue.EnqueueAsync(new TestJob("a\0b \uD83D\uDE00 \"ü\"", 7));

        var row = await queue.FindAsync(id);
        Assert.Contains("\"page_count\":7", row.Args, StringComparison.Ordinal);
        Assert.Contains("\\u0000", row.Args, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_equal_unique_job_is_not_added_until_the_first_is_finished()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        Assert.NotNull(await queue.EnqueueAsync(uniqueKey: "k"));
        Assert.Null(await queue.EnqueueAsync(uniqueKey: "k"));

        var job = await queue.ClaimOneAsync(worker);
        Assert.Null(await queue.EnqueueAsync(uniqueKey: "k"));

        await queue.SettleAsync(Claiming.Settlement.Completed(job));
        Assert.NotNull(await queue.EnqueueAsync(uniqueKey: "k"));
    }

    [Fact]
    public async Task A_key_is_unique_within_its_tenant_and_kind_only()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        Assert.NotNull(await queue.EnqueueAsync(uniqueKey: "k"));
        Assert.NotNull(await queue.EnqueueAsync(tenant: "tnt_b", uniqueKey: "k"));
        var options = new JobOptions { TenantId = Tenant, UniqueKey = "k" };
        Assert.NotNull(await queue.InTransactionAsync(tx => queue.Jobs.EnqueueAsync(tx, new OtherJob(), options, default)));
    }

    [Fact]
    public async Task Of_many_producers_with_one_key_exactly_one_adds_its_job()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => queue.EnqueueAsync(uniqueKey: "k"))));

        Assert.Single(results, id => id is not null);
        Assert.Equal(1L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job"));
    }

    [Fact]
    public async Task Producers_take_their_keys_in_one_order_so_that_none_waits_for_another_in_a_circle()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await using var connection = await queue.DataSource.OpenConnectionAsync();
        await using var holder = await connection.BeginTransactionAsync();
        await queue.Jobs.EnqueueAsync(holder, new TestJob(), new JobOptions { TenantId = Tenant, UniqueKey = "m" }, default);

        // Asks for "z" first, yet must wait for "m" before it holds "z".
        var waiting = queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(
            tx,
            [
                (new TestJob(), new JobOptions { TenantId = Tenant, UniqueKey = "z" }),
                (new TestJob(), new JobOptions { TenantId = Tenant, UniqueKey = "m" }),
            ],
            default));
        await QueueUnderTest.UntilAsync(() => queue.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));

        Assert.NotNull(await queue.EnqueueAsync(uniqueKey: "z").WaitAsync(QueueUnderTest.Patience));
        await holder.RollbackAsync();
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task Bulk_enqueue_keeps_the_order_and_skips_what_waits_already()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync(new TestJob("0"), uniqueKey: "key-3");
        var jobs = Enumerable.Range(1, 5200).Select(i => (
            new TestJob($"{i}"), new JobOptions { TenantId = Tenant, UniqueKey = i % 2 == 1 ? $"key-{i}" : null })).ToArray();

        Assert.Equal(5199, await queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(tx, jobs, default)));

        var claimed = await queue.ClaimAsync(worker, 6);
        Assert.Equal(["0", "1", "2", "4", "5", "6"], claimed.Select(job => System.Text.Json.JsonDocument.Parse(job.Args).RootElement.GetProperty("text").GetString()!));
    }

    [Fact]
    public async Task A_job_for_later_waits_for_its_time()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = await queue.EnqueueAsync(runAt: TimeProvider.System.GetUtcNow().AddHours(1));
        Assert.Equal(JobStates.Scheduled, (await queue.FindAsync(id)).State);
        Assert.Empty(await queue.ClaimAsync(worker, 10));

        await queue.ExecuteAsync("UPDATE queue.job SET run_at = now()");
        Assert.Equal(1, (await queue.Store.PromoteAsync(10, default)).Count);
        Assert.Equal(id, (await queue.ClaimOneAsync(worker)).Id);
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_before_anything_is_written()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        JobOptions[] wrong =
        [
            new() { TenantId = "" },
            new() { TenantId = Tenant, Queue = "middle" },
            new() { TenantId = Tenant, MaxAttempts = 0 },
            new() { TenantId = Tenant, UniqueKey = new string('k', 501) },
            new() { TenantId = Tenant, SubjectId = "" },
        ];
        foreach (var options in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(
                tx, [(new TestJob(), new JobOptions { TenantId = Tenant }), (new TestJob(), options)], default)));
        }

        Assert.Equal(0L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job"));
    }

    [Fact]
    public async Task Cancelling_by_subject_ends_waiting_jobs_with_the_callers_commit_and_spares_its_own()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var older = await queue.EnqueueAsync(subject: "fil_1");
        var own = await queue.EnqueueAsync(subject: "fil_1");
        var otherFile = await queue.EnqueueAsync(subject: "fil_2");
        var otherTenant = await queue.EnqueueAsync(tenant: "tnt_b", subject: "fil_1");

        var count = await queue.InTransactionAsync(tx =>
            queue.Jobs.CancelBySubjectsAsync(tx, Tenant, ["fil_1"], [TestJob.Kind], "superseded", "A newer version came.", own, default));

        Assert.Equal(1, count);
        var row = await queue.FindAsync(older);
        Assert.Equal((JobStates.Cancelled, "superseded", "A newer version came."), (row.State, row.ErrorCode, row.ErrorMessage));
        Assert.NotNull(row.FinishedAt);
        Assert.Equal(JobStates.Available, (await queue.FindAsync(own)).State);
        Assert.Equal(JobStates.Available, (await queue.FindAsync(otherFile)).State);
        Assert.Equal(JobStates.Available, (await queue.FindAsync(otherTenant, "tnt_b")).State);
    }
}
