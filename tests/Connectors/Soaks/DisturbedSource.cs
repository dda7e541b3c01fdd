namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>A source during whose use others go on working.</summary>
internal sealed class DisturbedSource(IWritableSource source, Func<Task> disturb) : IWritableSource
{
    public NameRules Names => source.Names;

    public ValueTask DisposeAsync() => source.DisposeAsync();

    public Task<string> ProbeAsync(CancellationToken cancellationToken) => source.ProbeAsync(cancellationToken);

    public async IAsyncEnumerable<SourceEntry> ListAsync(
        string directory, string? fromName, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await disturb();
        await foreach (var entry in source.ListAsync(directory, fromName, cancellationToken))
            yield return entry;
    }

    public Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken) => source.StatAsync(path, cancellationToken);

    public async Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken)
    {
        await disturb();
        return await source.OpenAsync(path, cancellationToken);
    }

    public async Task<SourceEntry> WriteAsync(
        string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken)
    {
        await disturb();
        return await source.WriteAsync(path, content, modifiedAt, replaces, temporaryName, cancellationToken);
    }

    public async Task<SourceEntry> MakeDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        await disturb();
        return await source.MakeDirectoryAsync(path, cancellationToken);
    }

    public async Task<SourceEntry> MoveAsync(SourceEntry entry, string to, CancellationToken cancellationToken)
    {
        await disturb();
        return await source.MoveAsync(entry, to, cancellationToken);
    }

    public async Task DeleteAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        await disturb();
        await source.DeleteAsync(entry, cancellationToken);
    }

    public Task RemoveTemporaryAsync(string path, CancellationToken cancellationToken) => source.RemoveTemporaryAsync(path, cancellationToken);
}
