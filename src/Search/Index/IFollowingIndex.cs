namespace ScaiDrive.Search.Index;

/// <summary>An index that is kept in step with the log of each tenant.</summary>
public interface IFollowingIndex
{
    /// <summary>Tenants that have anything indexed.</summary>
    Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken);

    /// <summary>Applies everything the log of a tenant holds by now; builds the index first when it cannot follow.</summary>
    Task CatchUpAsync(string tenantId, CancellationToken cancellationToken);
}
