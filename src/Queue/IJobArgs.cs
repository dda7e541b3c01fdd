namespace ScaiDrive.Queue;

/// <summary>What a job is to do: a record stored as JSON with snake_case names.</summary>
/// <remarks>Rows outlive deployments: add members with defaults, never rename or retype one.</remarks>
public interface IJobArgs
{
    /// <summary>Stable name of this sort of job, such as <c>extract-text</c>. Workers take only kinds they have a handler for.</summary>
    static abstract string Kind { get; }
}
