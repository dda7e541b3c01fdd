using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>What a visitor may see of the fleet; who may see the same is shown the same.</summary>
/// <param name="TenantId">Whose files and jobs.</param>
/// <param name="ShowsPaths">Whether jobs are shown with the paths of their files: only to whom every file is open.</param>
internal readonly record struct FleetView(string TenantId, bool ShowsPaths)
{
    internal static FleetView Of(Caller caller) => new(caller.TenantId, caller.HasAllRights);
}

/// <summary>Who looks at the page, where people sign in.</summary>
/// <param name="Name">As their identity provider calls them.</param>
/// <param name="TenantId">Where they belong.</param>
public sealed record Visitor(string Name, string TenantId);
