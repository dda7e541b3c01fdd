namespace ScaiDrive.Drive;

/// <summary>What a list says of somebody.</summary>
/// <param name="Principal">A user, a group or everyone.</param>
/// <param name="Allows">Or denies.</param>
/// <param name="Permissions">Which rights; at least one.</param>
/// <param name="InheritToChildren">Counts for what is below, too.</param>
public sealed record AclRule(Principal Principal, bool Allows, Rights Permissions, bool InheritToChildren = true);

/// <summary>An entry of a list.</summary>
/// <param name="Id"><c>ace_…</c>.</param>
/// <param name="Rule">What it says.</param>
/// <param name="CreatedBy">Who said it first.</param>
/// <param name="CreatedAt">When.</param>
public sealed record AclEntry(string Id, AclRule Rule, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>The list of a share, folder or file.</summary>
/// <param name="InheritsFromParent">What is said above counts here, too, where this says nothing.</param>
/// <param name="Entries">Denials first, then in the order in which they were made.</param>
public sealed record AclList(bool InheritsFromParent, IReadOnlyList<AclEntry> Entries);
