namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Lets calls to a source fail now and then, before they do something or right after.</summary>
internal sealed class FaultySource(IWritableSource inner, Random random, int oneIn) : WritableDecorator(inner)
{
    private readonly Lock gate = new();

    public override Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken) =>
        Fails() ? throw Refusal(path, ProblemCodes.ReadFailed) : base.OpenAsync(path, cancellationToken);

    public override async Task<SourceEntry> WriteAsync(
        string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken)
    {
        if (Fails())
            throw Refusal(path, ProblemCodes.SourceFull);
        var written = await base.WriteAsync(path, content, modifiedAt, replaces, temporaryName, cancellationToken);
        return Fails() ? throw new CrashException() : written;
    }

    public override async Task<SourceEntry> MoveAsync(SourceEntry entry, string to, CancellationToken cancellationToken)
    {
        if (Fails())
            throw Refusal(entry.Path, ProblemCodes.Locked);
        var moved = await base.MoveAsync(entry, to, cancellationToken);
        return Fails() ? throw new CrashException() : moved;
    }

    public override async Task<SourceEntry> MakeDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        var made = await base.MakeDirectoryAsync(path, cancellationToken);
        return Fails() ? throw new CrashException() : made;
    }

    public override async Task DeleteAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        if (Fails())
            throw Refusal(entry.Path, ProblemCodes.Locked);
        await base.DeleteAsync(entry, cancellationToken);
        if (Fails())
            throw new CrashException();
    }

    private bool Fails()
    {
        lock (gate)
            return random.Next(oneIn) == 0;
    }

    private static SourceEntryException Refusal(string path, string code) => new(path, new SourceFault(code, "Made to fail."));
}
