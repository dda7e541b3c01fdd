using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>A tenant's policies in the order in which they are asked. Every change gives a new list and is checked.</summary>
/// <param name="Policies">The default policy last.</param>
public sealed record PolicyList(IReadOnlyList<StoredPolicy> Policies)
{
    /// <summary>Each file is compared with them one after the other.</summary>
    public const int Most = 200;

    /// <summary>The list with another policy, before the default one unless the wish says where.</summary>
    /// <exception cref="PolicyException">The wish cannot be granted.</exception>
    public PolicyList Add(string id, PolicyWish wish, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(wish);
        if (Policies.Count >= Most)
            throw new PolicyException(PolicyRefusal.NotAllowed, "name", $"There are {Most} policies already; delete one, or join some.");
        var rule = wish.Rule ?? throw new ArgumentException("A new policy needs a rule.", nameof(wish));
        var added = new StoredPolicy(rule with { Id = id }, wish.Name ?? "", IsDefault: false, at, at);
        return Place(added, Policies, wish.Position ?? int.MaxValue).Checked(added);
    }

    /// <summary>The list with one policy changed.</summary>
    /// <exception cref="PolicyException">There is no such policy, or the wish cannot be granted.</exception>
    public PolicyList Change(string id, PolicyWish wish, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(wish);
        var before = Find(id);
        var after = before with { Name = wish.Name ?? before.Name, Rule = wish.Rule is { } rule ? rule with { Id = id } : before.Rule };
        if (after != before)
            after = after with { UpdatedAt = at };
        if (before.IsDefault)
            return Keep(after, wish.Position);
        var others = Policies.Where(policy => policy.Rule.Id != id).ToList();
        var place = wish.Position ?? Policies.TakeWhile(policy => policy.Rule.Id != id).Count() + 1;
        return Place(after, others, place).Checked(after);
    }

    /// <summary>The list without one policy.</summary>
    /// <exception cref="PolicyException">There is no such policy, or it is the default one.</exception>
    public PolicyList Remove(string id) => Find(id).IsDefault
        ? throw new PolicyException(PolicyRefusal.NotAllowed, "policy_id", "The default policy cannot be deleted: it decides about every file that no other policy matches.")
        : new PolicyList([.. Policies.Where(policy => policy.Rule.Id != id)]);

    /// <summary>One of them.</summary>
    /// <exception cref="PolicyException">There is no such policy.</exception>
    public StoredPolicy Find(string id) => Policies.FirstOrDefault(policy => policy.Rule.Id == id)
        ?? throw new PolicyException(PolicyRefusal.Unknown, "policy_id", $"No such policy: {id}");

    /// <summary>Where a policy stands, from 1.</summary>
    public int PositionOf(StoredPolicy policy) => Policies.TakeWhile(other => other != policy).Count() + 1;

    /// <summary>The rules with these policies instead of theirs.</summary>
    public IndexingRules Within(IndexingRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return new(rules.Providers, [.. Policies.Select(policy => policy.Rule)], rules.Spaces);
    }

    private PolicyList Keep(StoredPolicy after, int? position)
    {
        var field = after.Rule switch
        {
            { ShareId: not null } => "share_id",
            { PathPrefix: not null } => "path_prefix",
            { MimePattern: not null } => "mime_pattern",
            _ => null,
        };
        if (field is not null)
            throw new PolicyException(PolicyRefusal.Invalid, field, "The default policy matches every file. Add a policy of its own for some of them.");
        if (position is { } place && place < Policies.Count)
            throw new PolicyException(PolicyRefusal.Invalid, "position", "The default policy stands last.");
        return new PolicyList([.. Policies.SkipLast(1), after]).Checked(after);
    }

    private static PolicyList Place(StoredPolicy policy, IReadOnlyList<StoredPolicy> others, int position)
    {
        var narrow = others.Where(other => !other.IsDefault).ToList();
        narrow.Insert(Math.Clamp(position - 1, 0, narrow.Count), policy);
        return new PolicyList([.. narrow, .. others.Where(other => other.IsDefault)]);
    }

    private PolicyList Checked(StoredPolicy changed) => Policies.Any(other => other.Rule.Id != changed.Rule.Id && other.Name == changed.Name)
        ? throw new PolicyException(PolicyRefusal.NameTaken, "name", $"Another policy is called '{changed.Name}'.")
        : this;
}
