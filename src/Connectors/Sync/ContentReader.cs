using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Reads files of a source into the content store, outside of any transaction. What is read and then not used is removed by Drive's collector.</summary>
internal sealed class ContentReader(IConnectorSource source, ContentStore contents, string tenantId, ConnectorOptions options, int parallelFiles)
{
    private const int Attempts = 2;

    // Below that many, one flush for all of them saves nothing, and waits for what others write to the same disk.
    private const int SmallestGroup = 4;

    /// <summary>Reads all files of a part, a few at a time. Each ends with its content, safe on disk, or its fault.</summary>
    internal Task ReadAsync(IReadOnlyList<PendingFile> files, CancellationToken cancellationToken) =>
        Begin(files, Task.CompletedTask, cancellationToken).Safe;

    /// <summary>Begins to read the files of a part.</summary>
    /// <param name="files">Those that need content.</param>
    /// <param name="before">The reading of the part before. Small files wait for it, so that parts are done in their order; a large one is read beside
    /// it: it waits for the disk again and again.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What ends when all is read, and what ends when all of that is safe on disk.</returns>
    internal (Task Read, Task Safe) Begin(IReadOnlyList<PendingFile> files, Task before, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return (before, Task.CompletedTask);
        var group = files.Count(IsSmall) >= SmallestGroup ? contents.BeginGroup(tenantId) : null;
        var read = ReadAsync(files, files.All(IsSmall) ? before : Task.CompletedTask, group, cancellationToken);
        return (read, CommitAsync(read, group, cancellationToken));
    }

    private async Task ReadAsync(IReadOnlyList<PendingFile> files, Task before, ContentGroup? group, CancellationToken cancellationToken)
    {
        await before;
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = parallelFiles, CancellationToken = cancellationToken },
            async (file, stop) => await ReadAsync(file, IsSmall(file) ? group : null, stop));
    }

    private static async Task CommitAsync(Task read, ContentGroup? group, CancellationToken cancellationToken)
    {
        await using var _ = group;
        await read;
        if (group is not null)
            await group.CommitAsync(cancellationToken);
    }

    private static bool IsSmall(PendingFile file) => file.Entry.SizeBytes <= ContentStore.ChunkSizeBytes;

    private async Task ReadAsync(PendingFile file, ContentGroup? group, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 0; attempt < Attempts && file.Content is null; attempt++)
                await TryReadAsync(file, group, cancellationToken);
            if (file.Content is null)
                file.Fault = new SourceFault(ProblemCodes.Changing, "It changed while it was being read.");
        }
        catch (SourceEntryException fault)
        {
            file.Fault = fault.Fault;
        }
        catch (ContentTooLargeException fault)
        {
            file.Fault = new SourceFault(ProblemCodes.TooLarge, fault.Message);
        }
    }

    private async Task TryReadAsync(PendingFile file, ContentGroup? group, CancellationToken cancellationToken)
    {
        await using var opened = await source.OpenAsync(file.Entry.Path, cancellationToken);
        // Another file than the one that was listed: what that means (a move, a replacement) is for the next pass to find out.
        if (opened.Opened.Identity != file.Entry.Identity)
            return;
        await using var stream = new SourceStream(opened.Content, file.Entry.Path);
        var content = group is not null
            ? await group.AddAsync(stream, options.MaxFileBytes, cancellationToken)
            : await contents.WriteAsync(tenantId, stream, options.MaxFileBytes, cancellationToken);
        var after = await opened.RevisitAsync(cancellationToken);
        if (!after.SameStateAs(opened.Opened) || content.SizeBytes != opened.Opened.SizeBytes)
            return;
        (file.Entry, file.Content) = (opened.Opened, content);
    }

    /// <summary>Tells a read error of the source from a write error of the content store, which must stop the run.</summary>
    private sealed class SourceStream(Stream inner, string path) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception fault) when (fault is IOException and not SourceEntryException or UnauthorizedAccessException)
            {
                throw new SourceEntryException(path, new SourceFault(ProblemCodes.ReadFailed, fault.Message), fault);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
