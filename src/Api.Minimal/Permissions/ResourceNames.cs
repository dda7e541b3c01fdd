using System.Diagnostics.CodeAnalysis;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>Resources, rights and principals as requests name them.</summary>
internal static class ResourceNames
{
    internal const string Types = "file|folder|share";
    internal const string TypesError = "resource_type must be one of " + Types + ".";
    internal const string Rights = "(?i:READ|WRITE|DELETE|CREATE|SHARE|MANAGE_PERMISSIONS)";
    internal const string RightsError = "permission must be one of READ, WRITE, DELETE, CREATE, SHARE, MANAGE_PERMISSIONS.";
    internal const string Id = @"[^\x00]{1,200}";

    /// <summary>The resource of a type that was checked.</summary>
    internal static Resource Of(string type, string id) => new(
        type switch
        {
            "share" => ResourceType.Share,
            "folder" => ResourceType.Folder,
            _ => ResourceType.File,
        },
        id);

    /// <summary>The principal of a type that was checked; everyone has the id <c>everyone</c>, or none.</summary>
    internal static bool TryPrincipal(string type, string? id, [NotNullWhen(true)] out Principal? principal, [NotNullWhen(false)] out ApiError? error)
    {
        principal = type == "everyone" ? Principal.Everyone : id is null ? null : Principal.Of(type, id);
        error = principal is null
            ? ApiError.Invalid(new FieldFault(["body", "principal_id"], "principal_id is required for a user or group.", "missing"))
            : type == "everyone" && id is not (null or "everyone")
                ? ApiError.Invalid(new FieldFault(["body", "principal_id"], "principal_id of everyone is everyone.", "value_error"))
                : null;
        return error is null;
    }
}
