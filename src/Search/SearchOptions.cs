using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Index.Weaviate;

namespace ScaiDrive.Search;

/// <summary>How one process searches.</summary>
public sealed record SearchOptions
{
    /// <summary>Folder of the local index. Belongs to one process at a time; may be deleted while none runs, then it is rebuilt.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether this process answers searches and so follows the index log. Default true; false in a pure worker.</summary>
    public bool Follow { get; init; } = true;

    /// <summary>The Weaviate server that answers searches; null: the local index does.</summary>
    public WeaviateOptions? Weaviate { get; init; }

    /// <summary>Whether the local index keeps vectors. Default true; false beside Weaviate, where it only stands in for words.</summary>
    internal bool LocalVectors { get; init; } = true;

    /// <summary>Whether this process folds counters and removes what is no longer needed. Default true; several may.</summary>
    public bool Upkeep { get; init; } = true;

    /// <summary>How often the log is read without having been woken. Default 5 seconds.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two rounds of upkeep. Default 1 second.</summary>
    public TimeSpan UpkeepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long log rows are kept; an index that was away for longer is rebuilt. Default one day.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long text and vectors are kept that no file uses. Default one week.</summary>
    public TimeSpan CacheRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a search waits for an index that is being built. Default 10 seconds.</summary>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Hosts that embedding providers may be reached at over http and at private addresses. Default the machine itself.</summary>
    public IReadOnlyList<string> ProviderHosts { get; init; } = Embedding.Providers.Remote.ProviderHosts.Default;

    /// <summary>Chunk sizes.</summary>
    public ChunkOptions Chunks { get; init; } = new();

    /// <summary>Hints by reason code, from whoever gives the reasons. Default none.</summary>
    public IReadOnlyDictionary<string, string> Hints { get; init; } = new Dictionary<string, string>();
}
