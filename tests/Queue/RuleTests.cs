namespace ScaiDrive.Queue.Tests;

public sealed class RuleTests
{
    [Fact]
    public async Task A_rule_says_what_was_decided_last_and_goes_when_it_says_nothing_any_more()
    {
        await using var queue = await QueueRows.CreateAsync();
        const string Key = "connector:cnn_1";
        var until = TimeProvider.System.GetUtcNow().AddHours(1);

        Assert.Equal(2.5, (await queue.Rules.SetWeightAsync(Key, 2.5, default))!.Weight);
        var rule = await queue.Rules.SetLimitAsync(Key, 3, new RateLimit(10, TimeSpan.FromSeconds(1), 20), default);
        Assert.Equal((2.5, 3, new RateLimit(10, TimeSpan.FromSeconds(1), 20)), (rule!.Weight, rule.MaxRunning, rule.Rate));
        rule = await queue.Rules.PauseAsync(Key, "usr_a", "the share moves", until, default);
        Assert.Equal(("usr_a", "the share moves", true), (rule!.Pause!.By, rule.Pause.Reason, (rule.Pause.Until!.Value - until).Duration() < TimeSpan.FromMilliseconds(1)));
        rule = await queue.Rules.PauseAsync(Key, "usr_b", "longer", null, default);
        Assert.Equal(("usr_b", null), (rule!.Pause!.By, rule.Pause.Until));
        Assert.Equal([Key], (await queue.Rules.ListAsync(default)).Select(each => each.Key));

        rule = await queue.Rules.ResumeAsync(Key, default);
        Assert.Equal((null, 2.5, 3), (rule!.Pause, rule.Weight, rule.MaxRunning));
        Assert.Equal(3, (await queue.Rules.SetWeightAsync(Key, null, default))!.MaxRunning);
        Assert.Null(await queue.Rules.SetLimitAsync(Key, null, null, default));
        Assert.Empty(await queue.Rules.ListAsync(default));
        Assert.Null(await queue.Rules.FindAsync(Key, default));
    }

    [Fact]
    public async Task Every_change_is_told_to_the_workers_and_resuming_what_is_not_paused_changes_nothing()
    {
        await using var queue = await QueueRows.CreateAsync();
        var heard = await queue.HearAsync(async () =>
        {
            await queue.Rules.SetWeightAsync("tenant:tnt_a", 2, default);
            await queue.Rules.SetLimitAsync("kind:embed", 2, null, default);
            await queue.Rules.PauseAsync("queue:low", "me", "why", null, default);
            await queue.Rules.ResumeAsync("queue:low", default);
            Assert.Null(await queue.Rules.ResumeAsync("key:host:a", default));
            await queue.Rules.DeleteAsync("kind:embed", default);
        });
        Assert.Equal(Enumerable.Repeat("rules", 6), heard);
        Assert.Equal(["tenant:tnt_a"], (await queue.Rules.ListAsync(default)).Select(rule => rule.Key));
    }

    [Fact]
    public async Task Resuming_ends_what_a_handler_throttled_and_a_throttle_that_has_passed_keeps_no_rule()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.ExecuteAsync("INSERT INTO queue.rule (key, throttled_until, throttle_reason) VALUES ('connector:cnn_1', now() + interval '1 hour', '429')");
        Assert.Equal("429", (await queue.Rules.FindAsync("connector:cnn_1", default))!.ThrottleReason);
        Assert.Null(await queue.Rules.ResumeAsync("connector:cnn_1", default));

        await queue.ExecuteAsync("INSERT INTO queue.rule (key, throttled_until, paused_at, paused_until) VALUES ('connector:cnn_1', now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 minute')");
        Assert.Null(await queue.Rules.SetWeightAsync("connector:cnn_1", null, default));
    }

    [Fact]
    public async Task The_same_rate_keeps_what_is_spent_and_another_starts_with_a_full_burst()
    {
        await using var queue = await QueueRows.CreateAsync();
        var rate = new RateLimit(10, TimeSpan.FromSeconds(1), 20);
        await queue.Rules.SetLimitAsync("kind:embed", null, rate, default);
        await queue.ExecuteAsync("UPDATE queue.rule SET tokens = 4, refilled_at = now()");

        await queue.Rules.SetLimitAsync("kind:embed", 5, rate, default);
        Assert.Equal(4d, await queue.ScalarAsync<double>("SELECT tokens FROM queue.rule WHERE refilled_at IS NOT NULL"));
        await queue.Rules.SetLimitAsync("kind:embed", 5, rate with { Burst = 30 }, default);
        Assert.True(await queue.ScalarAsync<bool>("SELECT tokens IS NULL AND refilled_at IS NULL FROM queue.rule"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("queue")]
    [InlineData("queue:")]
    [InlineData("queue:middle")]
    [InlineData("host:a")]
    [InlineData(" tenant:a")]
    [InlineData("tenant:a\0")]
    [InlineData("tenant:a\n")]
    public async Task What_is_no_key_is_refused(string key)
    {
        await using var queue = await QueueRows.CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => queue.Rules.PauseAsync(key, "me", "why", null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => queue.Rules.FindAsync(key, default));
        Assert.Empty(await queue.Rules.ListAsync(default));
    }

    [Fact]
    public async Task What_a_rule_cannot_say_is_refused_by_name()
    {
        await using var queue = await QueueRows.CreateAsync();
        var rate = new RateLimit(1, TimeSpan.FromSeconds(1), 1);
        (string Says, Func<Task> Call)[] bad =
        [
            ("queue:low", () => queue.Rules.SetWeightAsync("queue:low", 2, default)),
            ("weight", () => queue.Rules.SetWeightAsync("tenant:a", 0, default)),
            ("weight", () => queue.Rules.SetWeightAsync("tenant:a", double.NaN, default)),
            ("weight", () => queue.Rules.SetWeightAsync("tenant:a", 1000.5, default)),
            ("pause kind:a", () => queue.Rules.SetLimitAsync("kind:a", 0, null, default)),
            ("starts per period", () => queue.Rules.SetLimitAsync("kind:a", null, rate with { Count = 0 }, default)),
            ("burst", () => queue.Rules.SetLimitAsync("kind:a", null, rate with { Burst = 0 }, default)),
            ("period", () => queue.Rules.SetLimitAsync("kind:a", null, rate with { Period = TimeSpan.Zero }, default)),
            ("period", () => queue.Rules.SetLimitAsync("kind:a", null, rate with { Period = TimeSpan.FromDays(2) }, default)),
            ("future", () => queue.Rules.PauseAsync("kind:a", "me", "why", TimeProvider.System.GetUtcNow().AddSeconds(-1), default)),
            ("reason", () => queue.Rules.PauseAsync("kind:a", "me", " ", null, default)),
            ("by", () => queue.Rules.PauseAsync("kind:a", "", "why", null, default)),
        ];
        foreach (var (says, call) in bad)
            Assert.Contains(says, (await Assert.ThrowsAsync<ArgumentException>(call)).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(await queue.Rules.ListAsync(default));
    }
}
