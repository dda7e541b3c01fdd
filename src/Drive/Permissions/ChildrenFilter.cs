namespace ScaiDrive.Drive;

/// <summary>Which entries of a share or folder may be seen.</summary>
/// <param name="Others">Those for which the opposite of <paramref name="Plain"/> holds.</param>
/// <param name="Plain">Whether an entry may be seen that is not among <paramref name="Others"/>.</param>
/// <param name="SourceAcls">The lists of sources of which a file must have one, or none; null: any.</param>
public sealed record ChildrenFilter(bool Plain, IReadOnlyList<string> Others, IReadOnlySet<long>? SourceAcls);
