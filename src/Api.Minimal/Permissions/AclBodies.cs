using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>What a list is to say of somebody.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AclEntryBody
{
    internal const string PrincipalTypes = "user|group|everyone";
    internal const string PrincipalTypesError = "principal_type must be one of " + PrincipalTypes + ".";
    internal const string AceTypes = "allow|deny";
    internal const string AceTypesError = "ace_type must be one of " + AceTypes + ".";

    /// <summary><c>user</c>, <c>group</c> or <c>everyone</c>.</summary>
    [Required(ErrorMessage = "principal_type is required."), RegularExpression(PrincipalTypes, ErrorMessage = PrincipalTypesError)]
    public string? PrincipalType { get; init; }

    /// <summary>Of the user or group; <c>everyone</c> or nothing for everyone.</summary>
    [RegularExpression(ResourceNames.Id, ErrorMessage = "principal_id names a user or group.")]
    public string? PrincipalId { get; init; }

    /// <summary>Such as <c>["READ", "WRITE"]</c>.</summary>
    [Required(ErrorMessage = "permissions is required."), MinLength(1, ErrorMessage = "permissions names at least one right."), MaxLength(50)]
    public IReadOnlyList<string>? Permissions { get; init; }

    /// <summary><c>allow</c> or <c>deny</c>.</summary>
    [Required(ErrorMessage = "ace_type is required."), RegularExpression(AceTypes, ErrorMessage = AceTypesError)]
    public string? AceType { get; init; }

    /// <summary>Whether it counts for what is below, too. Default true.</summary>
    public bool InheritToChildren { get; init; } = true;

    internal FieldFault? RightsFault() => Permissions!.FirstOrDefault(name => RightNames.Parse(name) == Rights.None) is { } unknown
        ? new(["body", "permissions"], $"There is no right {unknown}: permissions are of {string.Join(", ", RightNames.All)}.", "value_error")
        : null;

    internal AclRule ToRule(Principal principal) =>
        new(principal, AceType == "allow", Permissions!.Aggregate(Rights.None, (rights, name) => rights | RightNames.Parse(name)), InheritToChildren);
}

/// <summary>Which entry is to go.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AclRemovalBody
{
    /// <summary><c>user</c>, <c>group</c> or <c>everyone</c>.</summary>
    [Required(ErrorMessage = "principal_type is required."), RegularExpression(AclEntryBody.PrincipalTypes, ErrorMessage = AclEntryBody.PrincipalTypesError)]
    public string? PrincipalType { get; init; }

    /// <summary>Of the user or group; <c>everyone</c> or nothing for everyone.</summary>
    [RegularExpression(ResourceNames.Id, ErrorMessage = "principal_id names a user or group.")]
    public string? PrincipalId { get; init; }

    /// <summary><c>allow</c> or <c>deny</c>.</summary>
    [Required(ErrorMessage = "ace_type is required."), RegularExpression(AclEntryBody.AceTypes, ErrorMessage = AclEntryBody.AceTypesError)]
    public string? AceType { get; init; }
}

/// <summary>Whether the lists above count.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record InheritanceBody
{
    /// <summary>Whether they count.</summary>
    [Required(ErrorMessage = "inherit_from_parent is required.")]
    public bool? InheritFromParent { get; init; }

    /// <summary>When they no longer count: whether what counted becomes the list's own first. Default false.</summary>
    public bool CopyInherited { get; init; }
}

/// <summary>To whom something is to belong.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TransferBody
{
    /// <summary>A user or group of the tenant.</summary>
    [Required(ErrorMessage = "new_owner_id is required."), RegularExpression(ResourceNames.Id, ErrorMessage = "new_owner_id names a user or group.")]
    public string? NewOwnerId { get; init; }
}
