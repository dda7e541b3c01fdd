using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Tenants;

/// <summary>A page of the tenants of a partner.</summary>
internal sealed record TenantsAnswer : Answer
{
    /// <summary>In the order of their ids.</summary>
    public required IReadOnlyList<TenantAnswer> Tenants { get; init; }

    /// <summary>How many there are in all.</summary>
    public required long Total { get; init; }
}

/// <summary>A tenant and its settings.</summary>
internal sealed record TenantAnswer : Answer
{
    public required string Id { get; init; }

    public required string? PartnerId { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    /// <summary><c>active</c> or <c>suspended</c>.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required TenantSettings Settings { get; init; }

    internal static TenantAnswer From(TenantCard tenant) => new()
    {
        Id = tenant.Id,
        PartnerId = tenant.PartnerId,
        Name = tenant.Name,
        DisplayName = tenant.DisplayName,
        Status = tenant.Status,
        CreatedAt = tenant.CreatedAt,
        Settings = tenant.Settings,
    };
}

/// <summary>What a client needs to know before anybody signs in.</summary>
internal sealed record ConfigAnswer : Answer
{
    public required string Version { get; init; }

    public required FeatureFlags Features { get; init; }

    public required UploadLimits Limits { get; init; }
}

/// <summary>What this server can do.</summary>
/// <param name="SemanticSearch">Search by meaning.</param>
/// <param name="ExternalSharing">Links for people outside.</param>
/// <param name="SmbConnector">Connectors to SMB shares.</param>
/// <param name="SharepointConnector">Connectors to SharePoint Online.</param>
internal sealed record FeatureFlags(bool SemanticSearch, bool ExternalSharing, bool SmbConnector, bool SharepointConnector);

/// <summary>What a tenant is held to unless it decides otherwise.</summary>
/// <param name="MaxFileSizeBytes">Largest file.</param>
/// <param name="MaxUploadChunkSizeBytes">Largest part of an upload in parts.</param>
internal sealed record UploadLimits(long MaxFileSizeBytes, long MaxUploadChunkSizeBytes);
