using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Extraction;
using ScaiDrive.Search.Index.Weaviate;

namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>Everything the environment may say, checked. <c>docs/operations.md</c> lists the variables.</summary>
internal sealed record HostSettings
{
    /// <summary><c>SCAIDRIVE_DATABASE_URL</c>: the PostgreSQL server to use; null in <c>up</c> means the embedded one.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary><c>SCAIDRIVE_DATA_DIR</c>: content, local index, keys, and the embedded server. Default <c>.scaidrive</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary><c>SCAIDRIVE_INDEX_DIR</c>: the local index of this process alone. Default <c>index</c> in the data directory;
    /// several <c>api</c> processes that share a data directory need one each.</summary>
    public required string IndexDirectory { get; init; }

    /// <summary><c>SCAIDRIVE_HOST</c>: address to listen on. Without <see cref="Identity"/> only loopback is allowed.</summary>
    public required string BindAddress { get; init; }

    /// <summary><c>SCAIDRIVE_PORT</c>: default 8000.</summary>
    public int Port { get; init; } = 8000;

    /// <summary><c>SCAIDRIVE_LOG_LEVEL</c>.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary><c>SCAIDRIVE_WORKER_HIGH_SLOTS</c> and <c>SCAIDRIVE_WORKER_SLOTS</c>: jobs at a time in this process.</summary>
    public int WorkerSlots { get; init; } = 8;

    /// <summary><c>SCAIDRIVE_WORKER_METRICS_PORT</c>: where the worker role shows <c>/metrics</c>. 0 takes a free one. Default 9100.</summary>
    public int WorkerMetricsPort { get; init; } = 9100;

    /// <summary><c>SCAIDRIVE_EXTRACTION_*</c>: sandboxed children at a time, and what one file may cost.</summary>
    public ExtractionOptions Extraction { get; init; } = new();

    /// <summary><c>SCAIDRIVE_OCR_LANGUAGES</c>: such as <c>eng+deu</c>.</summary>
    public required IReadOnlyList<string> OcrLanguages { get; init; }

    /// <summary><c>SCAIDRIVE_WEIGHTS_DIR</c>: the files of the local embedding model.</summary>
    public string? WeightsDirectory { get; init; }

    /// <summary><c>SCAIDRIVE_SECRET_KEY</c>: one or more 32-byte keys in base64, comma separated; the first encrypts.</summary>
    public IReadOnlyList<byte[]> SecretKeys { get; init; } = [];

    /// <summary><c>SCAIDRIVE_CONNECTOR_ROOTS</c>: directories below which folder connectors may read, colon separated.</summary>
    public IReadOnlyList<string> ConnectorRoots { get; init; } = [];

    /// <summary><c>SCAIDRIVE_KERBEROS_CACHES</c>: directories whose files SMB connectors may name as ticket cache, colon separated.</summary>
    public IReadOnlyList<string> KerberosCaches { get; init; } = [];

    /// <summary><c>SCAIDRIVE_PROVIDER_HOSTS</c>: hosts that embedding providers may be reached at over http and at private addresses, comma separated.</summary>
    public IReadOnlyList<string> ProviderHosts { get; init; } = Search.Embedding.Providers.Remote.ProviderHosts.Default;

    /// <summary><c>SCAIDRIVE_WEAVIATE_URL</c> and <c>SCAIDRIVE_WEAVIATE_API_KEY</c>: the server that answers searches; null: the local index.</summary>
    public WeaviateOptions? Weaviate { get; init; }

    /// <summary><c>SCAIDRIVE_SCAIKEY_URL</c> and what belongs to it: who vouches for callers; null: nobody, and only this machine is served.</summary>
    public IdentityOptions? Identity { get; init; }

    /// <summary><c>SCAIDRIVE_PUBLIC_URL</c>, <c>SCAIDRIVE_SESSION_*</c> and the clients at ScaiKey: how people sign in.</summary>
    public SignInOptions SignIn { get; init; } = new();

    /// <summary><c>SCAIDRIVE_RATE_LIMIT_*</c>: how much callers may ask for in a minute.</summary>
    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>What the operator should know but need not act on at once.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>The configuration is wrong; the message names each variable and what it may hold.</summary>
internal sealed class BadSettingsException(IReadOnlyList<string> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One line per variable.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
