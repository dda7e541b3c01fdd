namespace ScaiDrive.Drive.Tests;

/// <summary>Every rule holds however the file system is flushed: by one call for all of it, or file by file.</summary>
public sealed class ContentGroupTests
{
    private const int Chunk = ContentStore.ChunkSizeBytes;

    public static TheoryData<bool, string> Steps()
    {
        var steps = new TheoryData<bool, string>();
        foreach (var step in Enum.GetNames<ContentGroupStep>())
        {
            steps.Add(true, step);
            steps.Add(false, step);
        }

        return steps;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Contents_of_a_group_come_back_as_they_were_written(bool together)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var store = Open(sandbox, together);
        var contents = Enumerable.Range(0, 60).Select(i => Sandbox.Bytes(i * 137, seed: i)).Append(Sandbox.Bytes((2 * Chunk) + 5)).ToArray();

        await using var group = store.BeginGroup(sandbox.TenantId);
        var stored = await Task.WhenAll(contents.Select(bytes => Task.Run(() => group.AddAsync(new MemoryStream(bytes), null, Sandbox.Stop))));
        await group.CommitAsync(Sandbox.Stop);

        foreach (var (bytes, content) in contents.Zip(stored))
        {
            Assert.Equal((Sandbox.Sha256(bytes), bytes.LongLength), (content.Sha256, content.SizeBytes));
            using var back = new MemoryStream();
            await using var stream = store.OpenRead(sandbox.TenantId, content.Chunks);
            await stream.CopyToAsync(back);
            Assert.Equal(bytes, back.ToArray());
        }

        Assert.Equal(59 + 3, sandbox.ChunksOnDisk().Length);
        Assert.Empty(sandbox.Incoming());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_stores_what_a_write_stores(bool together)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var other = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes(Chunk + 777);

        var written = await sandbox.StoreAsync(bytes);
        var grouped = await StoreAsync(Open(other, together), other.TenantId, bytes);

        Assert.Equal(written.Sha256, grouped[0].Sha256);
        Assert.Equal(written.Chunks, grouped[0].Chunks);
        Assert.Equal(
            sandbox.ChunksOnDisk().Select(path => Path.GetRelativePath(Path.Combine(sandbox.Content.ChunksDirectory, sandbox.TenantId), path)).Order(),
            other.ChunksOnDisk().Select(path => Path.GetRelativePath(Path.Combine(other.Content.ChunksDirectory, other.TenantId), path)).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_name_is_there_before_its_bytes_are_flushed_and_all_are_there_before_names_are(bool together)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var steps = new List<(ContentGroupStep, int Incoming, int Names)>();
        await using var group = Open(sandbox, together).BeginGroup(sandbox.TenantId);
        group.OnStep = step => steps.Add((step, sandbox.Incoming().Length, sandbox.ChunksOnDisk().Length));
        foreach (var text in new[] { "one", "two", "three" })
            await group.AddAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), null, Sandbox.Stop);

        await group.CommitAsync(Sandbox.Stop);

        Assert.Equal(
            [
                (ContentGroupStep.MakeDirectories, 3, 0),
                (ContentGroupStep.FlushBytes, 3, 0),
                (ContentGroupStep.Rename, 3, 0),
                (ContentGroupStep.FlushNames, 0, 3),
                (ContentGroupStep.Done, 0, 3),
            ],
            steps);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_process_that_dies_in_a_commit_leaves_whole_chunks_and_what_the_collector_takes(bool together, string at)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var store = Open(sandbox, together);
        var texts = Enumerable.Range(0, 20).Select(i => Sandbox.Bytes(1000, seed: i)).ToArray();
        // Not disposed, as if the process had been killed.
        var group = store.BeginGroup(sandbox.TenantId);
        group.OnStep = step =>
        {
            if (step.ToString() == at)
                throw new KilledException();
        };
        foreach (var bytes in texts)
            await group.AddAsync(new MemoryStream(bytes), null, Sandbox.Stop);
        await Assert.ThrowsAsync<KilledException>(() => group.CommitAsync(Sandbox.Stop));

        foreach (var path in sandbox.ChunksOnDisk())
            Assert.Equal(Path.GetFileName(path), Sandbox.Sha256(await File.ReadAllBytesAsync(path)));

        // The next process stores the same again, and nothing of the dead one is in its way.
        var again = await StoreAsync(store, sandbox.TenantId, texts);
        Assert.All(again, content => Assert.True(store.Contains(sandbox.TenantId, content.Chunks[0])));
        Assert.Equal(20, sandbox.ChunksOnDisk().Length);
        var result = await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop);
        Assert.Equal(20, result.ChunksRemoved);
        Assert.Empty(sandbox.Incoming());
        await group.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_that_is_given_up_leaves_nothing(bool together)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using (var group = Open(sandbox, together).BeginGroup(sandbox.TenantId))
        {
            await group.AddAsync(new MemoryStream([1, 2, 3]), null, Sandbox.Stop);
            Assert.Single(sandbox.Incoming());
        }

        Assert.Empty(sandbox.Incoming());
        Assert.Empty(sandbox.ChunksOnDisk());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_chunk_is_stored_once_whether_the_store_has_it_or_the_group(bool together)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        using var hits = new ContentStoreTests.Counting("scaidrive_chunks_deduplicated_total");
        var store = Open(sandbox, together);
        await sandbox.StoreAsync("in the store");

        await StoreAsync(store, sandbox.TenantId, "in the store"u8.ToArray(), "twice"u8.ToArray(), "twice"u8.ToArray());

        Assert.Equal(2, hits.Of(sandbox.TenantId));
        Assert.Equal(2, sandbox.ChunksOnDisk().Length);
    }

    [Fact]
    public async Task A_chunk_that_a_group_found_is_young_again()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.StoreAsync("wanted");
        Sandbox.MakeOld(sandbox.ChunksOnDisk()[0]);

        await StoreAsync(sandbox.Content, sandbox.TenantId, "wanted"u8.ToArray());

        Assert.Equal(0, (await sandbox.Collector.CollectAsync(TimeSpan.FromDays(1), Sandbox.Stop)).ChunksRemoved);
    }

    [Fact]
    public async Task A_chunk_of_the_wrong_size_is_repaired_by_a_group()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.StoreAsync("hello");
        await File.WriteAllTextAsync(sandbox.ChunksOnDisk()[0], "hell");

        await StoreAsync(sandbox.Content, sandbox.TenantId, "hello"u8.ToArray());

        Assert.Equal("hello", await File.ReadAllTextAsync(Assert.Single(sandbox.ChunksOnDisk())));
    }

    [Fact]
    public async Task A_content_that_fails_or_is_too_long_does_not_fail_the_others()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var group = sandbox.Content.BeginGroup(sandbox.TenantId);

        await Assert.ThrowsAsync<ContentTooLargeException>(() => group.AddAsync(new MemoryStream(new byte[11]), 10, Sandbox.Stop));
        await Assert.ThrowsAsync<IOException>(() => group.AddAsync(new BrokenStream(), null, Sandbox.Stop));
        var good = await group.AddAsync(new MemoryStream(new byte[10]), 10, Sandbox.Stop);
        await group.CommitAsync(Sandbox.Stop);

        Assert.True(sandbox.Content.Contains(sandbox.TenantId, good.Chunks[0]));
        Assert.Single(sandbox.ChunksOnDisk());
        Assert.Empty(sandbox.Incoming());
    }

    [Fact]
    public async Task A_group_in_which_a_chunk_could_not_be_written_cannot_be_committed()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var group = sandbox.Content.BeginGroup(sandbox.TenantId);
        await group.AddAsync(new MemoryStream([1]), null, Sandbox.Stop);
        Directory.Move(sandbox.Content.IncomingDirectory, sandbox.Content.IncomingDirectory + "-gone");

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => group.AddAsync(new MemoryStream([2]), null, Sandbox.Stop));

        // Another content may have counted on that chunk.
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => group.AddAsync(new MemoryStream([2]), null, Sandbox.Stop));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => group.CommitAsync(Sandbox.Stop));
        Assert.Empty(sandbox.ChunksOnDisk());
    }

    [Fact]
    public async Task A_group_is_committed_once()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var group = sandbox.Content.BeginGroup(sandbox.TenantId);
        await group.CommitAsync(Sandbox.Stop);

        await Assert.ThrowsAsync<InvalidOperationException>(() => group.AddAsync(new MemoryStream([1]), null, Sandbox.Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => group.CommitAsync(Sandbox.Stop));
    }

    private static ContentStore Open(Sandbox sandbox, bool together) =>
        new(new ContentStoreOptions { Root = sandbox.Content.Root }) { FlushesTogether = together };

    private static async Task<List<StoredContent>> StoreAsync(ContentStore store, string tenantId, params byte[][] contents)
    {
        await using var group = store.BeginGroup(tenantId);
        var stored = new List<StoredContent>();
        foreach (var bytes in contents)
            stored.Add(await group.AddAsync(new MemoryStream(bytes), null, Sandbox.Stop));
        await group.CommitAsync(Sandbox.Stop);
        return stored;
    }

    private sealed class KilledException : Exception;

    private sealed class BrokenStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The line went dead.");
    }
}
