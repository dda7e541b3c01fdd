using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Shares;

/// <summary>A page of those who have a role in a share.</summary>
internal sealed record MembersAnswer : Answer
{
    /// <summary>The owner first, then in the order in which they came.</summary>
    public required IReadOnlyList<ShareMemberItem> Members { get; init; }

    public required long Total { get; init; }
}

/// <summary>Somebody with a role in a share.</summary>
/// <param name="PrincipalType"><c>user</c> or <c>group</c>.</param>
/// <param name="PrincipalId">Which one.</param>
/// <param name="Name">For people; null when they are gone.</param>
/// <param name="Email">Of a user, when known.</param>
/// <param name="Role"><c>owner</c>, <c>admin</c>, <c>contributor</c> or <c>reader</c>.</param>
/// <param name="ExpiresAt">From then on it counts nothing; null: never.</param>
/// <param name="AddedBy">Who gave them the role; null for the owner.</param>
/// <param name="AddedAt">Since when.</param>
internal sealed record ShareMemberItem(
    string PrincipalType, string PrincipalId, string? Name, string? Email, string Role, DateTimeOffset? ExpiresAt, string? AddedBy, DateTimeOffset AddedAt)
{
    internal static ShareMemberItem From(ShareMember member) => new(
        member.Principal.TypeText, member.Principal.Id!, member.Name, member.Email, member.Role, member.ExpiresAt, member.AddedBy, member.AddedAt);
}

/// <summary>One member by itself.</summary>
internal sealed record ShareMemberAnswer : Answer
{
    public required string PrincipalType { get; init; }

    public required string PrincipalId { get; init; }

    public required string? Name { get; init; }

    public required string? Email { get; init; }

    public required string Role { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required string? AddedBy { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    internal static ShareMemberAnswer From(ShareMember member) => new()
    {
        PrincipalType = member.Principal.TypeText,
        PrincipalId = member.Principal.Id!,
        Name = member.Name,
        Email = member.Email,
        Role = member.Role,
        ExpiresAt = member.ExpiresAt,
        AddedBy = member.AddedBy,
        AddedAt = member.AddedAt,
    };
}

/// <summary>Whom one could give something to.</summary>
internal sealed record PrincipalsAnswer : Answer
{
    /// <summary>Who may sign in, by name.</summary>
    public required IReadOnlyList<PrincipalUserItem> Users { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<PrincipalGroupItem> Groups { get; init; }
}

/// <summary>A user.</summary>
/// <param name="Id"><c>usr_…</c>.</param>
/// <param name="Email">When known.</param>
/// <param name="DisplayName">For people.</param>
internal sealed record PrincipalUserItem(string Id, string? Email, string DisplayName);

/// <summary>A group.</summary>
/// <param name="Id"><c>grp_…</c>.</param>
/// <param name="Name">For people.</param>
internal sealed record PrincipalGroupItem(string Id, string Name);
