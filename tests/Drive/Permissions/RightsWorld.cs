namespace ScaiDrive.Drive.Tests.Permissions;

/// <summary>Everything that decides about rights, as plain as it can be said, and what follows from it.</summary>
internal sealed class RightsWorld
{
    internal List<string> Users { get; } = [];

    /// <summary>The members of each group: users and groups, in circles too.</summary>
    internal Dictionary<string, HashSet<Principal>> Groups { get; } = [];

    internal Dictionary<string, ShareFacts> Shares { get; } = [];

    internal Dictionary<string, ItemFacts> Items { get; } = [];

    /// <summary>By resource.</summary>
    internal Dictionary<string, List<AclRule>> Lists { get; } = [];

    internal HashSet<string> Breaks { get; } = [];

    internal IEnumerable<Resource> Resources => Shares.Keys.Select(Resource.Share).Concat(Items.Select(item => Of(item.Key)));

    internal Resource Of(string id) => Shares.ContainsKey(id) ? Resource.Share(id) : Items[id].IsFile ? Resource.File(id) : Resource.Folder(id);

    internal Rights RightsOf(string user, Resource resource)
    {
        var share = Shares[ShareOf(resource.Id)];
        if (share.IsDeleted && resource.Type != ResourceType.Share)
            return Rights.None;
        if (Items.TryGetValue(resource.Id, out var item) && item.SourceUsers is { } let && !let.Contains(user))
            return Rights.None;
        var rights = Bits.Where(bit => Has(user, resource.Id, bit, share)).Aggregate(Rights.None, (all, bit) => all | bit);
        return rights.HasFlag(Rights.Read) ? rights : Rights.None;
    }

    internal IEnumerable<string> ChildrenOf(string placeId) => Items.Where(item => item.Value.ParentId == placeId).Select(item => item.Key);

    internal string ShareOf(string id) => Shares.ContainsKey(id) ? id : ShareOf(Items[id].ParentId);

    internal bool IsAtOrBelow(string id, string folderId) => id == folderId || (Items.TryGetValue(id, out var item) && IsAtOrBelow(item.ParentId, folderId));

    private static IEnumerable<Rights> Bits { get; } =
        [Rights.Read, Rights.Write, Rights.Delete, Rights.Create, Rights.Share, Rights.ManagePermissions];

    private bool Has(string user, string id, Rights bit, ShareFacts share)
    {
        for (var (at, isSelf) = (id, true); ; (at, isSelf) = (Items[at].ParentId, false))
        {
            var spoken = Lists.GetValueOrDefault(at, [])
                .Where(rule => rule.Permissions.HasFlag(bit) && Means(rule.Principal, user) && (isSelf || rule.InheritToChildren)).ToList();
            if (spoken.Exists(rule => !rule.Allows))
                return false;
            if (spoken.Count > 0)
                return true;
            if (Breaks.Contains(at) || Shares.ContainsKey(at))
                return RoleOf(user, share).HasFlag(bit);
        }
    }

    private Rights RoleOf(string user, ShareFacts share)
    {
        if (Means(share.Owner, user))
            return Rights.All;
        var rights = share.IsPublic ? Rights.Read : Rights.None;
        foreach (var (member, (role, isExpired)) in share.Members)
        {
            if (!isExpired && Means(member, user))
                rights |= role switch { "admin" => Rights.All, "contributor" => Rights.Read | Rights.Write | Rights.Delete | Rights.Create, _ => Rights.Read };
        }

        return rights;
    }

    private bool Means(Principal principal, string user) => principal.Type switch
    {
        PrincipalType.Everyone => true,
        PrincipalType.User => principal.Id == user,
        _ => IsIn(user, principal.Id!, []),
    };

    private bool IsIn(string user, string group, HashSet<string> seen) =>
        seen.Add(group) && Groups[group].Any(member => member.Type == PrincipalType.User ? member.Id == user : IsIn(user, member.Id!, seen));
}

internal sealed record ShareFacts
{
    internal required Principal Owner { get; set; }

    internal bool IsPublic { get; set; }

    internal bool IsDeleted { get; set; }

    internal Dictionary<Principal, (string Role, bool IsExpired)> Members { get; } = [];
}

internal sealed record ItemFacts(bool IsFile, string Name)
{
    internal required string ParentId { get; set; }

    /// <summary>Whom the source lets in; null: anybody.</summary>
    internal HashSet<string>? SourceUsers { get; set; }
}
