using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>Single entries that cannot be read, and servers that go away in the middle of a pass.</summary>
public sealed class SmbFaultTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>
{
    private static readonly string Large = new('L', 3_000_000);

    [Fact]
    public async Task A_connection_cut_once_in_the_middle_of_a_read_costs_nothing()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a", "alpha");
        site.Write("big", Large);
        site.Write("c", "gamma");
        var mirror = await site.MirrorAsync(fixture);
        var cuts = 0;
        site.Proxy.Judge = message => message.IsReadReply(64_000) && Interlocked.Increment(ref cuts) == 2 ? SmbFate.Cut : SmbFate.Pass;

        await mirror.RunFromSettingsAsync();

        Assert.True(cuts >= 2);
        site.Proxy.Judge = _ => SmbFate.Pass;
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_file_whose_reading_always_ends_in_the_middle_is_named_and_the_others_are_mirrored()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a", "alpha");
        site.Write("big", "first");
        site.Write("c", "gamma");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        site.Write("big", Large);
        site.Write("c", "changed");
        site.Proxy.Judge = message => message.IsReadReply(64_000) ? SmbFate.Cut : SmbFate.Pass;

        var problem = Assert.Single(await mirror.RunWithErrorsAsync(("big", ProblemCodes.ReadFailed)));

        Assert.Contains("NT_STATUS_", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(("first", "changed"), (await mirror.ReadAsync("big"), await mirror.ReadAsync("c")));
        site.Proxy.Judge = _ => SmbFate.Pass;
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_child_that_is_killed_while_it_reads_fails_one_file_at_most()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a", "alpha");
        site.Write("big", Large);
        site.Write("c", "gamma");
        var mirror = await site.MirrorAsync(fixture);
        var kills = 0;
        site.Proxy.Judge = message =>
        {
            if (!message.IsReadReply(64_000))
                return SmbFate.Pass;
            if (SmbAgents.Kill(site.Proxy.ClientPortOf(message.Connection)))
                Interlocked.Increment(ref kills);
            return SmbFate.Cut;
        };

        var problem = Assert.Single(await mirror.RunWithErrorsAsync(("big", ProblemCodes.AgentCrashed)));

        Assert.True(kills > 0);
        Assert.Equal("big", problem.Path);
        Assert.Equal(["a", "c"], (await mirror.FilesAsync()).Keys);
        site.Proxy.Judge = _ => SmbFate.Pass;
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_file_that_another_program_holds_is_counted_and_named_and_its_last_content_stays()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a.txt", "alpha");
        site.Write("d/held.docx", "first");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        site.Write("a.txt", "changed");
        site.Write("d/held.docx", "second");

        await using (await site.Samba.HoldAsync(SambaUser.Default, SmbSite.Share, "d/held.docx"))
        {
            var problem = Assert.Single(await mirror.RunWithErrorsAsync(("d/held.docx", ProblemCodes.Locked)));
            Assert.Contains("NT_STATUS_SHARING_VIOLATION", problem.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(("changed", "first"), (await mirror.ReadAsync("a.txt"), await mirror.ReadAsync("d/held.docx")));
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_file_that_is_let_go_during_the_pass_is_no_error()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a-held", "one");
        site.Write("z", "two");
        var mirror = await site.MirrorAsync(fixture);
        var held = await site.Samba.HoldAsync(SambaUser.Default, SmbSite.Share, "a-held");
        var isLetGo = 0;
        site.Proxy.Judge = message =>
        {
            // Reading z comes after the first try of a-held, and before the second.
            if (message.FileName == "z" && Interlocked.Exchange(ref isLetGo, 1) == 0)
                held.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return SmbFate.Pass;
        };

        await mirror.HealAsync();

        Assert.Equal(1, isLetGo);
    }

    [Fact]
    public async Task A_subtree_that_refuses_access_is_named_once_and_what_was_mirrored_of_it_stays()
    {
        await using var site = await SmbSite.StartAsync(new SambaOptions { Shares = [new SambaShare(SmbSite.Share) { ActsAsRoot = false }] });
        site.Write("open/a", "alpha");
        site.Write("secret/b", "beta");
        site.Write("secret/deep/c", "gamma");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        site.Write("open/a", "changed");
        var secret = new DirectoryInfo(site.At("secret"));
        var before = secret.UnixFileMode;
        secret.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

        var problem = Assert.Single(await mirror.RunWithErrorsAsync(("secret", ProblemCodes.AccessDenied)));

        Assert.Contains("NT_STATUS_ACCESS_DENIED", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(("changed", "beta", "gamma"), (await mirror.ReadAsync("open/a"), await mirror.ReadAsync("secret/b"), await mirror.ReadAsync("secret/deep/c")));
        secret.UnixFileMode = before;
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_directory_of_100_000_entries_is_listed_whole()
    {
        await using var site = await SmbSite.StartAsync();
        FillDirectory(site, 100_000);
        site.Write("large/x.doc", "among many");
        var mirror = await site.MirrorAsync(fixture, change: wanted => wanted with { ExcludePatterns = ["*.tmp"] });

        var run = await mirror.RunFromSettingsAsync();

        Assert.Equal((100_000, 1, 0), (run.Report.Excluded, run.Report.Added, run.Report.Errors));
        Assert.Equal(100_002, run.Report.Listed);
    }

    [Fact]
    public async Task Names_in_a_large_directory_that_keeps_changing_do_not_cost_a_listing_each()
    {
        await using var site = await SmbSite.StartAsync();
        FillDirectory(site, 20_000);
        site.Write("large/Report.txt", "1");
        await using var source = site.Open();
        var listings = 0;
        site.Proxy.Judge = message =>
        {
            if (!message.IsReply && message.Commands.Contains(SmbCommand.QueryDirectory))
                Interlocked.Increment(ref listings);
            return SmbFate.Pass;
        };

        // A listing serves about as long as it took, which is for the machine to say.
        for (var (before, round) = (-1, 0); before != Volatile.Read(ref listings); round++)
        {
            Assert.True(round < 20);
            before = Volatile.Read(ref listings);
            site.Write($"large/{round}.new", "");
            Assert.NotNull(await source.StatAsync("large/Report.txt", CancellationToken.None));
        }

        Assert.True(listings > 0);
        Assert.Null(await source.StatAsync("large/report.txt", CancellationToken.None));
    }

    [Fact]
    public async Task A_directory_slower_than_allowed_is_named_and_the_others_are_mirrored()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a/1", "alpha");
        site.Write("slow/2", "beta");
        site.Write("z/3", "gamma");
        var mirror = await site.MirrorAsync(fixture, new SyncRules { DirectoryTimeoutSeconds = 1 });
        await mirror.HealAsync();
        site.Write("z/3", "changed");
        var inSlow = new HashSet<int>();
        site.Proxy.Judge = message =>
        {
            lock (inSlow)
            {
                if (message.FileName is { } name)
                    _ = name == "slow" ? inSlow.Add(message.Connection) : inSlow.Remove(message.Connection);
                return message.IsReply && message.Commands.Contains(SmbCommand.QueryDirectory) && inSlow.Contains(message.Connection) ? SmbFate.Hold : SmbFate.Pass;
            }
        };

        var problem = Assert.Single(await mirror.RunWithErrorsAsync(("slow", ProblemCodes.TimedOut)));

        Assert.Contains("directory_timeout_seconds", problem.Hint, StringComparison.Ordinal);
        Assert.Equal(("beta", "changed"), (await mirror.ReadAsync("slow/2"), await mirror.ReadAsync("z/3")));
        site.Proxy.Release();
        await mirror.HealAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_or_share_that_goes_away_in_the_middle_of_a_pass_deletes_nothing(bool allOfIt)
    {
        await using var site = await SmbSite.StartAsync();
        foreach (var name in new[] { "a/1", "b/2", "c/3", "d/4" })
            site.Write(name, name);
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        site.Write("b/2", "changed");
        var shares = site.Samba.Shares;
        var gone = 0;
        site.Proxy.Judge = message =>
        {
            if (message.FileName != "c" || Interlocked.Exchange(ref gone, 1) != 0)
                return SmbFate.Pass;
            GoAwayAsync().GetAwaiter().GetResult();
            return SmbFate.Cut;
        };

        await mirror.FailAsync(allOfIt ? ConnectorCodes.SourceOffline : ConnectorCodes.ShareNotFound);

        Assert.Equal(1, gone);
        site.Samba.Shares = shares;
        if (allOfIt)
            await site.Samba.StartAsync();
        else
            await site.Samba.ReloadAsync();
        await mirror.HealAsync();

        async Task GoAwayAsync()
        {
            if (allOfIt)
            {
                await site.Samba.StopAsync();
                return;
            }

            site.Samba.Shares = [];
            await site.Samba.ReloadAsync();
        }
    }

    private static void FillDirectory(SmbSite site, int count)
    {
        site.MakeDirectory("large");
        var folder = site.At("large");
        for (var number = 0; number < count; number++)
            File.Create(Path.Combine(folder, $"{number:D6} some name as people give them.tmp"), 0).Dispose();
    }
}
