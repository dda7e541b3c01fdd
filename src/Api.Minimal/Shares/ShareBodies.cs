using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Permissions;

namespace ScaiDrive.Api.Minimal.Shares;

/// <summary>A share to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ShareBody
{
    internal const string NamePattern = @"[^\x00]{1,255}";
    internal const string TextPattern = @"[^\x00]{0,2000}";

    /// <summary>Of central shares no two have the same.</summary>
    [Required(ErrorMessage = "name is required."), RegularExpression(NamePattern, ErrorMessage = "name has 1 to 255 characters.")]
    public string? Name { get; init; }

    /// <summary><c>central</c>, <c>personal</c> or <c>project</c>.</summary>
    [Required(ErrorMessage = "share_type is required."), RegularExpression("central|personal|project", ErrorMessage = "share_type must be one of central|personal|project.")]
    public string? ShareType { get; init; }

    /// <summary>A user (<c>usr_…</c>) or group (<c>grp_…</c>).</summary>
    [Required(ErrorMessage = "owner_id is required."), RegularExpression(ResourceNames.Id, ErrorMessage = "owner_id names a user or group.")]
    public string? OwnerId { get; init; }

    /// <summary>For people.</summary>
    [RegularExpression(TextPattern, ErrorMessage = "description has at most 2000 characters.")]
    public string? Description { get; init; }

    /// <summary>Left out: the tenant's.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "quota_bytes is not negative.")]
    public long? QuotaBytes { get; init; }
}

/// <summary>What is to change of a share; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SharePatch
{
    /// <summary>Of central shares no two have the same.</summary>
    [RegularExpression(ShareBody.NamePattern, ErrorMessage = "name has 1 to 255 characters.")]
    public string? Name { get; init; }

    /// <summary>For people.</summary>
    [RegularExpression(ShareBody.TextPattern, ErrorMessage = "description has at most 2000 characters.")]
    public string? Description { get; init; }
}

/// <summary>Who is to have a role.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ShareMemberBody
{
    internal const string Roles = "admin|contributor|reader";
    internal const string RolesError = "role must be one of " + Roles + "; transfer the share to make somebody its owner.";

    /// <summary><c>user</c> or <c>group</c>.</summary>
    [Required(ErrorMessage = "principal_type is required."), RegularExpression("user|group", ErrorMessage = "principal_type must be one of user|group.")]
    public string? PrincipalType { get; init; }

    /// <summary>Which one.</summary>
    [Required(ErrorMessage = "principal_id is required."), RegularExpression(ResourceNames.Id, ErrorMessage = "principal_id names a user or group.")]
    public string? PrincipalId { get; init; }

    /// <summary><c>admin</c>, <c>contributor</c> or <c>reader</c>.</summary>
    [Required(ErrorMessage = "role is required."), RegularExpression(Roles, ErrorMessage = RolesError)]
    public string? Role { get; init; }

    /// <summary>From then on the role counts nothing.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What is to change of a member; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ShareMemberPatch
{
    /// <summary><c>admin</c>, <c>contributor</c> or <c>reader</c>.</summary>
    [RegularExpression(ShareMemberBody.Roles, ErrorMessage = ShareMemberBody.RolesError)]
    public string? Role { get; init; }

    /// <summary>A time; null: never.</summary>
    public JsonElement ExpiresAt { get; init; }

    internal bool HasExpiry => ExpiresAt.ValueKind != JsonValueKind.Undefined;

    internal bool TryReadExpiry(out DateTimeOffset? expires, [NotNullWhen(false)] out FieldFault? fault)
    {
        (expires, fault) = (null, null);
        if (ExpiresAt.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return true;
        if (ExpiresAt.ValueKind == JsonValueKind.String && ExpiresAt.TryGetDateTimeOffset(out var time))
            expires = time;
        else
            fault = new(["body", "expires_at"], "expires_at is a time (RFC 3339) or null.", "type_error");
        return fault is null;
    }
}
