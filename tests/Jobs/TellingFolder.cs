using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Folder;

namespace ScaiDrive.Jobs.Tests;

/// <summary>A folder that tells of changes when the test says so.</summary>
internal sealed class TellingFolder : IConnectorType
{
    internal const string TypeName = "telling";

    private readonly Lock gate = new();
    private Channel<SyncScope> told = Channel.CreateUnbounded<SyncScope>();
    private int watching;
    private int begun;
    private int opened;

    public string Name => TypeName;

    public bool TellsOfChanges => true;

    internal string Root { get; set; } = "";

    /// <summary>Called before each listing of a directory.</summary>
    internal Action? Listing { get; set; }

    /// <summary>Why the source lets nobody in; null when it does.</summary>
    internal ConnectorException? Refusal { get; set; }

    internal int Opened => Volatile.Read(ref opened);

    internal int Watching => Volatile.Read(ref watching);

    internal int Begun => Volatile.Read(ref begun);

    public void Check(JsonElement settings, SyncRules rules, string? secret)
    {
    }

    public IConnectorSource Open(JsonElement settings, SyncRules rules, string? secret)
    {
        Interlocked.Increment(ref opened);
        return Refusal is { } refusal
            ? throw refusal
            : new TellingSource(FolderSource.Open(settings, new ConnectorOptions { AllowedRoots = [Root] }, TimeProvider.System), this);
    }

    internal void Tell(SyncScope scope)
    {
        lock (gate)
            told.Writer.TryWrite(scope);
    }

    internal void Lose()
    {
        lock (gate)
        {
            told.Writer.Complete(new IOException("The connection was cut."));
            told = Channel.CreateUnbounded<SyncScope>();
        }
    }

    private async IAsyncEnumerable<SyncScope> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChannelReader<SyncScope> reader;
        lock (gate)
            reader = told.Reader;
        Interlocked.Increment(ref watching);
        Interlocked.Increment(ref begun);
        try
        {
            await foreach (var scope in reader.ReadAllAsync(cancellationToken))
                yield return scope;
        }
        finally
        {
            Interlocked.Decrement(ref watching);
        }
    }

    private sealed class TellingSource(FolderSource inner, TellingFolder type) : IWatchableSource
    {
        public Task<string> ProbeAsync(CancellationToken cancellationToken) => inner.ProbeAsync(cancellationToken);

        public IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, CancellationToken cancellationToken)
        {
            type.Listing?.Invoke();
            return inner.ListAsync(directory, fromName, cancellationToken);
        }

        public Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken) => inner.StatAsync(path, cancellationToken);

        public Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken) => inner.OpenAsync(path, cancellationToken);

        public IAsyncEnumerable<SyncScope> WatchAsync(CancellationToken cancellationToken) => type.WatchAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
