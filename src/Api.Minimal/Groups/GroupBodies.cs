using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Groups;

/// <summary>A group to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record GroupBody
{
    /// <summary>Shown to people; no two of a tenant differ only in case.</summary>
    [Required(ErrorMessage = "name is required.")]
    [RegularExpression(@"[^\x00]{1,200}", ErrorMessage = "name has 1 to 200 characters.")]
    public string? Name { get; init; }
}

/// <summary>Who is put into a group.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record MemberBody
{
    internal const string Types = "user|group";

    /// <summary><c>user</c> or <c>group</c>, whose members belong to the group as well.</summary>
    [Required(ErrorMessage = "type is required: " + Types + ".")]
    [RegularExpression(Types, ErrorMessage = "type must be one of " + Types + ".")]
    public string? Type { get; init; }

    /// <summary>Of the user (<c>usr_…</c>) or group (<c>grp_…</c>).</summary>
    [Required(ErrorMessage = "id is required.")]
    [RegularExpression(@"[^\x00]{1,200}", ErrorMessage = "id is that of a user or group.")]
    public string? Id { get; init; }

    internal Principal ToPrincipal() => Principal.Of(Type!, Id);
}
