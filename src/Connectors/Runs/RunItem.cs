namespace ScaiDrive.Connectors.Runs;

/// <summary>What became of one item in a pass.</summary>
/// <param name="Number">Rises within the run.</param>
/// <param name="Path">From the root of the source; bytes that are not UTF-8 as <c>\xNN</c>.</param>
/// <param name="Action">One of <see cref="ItemActions"/>.</param>
/// <param name="FromPath">Where it was before, when it was moved; otherwise null.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>, when there is a problem; otherwise null.</param>
/// <param name="Detail">What was said about it; may be empty.</param>
/// <param name="IsError">It should have been mirrored and could not be.</param>
/// <param name="At">When.</param>
public sealed record RunItem(long Number, string Path, string Action, string? FromPath, string? Code, string Detail, bool IsError, DateTimeOffset At)
{
    /// <summary>What to do about it; empty when nothing is.</summary>
    public string Hint => Code is null ? "" : ProblemCodes.HintFor(Code);
}

/// <summary>What can become of an item.</summary>
public static class ItemActions
{
    /// <summary>It is new in the share.</summary>
    public const string Added = "added";

    /// <summary>It has a new version in the share, or was put back there.</summary>
    public const string Updated = "updated";

    /// <summary>It has another place in the share.</summary>
    public const string Moved = "moved";

    /// <summary>It went to the trash of the share.</summary>
    public const string Deleted = "deleted";

    /// <summary>It is new at the source.</summary>
    public const string SentAdded = "sent_added";

    /// <summary>It got the content of the share at the source.</summary>
    public const string SentUpdated = "sent_updated";

    /// <summary>It has another place at the source.</summary>
    public const string SentMoved = "sent_moved";

    /// <summary>It was deleted at the source.</summary>
    public const string SentDeleted = "sent_deleted";

    /// <summary>It is left out, by its nature or for this pass.</summary>
    public const string Skipped = "skipped";

    /// <summary>It should have been mirrored and could not be.</summary>
    public const string Error = "error";

    /// <summary>Both sides had changed it.</summary>
    public const string Conflict = "conflict";
}
