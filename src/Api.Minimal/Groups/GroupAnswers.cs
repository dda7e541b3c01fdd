using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Groups;

/// <summary>A page of the groups.</summary>
internal sealed record GroupsAnswer : Answer
{
    /// <summary>In the order of their ids.</summary>
    public required IReadOnlyList<GroupItem> Groups { get; init; }

    /// <summary>For <c>after</c> of the next page; null on the last.</summary>
    public required string? NextAfter { get; init; }
}

/// <summary>A group in a list.</summary>
/// <param name="Id">Names it in a table of identities.</param>
/// <param name="Name">Shown to people.</param>
internal sealed record GroupItem(string Id, string Name)
{
    internal static GroupItem From(Group group) => new(group.Id, group.Name);
}

/// <summary>A group with its direct members.</summary>
internal sealed record GroupAnswer : Answer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Groups first.</summary>
    public required IReadOnlyList<MemberItem> Members { get; init; }

    internal static GroupAnswer From(Group group, IReadOnlyList<Principal> members) => new()
    {
        Id = group.Id,
        Name = group.Name,
        Members = [.. members.Select(member => new MemberItem(member.TypeText, member.Id!))],
    };
}

/// <summary>A member of a group.</summary>
/// <param name="Type"><c>user</c> or <c>group</c>.</param>
/// <param name="Id">Which.</param>
internal sealed record MemberItem(string Type, string Id);
