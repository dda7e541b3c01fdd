using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Tests;

public sealed class PoolTests
{
    private static readonly ExtractionLimits Short = new() { NoProgress = TimeSpan.FromSeconds(2), WallClock = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData("fault-spin", "timed_out")]
    [InlineData("fault-sleep", "timed_out")]
    [InlineData("fault-tool", "timed_out")]
    [InlineData("fault-crash", "extractor_crashed")]
    [InlineData("fault-stack", "extractor_crashed")]
    public async Task A_file_that_brings_its_child_down_gets_a_reason_and_the_next_one_a_fresh_child(string fault, string code)
    {
        await using var pool = Pools.Create(Short);
        await pool.ExtractAsync("warm", "a.txt");
        var first = Assert.Single(pool.IdleChildren);

        var document = await pool.ExtractAsync("x", $"{fault}.txt");
        var next = await pool.ExtractAsync("the next one", "b.txt");

        Assert.Equal(code, document.Status);
        Assert.NotNull(document.Detail);
        Assert.Equal(("ok", "the next one"), (next.Status, next.AllText()));
        Assert.NotEqual(first, Assert.Single(pool.IdleChildren));
        await Pools.UntilAsync(() => ProcessGroup.Members(first).Count == 0);
        Assert.Single(Directory.GetDirectories(pool.TemporaryFolder)); // of the fresh child, and empty
        Assert.Empty(Directory.GetFiles(pool.TemporaryFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Processor_time_is_limited()
    {
        await using var pool = Pools.Create(new() { CpuTime = TimeSpan.FromSeconds(1) });

        var document = await pool.ExtractAsync("x", "fault-spin.txt");

        Assert.Equal("timed_out", document.Status);
        Assert.Contains("processor", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_is_limited()
    {
        await using var pool = Pools.Create(new() { MemoryBytes = 256 << 20 });

        var document = await pool.ExtractAsync("x", "fault-memory.txt");
        var next = await pool.ExtractAsync("the next one", "b.txt");

        Assert.Equal(("out_of_memory", "ok"), (document.Status, next.Status));
    }

    [Fact]
    public async Task Temporary_space_is_limited()
    {
        await using var pool = Pools.Create(new() { MaxTemporaryBytes = 64 << 20 });

        var document = await pool.ExtractAsync("x", "fault-disk.txt");

        Assert.Equal("expansion_limit", document.Status);
        Assert.Contains("temporary files", document.Detail, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(pool.TemporaryFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_full_disk_is_not_the_files_fault()
    {
        await using var pool = Pools.Create();

        var fault = await Assert.ThrowsAsync<IOException>(() => pool.ExtractAsync("x", "fault-full.txt"));

        Assert.Contains("no room", fault.Message, StringComparison.Ordinal);
        Assert.Equal("ok", (await pool.ExtractAsync("the next one", "b.txt")).Status);
    }

    [Fact]
    public async Task A_child_that_keeps_too_much_memory_is_recycled()
    {
        await using var pool = Pools.Create(recycleAbove: 1);
        await pool.ExtractAsync("one", "a.txt");

        Assert.Empty(pool.IdleChildren);
        Assert.Equal("ok", (await pool.ExtractAsync("two", "a.txt")).Status);
    }

    [Fact]
    public async Task A_killed_child_leaves_no_file()
    {
        await using var pool = Pools.Create();
        await pool.ExtractAsync("warm", "a.txt");
        var child = Assert.Single(pool.IdleChildren);

        var running = pool.ExtractAsync(new string('x', 5 << 20), "fault-sleep.txt");
        await Pools.UntilAsync(() => Directory.GetFiles(pool.TemporaryFolder, "content", SearchOption.AllDirectories) is [var content] && new FileInfo(content).Length == 5 << 20);
        Process.GetProcessById(child).Kill();

        Assert.Equal("extractor_crashed", (await running).Status);
        Assert.Empty(Directory.GetFiles(pool.TemporaryFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_child_killed_in_the_middle_of_a_file_costs_that_file_only()
    {
        await using var pool = Pools.Create(Short);
        await pool.ExtractAsync("warm", "a.txt");
        var child = Assert.Single(pool.IdleChildren);
        await using var content = new HaltingStream("half a file"u8.ToArray());

        var running = pool.ExtractAsync(content, "half.txt", CancellationToken.None);
        await content.Waiting.Task;
        Process.GetProcessById(child).Kill();
        await Pools.UntilAsync(() => !ProcessGroup.IsRunning(child));
        content.Go.SetResult();

        Assert.Equal("extractor_crashed", (await running).Status);
        Assert.Equal("ok", (await pool.ExtractAsync("the next one", "b.txt")).Status);
    }

    [Fact]
    public async Task A_child_killed_while_idle_is_replaced_unseen()
    {
        await using var pool = Pools.Create();
        await pool.ExtractAsync("warm", "a.txt");
        var child = Assert.Single(pool.IdleChildren);
        Process.GetProcessById(child).Kill();
        await Pools.UntilAsync(() => !ProcessGroup.IsRunning(child));

        Assert.Equal("ok", (await pool.ExtractAsync("the next one", "b.txt")).Status);
    }

    [Fact]
    public async Task Cancelling_kills_the_child_and_its_tools()
    {
        await using var pool = Pools.Create();
        await pool.ExtractAsync("warm", "a.txt");
        var child = Assert.Single(pool.IdleChildren);
        using var cancel = new CancellationTokenSource();

        var running = pool.ExtractAsync(new MemoryStream([1]), "fault-tool.txt", cancel.Token);
        await Pools.UntilAsync(() => ProcessGroup.Members(child).Count == 2);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Pools.UntilAsync(() => ProcessGroup.Members(child).Count == 0);
        Assert.Equal("ok", (await pool.ExtractAsync("the next one", "b.txt")).Status);
    }

    [Fact]
    public async Task A_source_that_fails_is_not_the_files_fault()
    {
        await using var pool = Pools.Create();
        await using var content = new HaltingStream("half a file"u8.ToArray());
        content.Go.SetException(new IOException("the share is gone"));

        var fault = await Assert.ThrowsAsync<IOException>(() => pool.ExtractAsync(content, "half.txt", CancellationToken.None));

        Assert.Equal("the share is gone", fault.Message);
        Assert.Equal("ok", (await pool.ExtractAsync("the next one", "b.txt")).Status);
    }

    [Fact]
    public async Task Files_read_side_by_side_get_their_own_answers()
    {
        await using var pool = Pools.Create(children: 3);

        var documents = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            pool.ExtractAsync($"text {number}", number % 13 == 12 ? "fault-crash.txt" : $"{number}.txt")));

        for (var number = 0; number < documents.Length; number++)
            Assert.Equal(number % 13 == 12 ? "extractor_crashed" : $"text {number}", documents[number].Status == "ok" ? documents[number].AllText() : documents[number].Status);
        Assert.InRange(pool.IdleChildren.Count, 1, 3);
    }

    [Fact]
    public async Task A_child_is_recycled_after_its_share_of_files()
    {
        await using var pool = Pools.Create(recycleAfter: 2);
        await pool.ExtractAsync("one", "a.txt");
        var first = Assert.Single(pool.IdleChildren);
        await pool.ExtractAsync("two", "a.txt");

        Assert.Empty(pool.IdleChildren);
        Assert.False(ProcessGroup.IsRunning(first));
        Assert.Equal("ok", (await pool.ExtractAsync("three", "a.txt")).Status);
    }

    [Fact]
    public async Task Nothing_of_the_workers_environment_reaches_a_child()
    {
        Environment.SetEnvironmentVariable("SCAIDRIVE_SECRET_KEY", "for the worker only");
        await using var pool = Pools.Create();

        var document = await pool.ExtractAsync("x", "fault-environment.txt");

        Assert.Contains("TMPDIR", document.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAIDRIVE", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_cannot_write_elsewhere_nor_open_a_socket_where_the_kernel_prevents_it()
    {
        var report = SandboxReport.Describe();
        await using var pool = Pools.Create();

        var written = await pool.ExtractAsync("x", "fault-write.txt");
        var connected = await pool.ExtractAsync("x", "fault-socket.txt");

        Assert.Equal(report.LandlockVersion > 0, written.Detail!.StartsWith("refused", StringComparison.Ordinal));
        Assert.Equal(report.SocketsRefused, connected.Detail!.StartsWith("refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_confinement_files_are_read_all_the_same()
    {
        await using var pool = Pools.Create(confine: false);

        Assert.Equal("done", (await pool.ExtractAsync("x", "fault-socket.txt")).Detail);
        Assert.Equal("ok", (await pool.ExtractAsync("text", "a.txt")).Status);
    }

    [Fact]
    public async Task A_child_whose_worker_is_gone_ends_with_its_tools_and_its_files()
    {
        var folder = Directory.CreateTempSubdirectory("orphan-").FullName;
        var options = new ExtractionOptions { ChildEnvironment = new Dictionary<string, string> { ["EXTRACTION_TEST_FAULTS"] = "1" } };
        using var child = Process.Start(ChildCommand.Create(options, folder))!;
        var pipe = child.StandardInput.BaseStream;
        Assert.Equal((byte)FrameKind.Ready, child.StandardOutput.BaseStream.ReadByte());
        Frames.Write(pipe, FrameKind.Task, JsonSerializer.SerializeToUtf8Bytes(new TaskMessage("fault-tool.txt", null, [], options.Limits), MessageJson.Default.TaskMessage));
        Frames.Write(pipe, FrameKind.Content, "x"u8);
        Frames.Write(pipe, FrameKind.End, []);
        await Pools.UntilAsync(() => ProcessGroup.Members(child.Id).Count == 2);

        pipe.Close(); // what the kernel does when a worker is killed

        await Pools.UntilAsync(() => ProcessGroup.Members(child.Id).Count == 0);
        Assert.True(!Directory.Exists(folder) || Directory.GetFileSystemEntries(folder).Length == 0);
    }

    [Fact]
    public async Task Folders_and_tools_of_dead_workers_are_swept_and_those_of_living_ones_stay()
    {
        var root = Directory.CreateTempSubdirectory("sweep-").FullName;
        var dead = Directory.CreateDirectory(Path.Combine(root, "4194304-1-0", "7")).FullName; // beyond the largest process id
        await File.WriteAllTextAsync(Path.Combine(dead, "content"), "left behind");
        await File.WriteAllTextAsync(Path.Combine(root, "4194304-1-0.lock"), "");
        using var tool = Process.Start(new ProcessStartInfo("sleep", "1000") { WorkingDirectory = dead })!;
        await using var living = Pools.Create(folder: root);

        await tool.WaitForExitAsync();
        await using var another = Pools.Create(folder: root);

        Assert.Equal(Directory.GetDirectories(root).Order(), new[] { living.TemporaryFolder, another.TemporaryFolder }.Order());
        Assert.False(File.Exists(Path.Combine(root, "4194304-1-0.lock")));
    }

    [Fact]
    public async Task A_disposed_pool_leaves_no_process_and_no_folder()
    {
        var root = Directory.CreateTempSubdirectory("dispose-").FullName;
        var pool = Pools.Create(folder: root);
        await pool.ExtractAsync("one", "a.txt");
        var child = Assert.Single(pool.IdleChildren);

        await pool.DisposeAsync();

        Assert.Empty(ProcessGroup.Members(child));
        Assert.Empty(Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_by_name()
    {
        var fault = Assert.Throws<System.ComponentModel.DataAnnotations.ValidationException>(() => Pools.Create(new() { MemoryBytes = 1 << 20 }));

        Assert.Contains("MemoryBytes", fault.Message, StringComparison.Ordinal);
    }
}
