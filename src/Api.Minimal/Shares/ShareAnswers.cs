using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Shares;

/// <summary>A page of the shares.</summary>
internal sealed record SharesAnswer : Answer
{
    public required IReadOnlyList<ShareAnswer> Shares { get; init; }

    /// <summary>All that the caller can see.</summary>
    public required long Total { get; init; }
}

/// <summary>What is told of a share, in a list and by itself.</summary>
internal sealed record ShareAnswer : Answer
{
    public required string Id { get; init; }

    public required string TenantId { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required string ShareType { get; init; }

    public required string OwnerId { get; init; }

    public required bool IsPublic { get; init; }

    public required bool IsDeleted { get; init; }

    public required long? QuotaBytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    internal static ShareAnswer From(Share share) => new()
    {
        Id = share.Id,
        TenantId = share.TenantId,
        Name = share.Name,
        Description = share.Description,
        ShareType = share.ShareType,
        OwnerId = share.OwnerId,
        IsPublic = share.IsPublic,
        IsDeleted = share.IsDeleted,
        QuotaBytes = share.QuotaBytes,
        CreatedAt = share.CreatedAt,
        ModifiedAt = share.ModifiedAt,
    };
}

/// <summary>A page of the caller's shares.</summary>
internal sealed record MySharesAnswer : Answer
{
    public required IReadOnlyList<MyShareItem> Shares { get; init; }

    public required long Total { get; init; }
}

/// <summary>A share and what the caller is in it.</summary>
/// <param name="Id"><c>shr_…</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Type"><c>central</c>, <c>personal</c> or <c>project</c>.</param>
/// <param name="Role"><c>owner</c>, <c>admin</c>, <c>contributor</c> or <c>reader</c>; the strongest they have.</param>
/// <param name="OwnerId">A user or a group.</param>
/// <param name="QuotaBytes">Its own limit; null inherits the tenant's.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record MyShareItem(string Id, string Name, string Type, string Role, string OwnerId, long? QuotaBytes, DateTimeOffset CreatedAt)
{
    internal static MyShareItem From(ShareInRole one) => new(
        one.Share.Id, one.Share.Name, one.Share.ShareType, one.Role!, one.Share.OwnerId, one.Share.QuotaBytes, one.Share.CreatedAt);
}
