namespace ScaiDrive.Search.Query;

/// <summary>Text cannot be embedded now. Searching by words still works; try meaning again later or through another provider.</summary>
public sealed class EmbeddingUnavailableException : Exception
{
    /// <summary>Says which provider failed and why.</summary>
    public EmbeddingUnavailableException(string providerId, string code, string message, Exception? inner = null)
        : base(message, inner) => (ProviderId, Code) = (providerId, code);

    /// <summary>Whether it is an outage that may pass by itself. False: a fault of the settings, of the text, or of the provider's program.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The provider's row.</summary>
    public string ProviderId { get; }

    /// <summary>Stable: <c>provider_down</c>, <c>provider_failed</c>, <c>provider_type_unsupported</c>, <c>provider_dimensions_differ</c>, <c>semantic_disabled</c>.</summary>
    public string Code { get; }
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
