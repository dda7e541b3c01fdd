namespace ScaiDrive.Store.Embedded;

/// <summary>Where a private PostgreSQL server keeps its files, and how careful it is with them.</summary>
/// <param name="Directory">Holds the cluster, its password and its log; made when missing.</param>
public sealed record EmbeddedPostgresOptions(string Directory)
{
    /// <summary>Whether commits reach the disk before they are answered. Only tests switch this off. Default true.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Memory for cached pages, as PostgreSQL spells it. Default 256 MB.</summary>
    public string SharedBuffers { get; init; } = "256MB";

    /// <summary>Most connections at a time. Default 200.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>The loopback port, for a server that must be found again after a restart. Default a free one.</summary>
    public int? Port { get; init; }
}

/// <summary>The private server cannot be started; the message says what to do.</summary>
public sealed class EmbeddedPostgresException(string message) : Exception(message);
