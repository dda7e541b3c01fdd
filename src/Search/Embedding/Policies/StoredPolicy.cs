using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>A policy as an admin sees it.</summary>
/// <param name="Rule">What it says about which files.</param>
/// <param name="Name">What the admin calls it; no other policy of the tenant has it.</param>
/// <param name="IsDefault">Whether it is the one that matches everything and stands last.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
public sealed record StoredPolicy(PolicyRow Rule, string Name, bool IsDefault, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What to change of a policy; a member that is null stays as it is.</summary>
/// <param name="Rule">What it says from now on; its id is left aside.</param>
/// <param name="Name">Its name.</param>
/// <param name="Position">Where it stands among the others, from 1.</param>
public sealed record PolicyWish(PolicyRow? Rule, string? Name, int? Position);
