namespace ScaiDrive.Search.Query;

/// <summary>An index that follows the log of changes, and so may be behind it.</summary>
public interface IFollowsLog
{
    /// <summary>How many changes of a tenant it has not taken over yet; null while it is being built.</summary>
    Task<long?> BehindAsync(string tenantId, CancellationToken cancellationToken);
}
