namespace ScaiDrive.Connectors.Runs;

/// <summary>One thing that a pass would do, found out by a dry run.</summary>
/// <param name="Number">Rises within the run.</param>
/// <param name="Action"><c>add</c>, <c>update</c>, <c>move</c>, <c>delete</c>, <c>conflict</c>, <c>problem</c> or <c>brake</c>.</param>
/// <param name="Side">Where it would be done: <c>share</c> or <c>source</c>.</param>
/// <param name="Path">From the root of the source.</param>
/// <param name="FromPath">Where it is now, when it would be moved; otherwise null.</param>
/// <param name="Bytes">Content that would be carried over.</param>
/// <param name="Detail">More in words; may be empty.</param>
public sealed record PlanItem(long Number, string Action, string Side, string Path, string? FromPath, long Bytes, string Detail)
{
    /// <summary>Something is done in the share.</summary>
    public const string Share = "share";

    /// <summary>Something is done at the source.</summary>
    public const string Source = "source";
}
