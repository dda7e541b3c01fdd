namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>The Weaviate server that holds the index of every tenant.</summary>
public sealed record WeaviateOptions
{
    /// <summary>Base address without <c>/v1</c>, such as <c>http://weaviate:8080</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>Sent as a bearer token; null: the server asks for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Without the key, which must not be logged.</summary>
    public override string ToString() => $"Weaviate at {Url}";

    /// <summary>How long one search may take. Default 10 seconds.</summary>
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one write may take, its retries included. Default 45 seconds.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The rest before a write is tried again; it doubles. Default 200 milliseconds.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the health probe waits. Default 2 seconds.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a process may write for a tenant without renewing its claim. Default one minute.</summary>
    /// <remarks>Longer than <see cref="WriteTimeout"/>: a writer that lost its claim has no request under way any more.</remarks>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long searches pass the server over after it did not answer. Default 5 seconds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long searches take an index for complete without asking again; so long a new building waits before it removes anything.</summary>
    internal TimeSpan CompleteFor { get; init; } = TimeSpan.FromSeconds(5);
}
