using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ScaiDrive.Drive.Tests;

public sealed class ContentStoreTests
{
    private const int Chunk = ContentStore.ChunkSizeBytes;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(2 * Chunk)]
    [InlineData((2 * Chunk) + 12345)]
    public async Task Content_comes_back_as_it_was_written(int length)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes(length);

        var stored = await sandbox.StoreAsync(bytes);
        using var back = new MemoryStream();
        await using var stream = sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks);
        await stream.CopyToAsync(back);

        Assert.Equal(bytes, back.ToArray());
        Assert.Equal(Sandbox.Sha256(bytes), stored.Sha256);
        Assert.Equal(length, stored.SizeBytes);
        Assert.Equal(length, stored.Chunks.Sum(chunk => (long)chunk.SizeBytes));
        Assert.Equal((length + Chunk - 1) / Chunk, stored.Chunks.Count);
        Assert.Empty(sandbox.Incoming());
    }

    [Fact]
    public async Task A_source_that_yields_a_few_bytes_at_a_time_gives_the_same_chunks()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes(Chunk + 777);

        var atOnce = await sandbox.StoreAsync(bytes);
        var dripping = await sandbox.Content.WriteAsync(sandbox.TenantId, new DrippingStream(bytes), null, Sandbox.Stop);

        Assert.Equal(atOnce.Sha256, dripping.Sha256);
        Assert.Equal(atOnce.Chunks, dripping.Chunks);
    }

    [Fact]
    public async Task Reading_may_begin_anywhere()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes((2 * Chunk) + 100);
        var stored = await sandbox.StoreAsync(bytes);
        await using var stream = sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks);
        Assert.True(stream.CanSeek);
        Assert.Equal(bytes.Length, stream.Length);

        var buffer = new byte[300];
        foreach (var position in new[] { Chunk - 150, 0, (2 * Chunk) - 1, 2 * Chunk, bytes.Length - 1, 1, Chunk })
        {
            stream.Position = position;
            var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            Assert.Equal(bytes.AsSpan(position, Math.Min(300, bytes.Length - position)), buffer.AsSpan(0, read));
        }

        stream.Seek(0, SeekOrigin.End);
        Assert.Equal(0, await stream.ReadAsync(buffer));
        stream.Seek(10, SeekOrigin.Current);
        Assert.Equal(0, await stream.ReadAsync(buffer));
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
    }

    [Fact]
    public async Task A_chunk_lies_under_its_hash()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var stored = await sandbox.StoreAsync("hello");

        var h = stored.Chunks[0].Sha256;
        Assert.Equal("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", h);
        Assert.Equal(
            Path.Combine(sandbox.Content.Root, "chunks", sandbox.TenantId, h[..2], h[2..4], h), Assert.Single(sandbox.ChunksOnDisk()));
    }

    [Fact]
    public async Task A_chunk_is_stored_once_per_tenant_and_each_hit_is_counted()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var other = await Sandbox.CreateAsync();
        using var hits = new Counting("scaidrive_chunks_deduplicated_total");
        var bytes = Sandbox.Bytes(Chunk + 10);
        byte[] sameStart = [.. bytes, 1, 2, 3];

        await sandbox.StoreAsync(bytes);
        Assert.Equal(0, hits.Of(sandbox.TenantId));
        await sandbox.StoreAsync(bytes);
        Assert.Equal(2, hits.Of(sandbox.TenantId));
        await sandbox.StoreAsync(sameStart);
        Assert.Equal(3, hits.Of(sandbox.TenantId));
        Assert.Equal(3, sandbox.ChunksOnDisk().Length);

        await sandbox.Content.WriteAsync(other.TenantId, new MemoryStream(bytes), null, Sandbox.Stop);
        Assert.Equal(0, hits.Of(other.TenantId));
        Assert.Equal(5, sandbox.ChunksOnDisk().Length);
    }

    [Fact]
    public async Task Content_longer_than_allowed_is_refused()
    {
        await using var sandbox = await Sandbox.CreateAsync();

        var exact = await sandbox.Content.WriteAsync(sandbox.TenantId, new MemoryStream(new byte[10]), 10, Sandbox.Stop);

        Assert.Equal(10, exact.SizeBytes);
        // Whether the stream tells its length beforehand or not.
        foreach (var source in new[] { new MemoryStream(new byte[11]), new DrippingStream(new byte[11]) { TellsLength = false } })
        {
            var fault = await Assert.ThrowsAsync<ContentTooLargeException>(
                () => sandbox.Content.WriteAsync(sandbox.TenantId, source, 10, Sandbox.Stop));
            Assert.Equal(("PAYLOAD_TOO_LARGE", 10), (fault.Code, fault.MaxBytes));
        }
    }

    [Fact]
    public async Task A_chunk_of_the_wrong_size_is_an_error_and_storing_its_content_again_repairs_it()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var stored = await sandbox.StoreAsync("hello");
        await File.WriteAllTextAsync(sandbox.ChunksOnDisk()[0], "hell");

        var fault = Assert.Throws<ContentMissingException>(() => sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks));
        Assert.Equal(("CONTENT_MISSING", stored.Sha256), (fault.Code, fault.ChunkHash));

        await sandbox.StoreAsync("hello");
        await using var stream = sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks);
        Assert.Equal("hello", await new StreamReader(stream).ReadToEndAsync());
    }

    [Fact]
    public async Task A_chunk_that_goes_while_its_stream_is_open_is_an_error_not_an_end()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes(Chunk + 10);
        var stored = await sandbox.StoreAsync(bytes);
        await using var stream = sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks);
        await stream.ReadExactlyAsync(new byte[10]);

        File.Delete(sandbox.Content.PathOf(sandbox.TenantId, stored.Chunks[1].Sha256));

        await Assert.ThrowsAsync<ContentMissingException>(() => stream.CopyToAsync(Stream.Null));
        Assert.Throws<ContentMissingException>(() => sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks));
    }

    [Fact]
    public async Task A_source_that_fails_leaves_no_half_file()
    {
        await using var sandbox = await Sandbox.CreateAsync();

        await Assert.ThrowsAsync<IOException>(() =>
            sandbox.Content.WriteAsync(sandbox.TenantId, new DrippingStream(new byte[100]) { FailsAtEnd = true }, null, Sandbox.Stop));

        Assert.Empty(sandbox.Incoming());
        Assert.Empty(sandbox.ChunksOnDisk());
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("UPPER")]
    public async Task A_tenant_id_cannot_lead_out_of_the_store(string tenantId)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => sandbox.Content.WriteAsync(tenantId, new MemoryStream([1]), null, Sandbox.Stop));
        Assert.Throws<ArgumentException>(() => sandbox.Content.OpenRead(tenantId, []));
    }

    [Fact]
    public async Task Writers_of_the_same_bytes_do_not_disturb_each_other()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes(Chunk + 5);

        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => sandbox.StoreAsync(bytes))));

        Assert.All(stored, one => Assert.Equal(Sandbox.Sha256(bytes), one.Sha256));
        Assert.Equal(2, sandbox.ChunksOnDisk().Length);
        Assert.Empty(sandbox.Incoming());
    }

    [Fact]
    public void A_device_without_space_is_recognised()
    {
        if (!File.Exists("/dev/full"))
            return;
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var fault = Assert.ThrowsAny<IOException>(() => RandomAccess.Write(full, new byte[1], 0));
        Assert.True(DurableDirectory.IsDiskFull(fault));
        Assert.False(DurableDirectory.IsDiskFull(new FileNotFoundException()));
    }

    [Fact]
    public async Task A_full_disk_is_said_so_and_spoils_nothing()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var disk = await SmallDisk.TryMountAsync("9m");
        if (disk is null)
            return; // Only root may mount one.
        var store = new ContentStore(new ContentStoreOptions { Root = Path.Combine(disk.Path, "content") });
        var fits = Sandbox.Bytes(1000, seed: 2);
        var before = await store.WriteAsync(sandbox.TenantId, new MemoryStream(fits), null, Sandbox.Stop);

        var fault = await Assert.ThrowsAsync<DiskFullException>(
            () => store.WriteAsync(sandbox.TenantId, new MemoryStream(Sandbox.Bytes(3 * Chunk)), null, Sandbox.Stop));

        Assert.Equal("STORAGE_FULL", fault.Code);
        Assert.Empty(Directory.GetFiles(store.IncomingDirectory));
        foreach (var chunk in Directory.GetFiles(store.ChunksDirectory, "*", SearchOption.AllDirectories))
            Assert.Equal(Path.GetFileName(chunk), Sandbox.Sha256(await File.ReadAllBytesAsync(chunk)));
        await using (var stream = store.OpenRead(sandbox.TenantId, before.Chunks))
        {
            var back = new byte[1000];
            await stream.ReadExactlyAsync(back);
            Assert.Equal(fits, back);
        }

        // What nothing refers to can be collected, and then there is room again.
        await new ContentCollector(sandbox.DataSource, store, TimeProvider.System).CollectAsync(TimeSpan.Zero, Sandbox.Stop);
        await store.WriteAsync(sandbox.TenantId, new MemoryStream(Sandbox.Bytes(Chunk, seed: 3)), null, Sandbox.Stop);
    }

    /// <summary>Sums a counter by tenant.</summary>
    internal sealed class Counting : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly Dictionary<string, long> sums = [];

        internal Counting(string instrument)
        {
            listener.InstrumentPublished = (published, self) =>
            {
                if (published.Meter.Name == DriveMetrics.MeterName && published.Name == instrument)
                    self.EnableMeasurementEvents(published);
            };
            listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                var tenant = tags.ToArray().Single(tag => tag.Key == "tenant_id").Value!.ToString()!;
                lock (sums)
                    sums[tenant] = sums.GetValueOrDefault(tenant) + value;
            });
            listener.Start();
        }

        public void Dispose() => listener.Dispose();

        internal long Of(string tenantId)
        {
            lock (sums)
                return sums.GetValueOrDefault(tenantId);
        }
    }

    private sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public bool FailsAtEnd { get; init; }

        public bool TellsLength { get; init; } = true;

        public override bool CanSeek => TellsLength;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            FailsAtEnd && Position == Length
                ? throw new IOException("The line went dead.")
                : base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken);
    }

    private sealed class SmallDisk(string path) : IAsyncDisposable
    {
        internal string Path => path;

        internal static async Task<SmallDisk?> TryMountAsync(string size)
        {
            var path = Directory.CreateTempSubdirectory("scaidrive-disk-").FullName;
            return await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path) ? new SmallDisk(path) : null;
        }

        public async ValueTask DisposeAsync()
        {
            await RunAsync("umount", "--lazy", path);
            Directory.Delete(path);
        }

        private static async Task<bool> RunAsync(string program, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
                await process.WaitForExitAsync();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
