using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>What the caller may do. What is not there, or not for them, is allowed nothing: whether it exists is not told.</summary>
internal static class CheckEndpoints
{
    internal const int MaxChecks = 100;

    extension(IEndpointRouteBuilder permissions)
    {
        internal void MapChecks()
        {
            permissions.MapGet("/check", CheckAsync).RequireScope(Scope.FilesRead).WithName("CheckPermission").WithSummary("Whether the caller may do something with a share, folder or file");
            permissions.MapPost("/check", CheckPostAsync).RequireScope(Scope.FilesRead).WithName("CheckPermissionPost").WithSummary("The same, asked with a body");
            permissions.MapPost("/check/batch", CheckManyAsync).RequireScope(Scope.FilesRead).WithName("CheckPermissions").WithSummary("Up to 100 checks at once");
            permissions.MapGet("/effective", EffectiveAsync).RequireScope(Scope.FilesRead).WithName("GetEffectivePermissions")
                .WithSummary("All that the caller may do with a share, folder or file")
                .WithDescription("Roles, lists of permissions and the permissions of the source together. Whoever may not read may do nothing else either.");
        }
    }

    internal static async Task<Ok<PermissionAnswer>> CheckAsync(
        [FromQuery(Name = "resource_type"), Required, RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string? resourceType,
        [FromQuery(Name = "resource_id"), Required, RegularExpression(ResourceNames.Id)] string? resourceId,
        [Required, RegularExpression(ResourceNames.Rights, ErrorMessage = ResourceNames.RightsError)] string? permission,
        Caller caller, AccessControl access, CancellationToken cancellationToken)
    {
        var rights = await access.RightsOfAsync(caller, ResourceNames.Of(resourceType!, resourceId!), cancellationToken);
        return TypedResults.Ok(new PermissionAnswer { Allowed = rights.HasFlag(RightNames.Parse(permission)) });
    }

    internal static Task<Ok<PermissionAnswer>> CheckPostAsync([FromBody] PermissionCheckBody body, Caller caller, AccessControl access, CancellationToken cancellationToken) =>
        CheckAsync(body.ResourceType, body.ResourceId, body.Permission, caller, access, cancellationToken);

    internal static async Task<Results<Ok<PermissionsAnswer>, ErrorResult>> CheckManyAsync(
        [FromBody] PermissionChecksBody body, Caller caller, AccessControl access, CancellationToken cancellationToken)
    {
        var faults = body.Checks!.SelectMany((check, number) => Faults(check, number)).ToList();
        if (faults.Count > 0)
            return (ErrorResult)ApiError.Invalid(faults);
        var rights = await access.RightsOfAsync(caller, [.. body.Checks!.Select(check => ResourceNames.Of(check.ResourceType!, check.ResourceId!))], cancellationToken);
        return TypedResults.Ok(new PermissionsAnswer
        {
            Results = [.. body.Checks!.Select((check, number) => new PermissionCheckResult(
                check.ResourceType!, check.ResourceId!, check.Permission!, rights[number].HasFlag(RightNames.Parse(check.Permission))))],
        });
    }

    internal static async Task<Ok<EffectiveAnswer>> EffectiveAsync(
        [FromQuery(Name = "resource_type"), Required, RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string? resourceType,
        [FromQuery(Name = "resource_id"), Required, RegularExpression(ResourceNames.Id)] string? resourceId,
        Caller caller, AccessControl access, CancellationToken cancellationToken) =>
        TypedResults.Ok(EffectiveAnswer.From(await access.RightsOfAsync(caller, ResourceNames.Of(resourceType!, resourceId!), cancellationToken)));

    // Attributes of elements of a list are not looked at by themselves.
    private static IEnumerable<FieldFault> Faults(PermissionCheckBody check, int number)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(check, new ValidationContext(check), results, validateAllProperties: true);
        return results.Select(result => new FieldFault(
            ["body", "checks", number.ToString(System.Globalization.CultureInfo.InvariantCulture)], result.ErrorMessage!, "value_error"));
    }
}

/// <summary>One check.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PermissionCheckBody
{
    /// <summary><c>file</c>, <c>folder</c> or <c>share</c>.</summary>
    [Required(ErrorMessage = "resource_type is required."), RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)]
    public string? ResourceType { get; init; }

    /// <summary>Which one.</summary>
    [Required(ErrorMessage = "resource_id is required."), RegularExpression(ResourceNames.Id, ErrorMessage = "resource_id names a resource.")]
    public string? ResourceId { get; init; }

    /// <summary>Such as <c>READ</c>.</summary>
    [Required(ErrorMessage = "permission is required."), RegularExpression(ResourceNames.Rights, ErrorMessage = ResourceNames.RightsError)]
    public string? Permission { get; init; }
}

/// <summary>Several checks.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PermissionChecksBody
{
    /// <summary>At most 100.</summary>
    [Required(ErrorMessage = "checks is required."), MaxLength(CheckEndpoints.MaxChecks, ErrorMessage = "checks holds at most 100.")]
    public IReadOnlyList<PermissionCheckBody>? Checks { get; init; }
}

/// <summary>Whether it is allowed.</summary>
internal sealed record PermissionAnswer : Answer
{
    public required bool Allowed { get; init; }
}

/// <summary>The checks with their results, in their order.</summary>
internal sealed record PermissionsAnswer : Answer
{
    public required IReadOnlyList<PermissionCheckResult> Results { get; init; }
}

/// <summary>One check and its result.</summary>
/// <param name="ResourceType">As asked.</param>
/// <param name="ResourceId">As asked.</param>
/// <param name="Permission">As asked.</param>
/// <param name="Allowed">Whether it is allowed.</param>
internal sealed record PermissionCheckResult(string ResourceType, string ResourceId, string Permission, bool Allowed);

/// <summary>All that the caller may do with something.</summary>
internal sealed record EffectiveAnswer : Answer
{
    public required bool CanRead { get; init; }

    public required bool CanWrite { get; init; }

    public required bool CanDelete { get; init; }

    public required bool CanCreate { get; init; }

    public required bool CanShare { get; init; }

    public required bool CanManagePermissions { get; init; }

    internal static EffectiveAnswer From(Rights rights) => new()
    {
        CanRead = rights.HasFlag(Rights.Read),
        CanWrite = rights.HasFlag(Rights.Write),
        CanDelete = rights.HasFlag(Rights.Delete),
        CanCreate = rights.HasFlag(Rights.Create),
        CanShare = rights.HasFlag(Rights.Share),
        CanManagePermissions = rights.HasFlag(Rights.ManagePermissions),
    };
}
