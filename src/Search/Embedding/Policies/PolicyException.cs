namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Why a change of policies is refused.</summary>
public enum PolicyRefusal
{
    /// <summary>There is no such policy.</summary>
    Unknown,

    /// <summary>Another policy has that name.</summary>
    NameTaken,

    /// <summary>The default policy must stay as it is in this respect, or there are too many.</summary>
    NotAllowed,

    /// <summary>A value cannot work.</summary>
    Invalid,
}

/// <summary>A change of policies that is refused. Nothing was changed.</summary>
public sealed class PolicyException : Exception
{
    /// <summary>Says what is wrong with which field.</summary>
    public PolicyException(PolicyRefusal refusal, string field, string message)
        : base(message) => (Refusal, Field) = (refusal, field);

    /// <summary>Why.</summary>
    public PolicyRefusal Refusal { get; }

    /// <summary>The field as the API calls it.</summary>
    public string Field { get; }
}
