using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>A list of permissions.</summary>
internal sealed record AclAnswer : Answer
{
    public required string ResourceType { get; init; }

    public required string ResourceId { get; init; }

    /// <summary>Whether the lists above count, where this one says nothing; false of a share.</summary>
    public required bool InheritFromParent { get; init; }

    /// <summary>Denials first.</summary>
    public required IReadOnlyList<AclEntryItem> Entries { get; init; }

    internal static AclAnswer From(Resource resource, AclList list) => new()
    {
        ResourceType = resource.TypeText,
        ResourceId = resource.Id,
        InheritFromParent = list.InheritsFromParent,
        Entries = [.. list.Entries.Select(AclEntryItem.From)],
    };
}

/// <summary>An entry of a list.</summary>
/// <param name="Id"><c>ace_…</c>.</param>
/// <param name="PrincipalType"><c>user</c>, <c>group</c> or <c>everyone</c>.</param>
/// <param name="PrincipalId"><c>everyone</c> for everyone.</param>
/// <param name="Permissions">Names of rights.</param>
/// <param name="AceType"><c>allow</c> or <c>deny</c>.</param>
/// <param name="InheritToChildren">Counts for what is below, too.</param>
/// <param name="CreatedBy">Who said it first.</param>
/// <param name="CreatedAt">When.</param>
internal sealed record AclEntryItem(
    string Id, string PrincipalType, string PrincipalId, IReadOnlyList<string> Permissions, string AceType, bool InheritToChildren, string CreatedBy, DateTimeOffset CreatedAt)
{
    internal static AclEntryItem From(AclEntry entry) => new(
        entry.Id, entry.Rule.Principal.TypeText, entry.Rule.Principal.Id ?? "everyone", RightNames.Of(entry.Rule.Permissions),
        entry.Rule.Allows ? "allow" : "deny", entry.Rule.InheritToChildren, entry.CreatedBy, entry.CreatedAt);
}

/// <summary>An entry by itself.</summary>
internal sealed record AclEntryAnswer : Answer
{
    public required string Id { get; init; }

    public required string PrincipalType { get; init; }

    public required string PrincipalId { get; init; }

    public required IReadOnlyList<string> Permissions { get; init; }

    public required string AceType { get; init; }

    public required bool InheritToChildren { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal static AclEntryAnswer From(AclEntryItem entry) => new()
    {
        Id = entry.Id,
        PrincipalType = entry.PrincipalType,
        PrincipalId = entry.PrincipalId,
        Permissions = entry.Permissions,
        AceType = entry.AceType,
        InheritToChildren = entry.InheritToChildren,
        CreatedBy = entry.CreatedBy,
        CreatedAt = entry.CreatedAt,
    };
}

/// <summary>Whether the lists above count.</summary>
internal sealed record InheritanceAnswer : Answer
{
    public required string ResourceType { get; init; }

    public required string ResourceId { get; init; }

    public required bool InheritFromParent { get; init; }
}

/// <summary>To whom something belongs now.</summary>
internal sealed record OwnershipAnswer : Answer
{
    public required string ResourceType { get; init; }

    public required string ResourceId { get; init; }

    public required string OwnerId { get; init; }
}
