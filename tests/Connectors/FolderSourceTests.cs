using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Connectors.Folder;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>What only a local directory can do to its reader.</summary>
public sealed class FolderSourceTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>, IDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;
    private readonly FolderTree tree = new();

    public void Dispose() => tree.Dispose();

    [Fact]
    public async Task Links_pipes_and_sockets_are_skipped_by_name_and_never_opened()
    {
        tree.Write("a", "1");
        using var outside = new FolderTree();
        outside.Write("secret", "secret");
        File.CreateSymbolicLink(tree.At("link-to-file"), outside.At("secret"));
        Directory.CreateSymbolicLink(tree.At("link-to-directory"), outside.Root);
        File.CreateSymbolicLink(tree.At("link-to-nothing"), "/nowhere");
        Directory.CreateSymbolicLink(tree.At("loop"), tree.Root);
        Run("mkfifo", tree.At("pipe"));
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(tree.At("socket")));
        var mirror = await fixture.MirrorAsync(tree);

        var run = await mirror.RunAsync();

        Assert.Equal(["a"], (await mirror.FilesAsync()).Keys);
        Assert.Empty(await mirror.FoldersAsync());
        Assert.Equal((6, 0), (run.Report.Skipped, run.Report.Errors));
        Assert.Equal(
            [("link-to-directory", ProblemCodes.Link), ("link-to-file", ProblemCodes.Link), ("link-to-nothing", ProblemCodes.Link), ("loop", ProblemCodes.Link), ("pipe", ProblemCodes.SpecialFile), ("socket", ProblemCodes.SpecialFile)],
            (await mirror.ProblemsAsync(run)).Select(one => (one.Path, one.Code)));
        Assert.All(await mirror.ProblemsAsync(run), one => Assert.False(one.IsError));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("directory/file")]
    public async Task What_is_swapped_for_a_link_after_the_listing_does_not_lead_outside(string path)
    {
        tree.Write(path, "inside");
        using var outside = new FolderTree();
        outside.Write("file", "outside");
        await using var source = tree.Open();
        Assert.NotNull(await source.StatAsync(path, Stop));

        var swapped = path.Split('/')[0];
        tree.Delete(swapped);
        File.CreateSymbolicLink(tree.At(swapped), swapped == path ? outside.At("file") : outside.Root);

        var fault = await Assert.ThrowsAsync<SourceEntryException>(() => source.OpenAsync(path, Stop));
        Assert.Contains(fault.Fault.Code, new[] { ProblemCodes.Link, ProblemCodes.Vanished });
        Assert.NotEqual(SourceEntryKind.File, (await source.StatAsync(path, Stop))?.Kind);
        if (swapped != path)
            await Assert.ThrowsAsync<SourceEntryException>(async () => await source.ListAsync(swapped, null, Stop).GetAsyncEnumerator(Stop).MoveNextAsync());
    }

    [Fact]
    public async Task A_pipe_does_not_hold_anybody_up()
    {
        Run("mkfifo", tree.At("pipe"));
        await using var source = tree.Open();

        var fault = await Assert.ThrowsAsync<SourceEntryException>(() => source.OpenAsync("pipe", Stop));

        Assert.Equal(ProblemCodes.SpecialFile, fault.Fault.Code);
    }

    [Fact]
    public async Task A_name_that_is_not_UTF_8_is_reported_with_its_bytes_and_the_others_arrive()
    {
        tree.Write("a", "1");
        tree.Write("z", "2");
        Run("bash", "-c", $"printf x > {tree.Root}/$'caf\\xe9.txt'; mkdir {tree.Root}/$'\\xff'; printf y > {tree.Root}/$'\\xff'/inside; printf z > {tree.Root}/$'new\\nline'");
        var mirror = await fixture.MirrorAsync(tree);

        var run = await mirror.RunAsync();

        Assert.Equal(["a", "new\nline", "z"], (await mirror.FilesAsync()).Keys);
        Assert.Equal([@"\xFF", @"caf\xE9.txt"], (await mirror.ProblemsAsync(run)).Select(one => one.Path).Order(StringComparer.Ordinal));
        Assert.All(await mirror.ProblemsAsync(run), one => Assert.Equal(ProblemCodes.NameNotUtf8, one.Code));
        Assert.Equal(2, run.Report.Skipped);
        Assert.Equal(3, (await mirror.RunAsync()).Report.Unchanged);
    }

    [Fact]
    public async Task Hard_links_are_files_of_their_own_and_one_may_go()
    {
        tree.Write("a", "same");
        Run("ln", tree.At("a"), tree.At("b"));
        var mirror = await fixture.MirrorAsync(tree);
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Run("ln", tree.At("a"), tree.At("c"));
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        var before = await mirror.FilesAsync();

        tree.Delete("a");
        tree.Move("c", "d");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal(before["b"].Id, after["b"].Id);
        Assert.Contains(after["d"].Id, new[] { before["a"].Id, before["c"].Id });
        Assert.Equal((1, 1), (run.Report.Moved, run.Report.Deleted));
    }

    [Fact]
    public async Task A_new_file_with_the_inode_of_a_deleted_one_is_a_new_file()
    {
        tree.Write("a", "1");
        var mirror = await fixture.MirrorAsync(tree);
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["a"].Id;

        tree.Delete("a");
        tree.Write("b", "2");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.NotEqual(id, (await mirror.FilesAsync())["b"].Id);
    }

    [Fact]
    public async Task Names_and_depths_at_the_limits_of_the_file_system_arrive_or_are_named()
    {
        tree.Write(new string('n', 255), "long name");
        var deep = string.Join('/', Enumerable.Repeat(new string('d', 60), 40));
        tree.Write($"{deep}/bottom", "deep");
        tree.Write("back\\slash and 'quote\" %_*?", "odd");
        var mirror = await fixture.MirrorAsync(tree);

        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_directory_of_many_entries_is_crossed_in_pages()
    {
        for (var i = 0; i < 1_500; i++)
            File.WriteAllText(tree.At($"{i * 7919 % 1_500}"), $"{i}");
        var mirror = await fixture.MirrorAsync(tree, new ConnectorOptions { SnapshotPage = 100, BatchFiles = 400 });
        Assert.Equal(1_500, (await mirror.RunAsync()).Report.Added);

        tree.Delete("77");
        tree.Move("100", "xx");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal((1_498, 1, 1), (run.Report.Unchanged, run.Report.Moved, run.Report.Deleted));
    }

    [Fact]
    public async Task Entries_come_in_the_byte_order_of_PostgreSQL_and_can_be_taken_up_in_the_middle()
    {
        string[] names = ["B", "a", "a!", "b", "Ä", "ﬀ", "\U0001F600", "\uFFFD"];
        foreach (var name in names)
            tree.Write(name, name);
        await using var source = tree.Open();

        async Task<List<string>> ListAsync(string? from)
        {
            var listed = new List<string>();
            await foreach (var entry in source.ListAsync("", from, Stop))
                listed.Add(entry.Name);
            return listed;
        }

        var ordered = await OrderInDatabaseAsync(names);
        Assert.Equal(ordered, await ListAsync(null));
        Assert.Equal(ordered, names.Order(Comparer<string>.Create(SourcePath.CompareNames)));
        Assert.Equal(ordered[3..], await ListAsync(ordered[3]));
    }

    [Fact]
    public async Task Roots_outside_the_allowed_ones_are_refused_whatever_the_path_looks_like()
    {
        tree.MakeDirectory("allowed/in");
        tree.MakeDirectory("allowed-not");
        tree.MakeDirectory("data/inside");
        Directory.CreateSymbolicLink(tree.At("allowed/way-out"), tree.At("allowed-not"));
        var options = new ConnectorOptions { AllowedRoots = [tree.At("allowed"), tree.At("data")], ExcludedDirectories = [tree.At("data")] };

        await using (var source = Open(tree.At("allowed/in"), options))
            Assert.Equal(tree.At("allowed/in"), ((FolderSource)source).RootPath);
        foreach (var refused in new[] { "allowed-not", "allowed/../allowed-not", "allowed/way-out", "", "data", "data/inside" })
            Assert.Equal(ConnectorCodes.RootNotAllowed, Assert.Throws<ConnectorException>(() => Open(tree.At(refused), options)).Code);
        Assert.Equal(ConnectorCodes.RootNotAllowed, Assert.Throws<ConnectorException>(() => Open(tree.At("allowed/in"), new ConnectorOptions())).Code);
        Assert.Equal(ConnectorCodes.SourceOffline, Assert.Throws<ConnectorException>(() => Open(tree.At("allowed/missing"), options)).Code);
        Assert.Equal(ConnectorCodes.InvalidSettings, Assert.Throws<ConnectorException>(() => Open("relative", options)).Code);
        Assert.Equal(ConnectorCodes.InvalidSettings, Assert.Throws<ConnectorException>(() => FolderSource.Open(JsonSerializer.SerializeToElement(new { }), options, TimeProvider.System)).Code);
    }

    [Fact]
    public async Task The_products_own_data_is_never_mirrored()
    {
        tree.Write("a", "1");
        tree.Write("sub/.data/chunks/x", "2");
        var options = new ConnectorOptions { AllowedRoots = [tree.Root], ExcludedDirectories = [tree.At("sub/.data")] };
        var mirror = await fixture.MirrorAsync(tree, options, connector => connector with { Settings = JsonSerializer.SerializeToElement(new { root = tree.Root }) });

        var run = await mirror.RunFromSettingsAsync();

        Assert.Equal(["a"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(["sub"], await mirror.FoldersAsync());
        Assert.Equal(1, run.Report.Excluded);
    }

    [Fact]
    public async Task A_missing_root_fails_the_run_with_its_reason_and_deletes_nothing()
    {
        tree.Write("a", "1");
        var options = new ConnectorOptions { AllowedRoots = [tree.Root] };
        var mirror = await fixture.MirrorAsync(tree, options, connector => connector with { Settings = JsonSerializer.SerializeToElement(new { root = tree.Root }) });
        await mirror.RunFromSettingsAsync();
        Directory.Move(tree.Root, tree.Root + "-away");

        var fault = await Assert.ThrowsAsync<ConnectorException>(mirror.RunFromSettingsAsync);

        Assert.Equal(ConnectorCodes.SourceOffline, fault.Code);
        Assert.Equal(["a"], (await mirror.FilesAsync()).Keys);
        var (tenantId, id) = (mirror.Connector.TenantId, mirror.Connector.Id);
        var run = (await fixture.Connectors.ListRunsAsync(tenantId, id, null, 10, Stop))[0];
        Assert.Equal(("failed", ConnectorCodes.SourceOffline, 0), (run.Status, run.ErrorCode, run.Report.Deleted));
        Assert.Equal(ConnectorStatus.Error, (await fixture.Connectors.FindAsync(tenantId, id, Stop))!.Status);

        // An empty directory in its place is as bad; the real one again is fine.
        Directory.CreateDirectory(tree.Root);
        Assert.Equal(ConnectorCodes.SourceReplaced, (await Assert.ThrowsAsync<ConnectorException>(mirror.RunFromSettingsAsync)).Code);
        Directory.Delete(tree.Root);
        Directory.Move(tree.Root + "-away", tree.Root);
        Assert.Equal("completed", (await mirror.RunFromSettingsAsync()).Status);
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_file_larger_than_the_limit_is_named()
    {
        tree.Write("big", new string('x', 100));
        tree.Write("small", "x");
        var mirror = await fixture.MirrorAsync(tree, new ConnectorOptions { MaxFileBytes = 50 });

        var run = await mirror.RunAsync();

        Assert.Equal(["small"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(("big", ProblemCodes.TooLarge), Assert.Single(await mirror.ProblemsAsync(run)) switch { var one => (one.Path, one.Code) });
    }

    private static FolderSource Open(string root, ConnectorOptions options) =>
        FolderSource.Open(JsonSerializer.SerializeToElement(new { root }), options, TimeProvider.System);

    private async Task<List<string>> OrderInDatabaseAsync(string[] names)
    {
        await using var command = fixture.Database.DataSource.CreateCommand("""SELECT name FROM unnest($1) AS t(name) ORDER BY name COLLATE "C";""");
        command.Parameters.Add(new() { Value = names });
        await using var reader = await command.ExecuteReaderAsync();
        var ordered = new List<string>();
        while (await reader.ReadAsync())
            ordered.Add(reader.GetString(0));
        return ordered;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
