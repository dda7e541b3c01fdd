using Microsoft.Extensions.Time.Testing;

namespace ScaiDrive.Drive.Tests;

public sealed class ContentCollectorTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task What_a_killed_process_left_behind_is_collected_when_it_is_old()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var referenced = await sandbox.CreateFileAsync("a.txt", text: "referenced");
        await sandbox.StoreAsync("killed before its version was committed");
        await sandbox.StoreAsync("just now");
        var (oldTemp, youngTemp) = (Path.Combine(sandbox.Content.IncomingDirectory, "old"), Path.Combine(sandbox.Content.IncomingDirectory, "young"));
        foreach (var temp in new[] { oldTemp, youngTemp })
            await File.WriteAllTextAsync(temp, "killed while writing");
        foreach (var path in sandbox.ChunksOnDisk().Where(path => !path.EndsWith(Hash("just now"), StringComparison.Ordinal)).Append(oldTemp))
            Sandbox.MakeOld(path);

        var result = await sandbox.Collector.CollectAsync(Day, Sandbox.Stop);

        Assert.Equal(new CollectResult(3, 1, 39, 0, 1), result);
        Assert.Equal([youngTemp], sandbox.Incoming());
        Assert.Equal(new[] { Hash("just now"), Hash("referenced") }.Order(), sandbox.ChunksOnDisk().Select(Path.GetFileName).Order());
        Assert.Equal("referenced", await sandbox.ReadTextAsync(referenced.Id));

        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + Day + Day);
        result = await new ContentCollector(sandbox.DataSource, sandbox.Content, later).CollectAsync(Day, Sandbox.Stop);
        Assert.Equal(new CollectResult(2, 1, 8, 0, 1), result);
        Assert.Empty(sandbox.Incoming());
    }

    [Fact]
    public async Task Chunks_go_with_the_last_version_that_has_them()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFileAsync("a.txt", text: "shared");
        var b = await sandbox.CreateFileAsync("b.txt", text: "shared");
        var newer = await sandbox.StoreAsync("newer");
        await sandbox.WriteAsync(writer => writer.AddVersionAsync(b.Id, newer, "text/plain", Sandbox.Modified, Sandbox.Stop));

        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(a.Id, permanent: true, Sandbox.Stop));
        Assert.Equal(0, (await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop)).ChunksRemoved);
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(b.Id, permanent: false, Sandbox.Stop));
        Assert.Equal(0, (await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop)).ChunksRemoved);
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(b.Id, permanent: true, Sandbox.Stop));
        Assert.Equal(2, (await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop)).ChunksRemoved);
        Assert.Empty(sandbox.ChunksOnDisk());
    }

    [Fact]
    public async Task The_chunk_of_another_tenant_counts_for_nothing()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var other = await Sandbox.CreateAsync();
        await sandbox.CreateFileAsync("a.txt", text: "both have this");
        await sandbox.Content.WriteAsync(other.TenantId, new MemoryStream("both have this"u8.ToArray()), null, Sandbox.Stop);

        Assert.Equal(1, (await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop)).ChunksRemoved);

        Assert.Contains(sandbox.TenantId, Assert.Single(sandbox.ChunksOnDisk()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunk_found_again_is_young_again()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.StoreAsync("wanted");
        Sandbox.MakeOld(sandbox.ChunksOnDisk()[0]);

        await sandbox.StoreAsync("wanted");

        Assert.Equal(0, (await sandbox.Collector.CollectAsync(Day, Sandbox.Stop)).ChunksRemoved);
    }

    [Fact]
    public async Task A_chunk_that_a_transaction_is_about_to_refer_to_stays()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.NewFileAsync("a.txt", text: "about to be referred to");
        await using var open = await OpenWriter.BeginAsync(sandbox);
        var made = await open.Writer.CreateFileAsync(file, Sandbox.Stop);

        Assert.Equal(new CollectResult(1, 0, 0, 1, 0), await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop));
        await open.Writer.CompleteAsync(Sandbox.Stop);
        await open.CommitAsync();

        Assert.Equal(new CollectResult(1, 0, 0, 0, 0), await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop));
        Assert.Equal("about to be referred to", await sandbox.ReadTextAsync(made.Id));
    }

    [Fact]
    public async Task Content_collected_before_its_version_was_written_is_said_to_be_and_can_be_written_again()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var existing = await sandbox.CreateFileAsync("existing.txt");
        var file = await sandbox.NewFileAsync("a.txt", text: "too slow");
        await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop);

        var made = await sandbox.WriteAsync(async writer =>
        {
            var fault = await Assert.ThrowsAsync<ContentVanishedException>(() => writer.CreateFileAsync(file, Sandbox.Stop));
            Assert.Equal(("CONTENT_VANISHED", file.Content.Sha256), (fault.Code, fault.ChunkHash));
            await Assert.ThrowsAsync<ContentVanishedException>(
                () => writer.AddVersionAsync(existing.Id, file.Content, "text/plain", Sandbox.Modified, Sandbox.Stop));

            await sandbox.StoreAsync("too slow");
            return await writer.CreateFileAsync(file, Sandbox.Stop);
        });

        Assert.Equal("too slow", await sandbox.ReadTextAsync(made.Id));
    }

    [Fact]
    public async Task Whatever_the_collector_and_the_writers_do_at_once_every_version_keeps_its_chunks()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(async () =>
        {
            long removed = 0;
            while (!stop.IsCancellationRequested)
                removed += (await sandbox.Collector.CollectChunksAsync(TimeSpan.Zero, Sandbox.Stop)).ChunksRemoved;
            return removed;
        });

        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            var random = new Random(w);
            for (var i = 0; i < 60; i++)
            {
                var text = $"content {random.Next(5)}";
                var made = await CreateAsync($"{w} {i}", text);
                Assert.Equal(text, await sandbox.ReadTextAsync(made.Id));
                if (random.Next(4) > 0)
                    await sandbox.WriteAsync(writer => writer.DeleteFileAsync(made.Id, permanent: true, Sandbox.Stop));
            }
        })));
        await Task.WhenAny(writing, collecting);
        await stop.CancelAsync();

        await writing;
        Assert.True(await collecting > 0);
        var files = await sandbox.Drive.ListChildrenAsync(sandbox.TenantId, sandbox.ShareId, null, false, 1000, 0, Sandbox.Stop);
        Assert.NotEmpty(files.Items);
        foreach (var file in files.Items)
            Assert.StartsWith("content ", await sandbox.ReadTextAsync(file.Id), StringComparison.Ordinal);

        async Task<DriveFile> CreateAsync(string name, string text)
        {
            while (true)
            {
                try
                {
                    return await sandbox.CreateFileAsync(name, text: text);
                }
                catch (ContentVanishedException)
                {
                    // As it says: write it again.
                }
            }
        }
    }

    [Fact]
    public async Task Files_that_are_no_chunks_are_left_alone()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var stranger = Path.Combine(sandbox.Content.ChunksDirectory, "tnt_x", "README");
        Directory.CreateDirectory(Path.GetDirectoryName(stranger)!);
        await File.WriteAllTextAsync(stranger, "put here by hand");
        Assert.Equal(new CollectResult(0, 0, 0, 0, 0), await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop));
        Assert.True(File.Exists(stranger));
    }

    private static string Hash(string text) => Sandbox.Sha256(System.Text.Encoding.UTF8.GetBytes(text));
}
