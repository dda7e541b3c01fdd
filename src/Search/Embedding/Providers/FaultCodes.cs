namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Stable codes of what a provider can fail with. Jobs write them to the ledger, where they are reason codes.</summary>
public static class FaultCodes
{
    /// <summary>It does not answer, or answers that it cannot now.</summary>
    public const string Down = "provider_down";

    /// <summary>It asks to wait.</summary>
    public const string Throttled = "provider_throttled";

    /// <summary>It does not accept the key.</summary>
    public const string Auth = "provider_auth";

    /// <summary>It does not know the address, the model, or the shape of the request.</summary>
    public const string Rejected = "provider_rejected";

    /// <summary>The account behind the key has nothing left.</summary>
    public const string Quota = "provider_quota";

    /// <summary>It refuses this text, whatever it is sent with.</summary>
    public const string TextRefused = "text_refused";

    /// <summary>It answers vectors of another length than configured.</summary>
    public const string DimensionsDiffer = "provider_dimensions_differ";

    /// <summary>No program for its type.</summary>
    public const string TypeUnsupported = "provider_type_unsupported";

    /// <summary>Anything else that it fails with.</summary>
    public const string Failed = "provider_failed";
}
