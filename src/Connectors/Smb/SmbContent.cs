using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A file that was read at once. Its facts after are those of the same open file, taken after the last byte.</summary>
internal sealed class SmallContent(AgentAnswer answer, SmbEntries entries, string path) : ISourceContent
{
    private bool isDisposed;

    public Stream Content { get; } = new MemoryStream(answer.Buffer, 2 * RemoteEntry.Size, answer.Length - (2 * RemoteEntry.Size), writable: false);

    public SourceEntry Opened { get; } = entries.Of(path, RemoteEntry.Read(answer.Payload));

    private readonly SourceEntry after = entries.Of(path, RemoteEntry.Read(answer.Payload[RemoteEntry.Size..]));

    public Task<SourceEntry> RevisitAsync(CancellationToken cancellationToken) => Task.FromResult(after);

    public ValueTask DisposeAsync()
    {
        if (!isDisposed)
            answer.Dispose();
        isDisposed = true;
        return ValueTask.CompletedTask;
    }
}

/// <summary>A file that is open at an agent, which reads ahead.</summary>
internal sealed class LargeContent : ISourceContent
{
    private readonly AgentLease lease;
    private readonly SmbEntries entries;
    private readonly string path;
    private readonly AgentStream content;

    internal LargeContent(AgentLease lease, AgentPool pool, SmbEntries entries, string path, RemoteEntry opened)
    {
        (this.lease, this.entries, this.path) = (lease, entries, path);
        content = new AgentStream(lease, pool, path);
        Opened = entries.Of(path, opened);
    }

    public Stream Content => content;

    public SourceEntry Opened { get; }

    public async Task<SourceEntry> RevisitAsync(CancellationToken cancellationToken)
    {
        await content.ReachEndAsync(cancellationToken);
        return entries.Of(path, (await lease.LookAsync(AgentFrame.Revisit, path, default, cancellationToken))!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (content.HasEnded)
                await lease.DoAsync(AgentFrame.Close, path, default, CancellationToken.None);
        }
        catch (Exception fault) when (fault is SourceEntryException or ConnectorException)
        {
            // What was read is read; the next request will tell.
        }
        finally
        {
            // An agent in the middle of a file is ended with this.
            await content.DisposeAsync();
            await lease.DisposeAsync();
        }
    }
}

/// <summary>The bytes of a large file, as its agent sends them.</summary>
internal sealed class AgentStream(AgentLease lease, AgentPool pool, string path) : Stream
{
    private AgentAnswer? block;
    private int position;

    /// <summary>Whether all bytes have arrived.</summary>
    internal bool HasEnded { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets what was not read pass.</summary>
    internal async Task ReachEndAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken))
        {
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || ((block is null || position == block.Value.Length) && !await NextAsync(cancellationToken)))
            return 0;
        var count = Math.Min(buffer.Length, block!.Value.Length - position);
        block.Value.Payload.Slice(position, count).CopyTo(buffer.Span);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        block?.Dispose();
        block = null;
        base.Dispose(disposing);
    }

    private async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        block?.Dispose();
        block = null;
        if (HasEnded)
            return false;
        var answer = await lease.ReceiveAsync(path, pool.RequestTimeout, cancellationToken);
        if (answer.Kind != AgentFrame.Bytes)
        {
            answer.Dispose();
            lease.Answered();
            HasEnded = true;
            return false;
        }

        (block, position) = (answer, 0);
        await pool.Rate.TakeAsync(answer.Length, cancellationToken);
        return true;
    }
}
