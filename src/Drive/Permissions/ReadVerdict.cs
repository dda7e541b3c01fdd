namespace ScaiDrive.Drive;

/// <summary>What decided about reading.</summary>
public enum ReadRule
{
    /// <summary>It may be read.</summary>
    Admitted,

    /// <summary>ScaiDrive's own rights do not allow it.</summary>
    Drive,

    /// <summary>The permissions of the share at the source do not allow it.</summary>
    SourceShare,

    /// <summary>The permissions of the file at the source do not allow it.</summary>
    SourceFile,
}

/// <summary>Why somebody may or may not read a file.</summary>
/// <param name="Rule">What decided.</param>
/// <param name="SourceId">The source whose permissions decided; null when it was none.</param>
/// <param name="Entry">The entry of the source that decided; null when there is none.</param>
/// <param name="IsUnmapped">The entry keeps out somebody whom nobody is mapped to, and so everybody.</param>
public sealed record ReadVerdict(ReadRule Rule, string? SourceId, SourceAclEntry? Entry, bool IsUnmapped = false)
{
    /// <summary>Whose list of ScaiDrive denies it; null: no role and no list allows it.</summary>
    public Resource? Denied { get; init; }
}
