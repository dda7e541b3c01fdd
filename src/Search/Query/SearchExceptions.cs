namespace ScaiDrive.Search.Query;

/// <summary>Text cannot be embedded now. Searching by words still works; try meaning again later or through another provider.</summary>
public sealed class EmbeddingUnavailableException : Exception
{
    /// <summary>Says which provider failed and why.</summary>
    public EmbeddingUnavailableException(string providerId, string code, string message, Exception? inner = null)
        : base(message, inner) => (ProviderId, Code) = (providerId, code);

    /// <summary>What has to happen before it works again. Default: somebody mends the settings.</summary>
    public EmbeddingFaultKind Kind { get; init; }

    /// <summary>Whether it may pass by itself. False: a fault of the settings, of the text, or of the provider's program.</summary>
    public bool IsTransient => Kind is EmbeddingFaultKind.Outage or EmbeddingFaultKind.Throttled;

    /// <summary>How long the provider asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How long it has failed so far, as this process has seen it.</summary>
    public TimeSpan FailingFor { get; init; }

    /// <summary>The provider's row.</summary>
    public string ProviderId { get; }

    /// <summary>Stable: one of <see cref="Embedding.Providers.FaultCodes"/>, or <c>semantic_disabled</c>.</summary>
    public string Code { get; }
}

/// <summary>What has to happen before text can be embedded again.</summary>
public enum EmbeddingFaultKind
{
    /// <summary>Somebody mends the provider's settings, its account, or the policy.</summary>
    Settings,

    /// <summary>The provider comes back.</summary>
    Outage,

    /// <summary>The time passes that the provider asked for.</summary>
    Throttled,

    /// <summary>Nothing: it refuses this text.</summary>
    Text,
}

/// <summary>The index cannot answer now: it is being built, or its files cannot be read.</summary>
public sealed class IndexUnavailableException : Exception
{
    /// <summary>Says whose index and why.</summary>
    public IndexUnavailableException(string tenantId, string message, Exception? inner = null)
        : base(message, inner) => TenantId = tenantId;

    /// <summary>The tenant whose index it is.</summary>
    public string TenantId { get; }
}
