namespace ScaiDrive.Connectors.Tests;

/// <summary>Passes everything on to another source that can be written to; tests override what is to go wrong.</summary>
internal class WritableDecorator(IWritableSource inner) : SourceDecorator(inner), IWritableSource
{
    public virtual NameRules Names => inner.Names;

    public virtual Task<SourceEntry> WriteAsync(
        string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken) =>
        inner.WriteAsync(path, content, modifiedAt, replaces, temporaryName, cancellationToken);

    public virtual Task<SourceEntry> MakeDirectoryAsync(string path, CancellationToken cancellationToken) => inner.MakeDirectoryAsync(path, cancellationToken);

    public virtual Task<SourceEntry> MoveAsync(SourceEntry entry, string to, CancellationToken cancellationToken) => inner.MoveAsync(entry, to, cancellationToken);

    public virtual Task DeleteAsync(SourceEntry entry, CancellationToken cancellationToken) => inner.DeleteAsync(entry, cancellationToken);

    public virtual Task RemoveTemporaryAsync(string path, CancellationToken cancellationToken) => inner.RemoveTemporaryAsync(path, cancellationToken);
}
