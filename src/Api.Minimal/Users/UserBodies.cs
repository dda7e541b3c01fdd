using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Users;

/// <summary>A user to be made known before their first call.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UserBody
{
    /// <summary>As ScaiKey knows the user: the <c>sub</c> of their tokens.</summary>
    [Required(ErrorMessage = "id is required: the user's id in ScaiKey (usr_…).")]
    [RegularExpression("usr_[A-Za-z0-9_-]{1,96}", ErrorMessage = "id is the user's id in ScaiKey: usr_ and letters, digits, - or _.")]
    public string? Id { get; init; }

    /// <summary>Where to write to.</summary>
    [RegularExpression(UserPatch.EmailForm, ErrorMessage = "email is an address such as anna@example.org.")]
    public string? Email { get; init; }

    /// <summary>For people; left out: the email, else the id.</summary>
    [RegularExpression(UserPatch.NameForm, ErrorMessage = "display_name has 1 to 200 characters.")]
    public string? DisplayName { get; init; }
}

/// <summary>What is to become of a user. What is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UserPatch
{
    internal const string EmailForm = @"[^\x00-\x20@]{1,200}@[^\x00-\x20@]{1,119}";
    internal const string NameForm = @"(?=.*\S)[^\x00-\x1f]{1,200}";

    private string? adminRole;

    /// <summary>For people. Tokens no longer change it then.</summary>
    [RegularExpression(NameForm, ErrorMessage = "display_name has 1 to 200 characters.")]
    public string? DisplayName { get; init; }

    /// <summary>Where to write to, until a token or ScaiKey says otherwise.</summary>
    [RegularExpression(EmailForm, ErrorMessage = "email is an address such as anna@example.org.")]
    public string? Email { get; init; }

    /// <summary><c>active</c> and <c>pending</c> let the user in; <c>suspended</c> and <c>inactive</c> keep them out from the next call on.</summary>
    [RegularExpression("active|pending|suspended|inactive", ErrorMessage = "status is one of active, pending, suspended, inactive.")]
    public string? Status { get; init; }

    /// <summary>A role that gives every right on the tenant's files: <c>tenant_admin</c> or <c>super_admin</c>; null takes it away.</summary>
    [RegularExpression("tenant_admin|super_admin", ErrorMessage = "admin_role is tenant_admin, super_admin or null.")]
    public string? AdminRole
    {
        get => adminRole;
        init => (adminRole, SetsAdminRole) = (value, true);
    }

    [JsonIgnore]
    internal bool SetsAdminRole { get; private init; }

    internal UserChange ToChange() => new()
    {
        DisplayName = DisplayName?.Trim(),
        Email = Email,
        Status = Status,
        SetsAdminRole = SetsAdminRole,
        AdminRole = AdminRole,
    };
}
