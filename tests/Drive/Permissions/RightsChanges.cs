using Npgsql;

namespace ScaiDrive.Drive.Tests.Permissions;

/// <summary>Changes a tenant at random, in the database and in the plain world alike.</summary>
internal sealed class RightsChanges(Sandbox sandbox)
{
    private readonly AclStore lists = new(sandbox.DataSource);
    private readonly GroupStore groups = new(sandbox.DataSource);
    private readonly SourceAcls sources = new(sandbox.DataSource);
    private int names;

    internal RightsWorld World { get; } = new();

    private string Tenant => sandbox.TenantId;

    internal async Task BeginAsync()
    {
        foreach (var number in Enumerable.Range(0, 4))
        {
            var user = $"usr_{number}_{Tenant}";
            await sandbox.ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ($1, $2, 'Somebody')", Tenant, user);
            World.Users.Add(user);
            await InAsync(transaction => sources.SetTrusteesAsync(
                transaction, Tenant, $"cnn_{user}", [new("S-1", Principal.User(user))], Sandbox.Stop));
        }

        foreach (var number in Enumerable.Range(0, 3))
        {
            await InAsync(async transaction => World.Groups[(await groups.CreateAsync(transaction, Tenant, $"Group {number}", Sandbox.Stop))!.Id] = []);
        }

        foreach (var name in new[] { "One", "Two" })
        {
            var share = await sandbox.WriteAsync(writer => writer.EnsureShareAsync(name, Sandbox.Stop));
            World.Shares[share.Id] = new() { Owner = Principal.User(Sandbox.UserId) };
        }
    }

    /// <summary>One change; which one, the number says.</summary>
    internal Task ApplyAsync(int number)
    {
        var random = new Random(number);
        return random.Next(20) switch
        {
            < 3 => MakeFolderAsync(random),
            < 6 => MakeFileAsync(random),
            < 11 => SayAsync(random),
            11 => TakeBackAsync(random),
            12 => InheritAsync(random),
            13 => MoveAsync(random),
            14 => SetMemberAsync(random),
            15 => EndMemberAsync(random),
            16 => ChangeShareAsync(random),
            17 => ChangeGroupAsync(random),
            18 => SetSourceAsync(random),
            _ => ForgetGroupAsync(random),
        };
    }

    private async Task MakeFolderAsync(Random random)
    {
        var (place, name) = (Place(random), $"n{names++}");
        var folder = await sandbox.WriteAsync(writer => writer.CreateFolderAsync(World.ShareOf(place), ParentOf(place), name, Sandbox.Stop));
        World.Items[folder.Id] = new(IsFile: false, name) { ParentId = place };
    }

    private async Task MakeFileAsync(Random random)
    {
        var (place, name) = (Place(random), $"n{names++}");
        var content = await sandbox.StoreAsync("text");
        var file = await sandbox.WriteAsync(writer => writer.CreateFileAsync(
            new NewFile(World.ShareOf(place), ParentOf(place), name, content, "text/plain", Sandbox.Modified), Sandbox.Stop));
        World.Items[file.Id] = new(IsFile: true, name) { ParentId = place };
    }

    private async Task SayAsync(Random random)
    {
        var resource = Pick(random, World.Resources);
        var rights = random.Next(3) == 0 ? (Rights)random.Next(1, 64) : Rights.Read | (Rights)random.Next(64);
        var rule = new AclRule(Anybody(random, alsoEveryone: true), random.Next(2) == 0, rights, random.Next(4) > 0);
        await InAsync(async transaction => Assert.NotNull(await lists.SetAsync(transaction, Tenant, "usr_x", resource, rule, Sandbox.Stop)));
        var list = World.Lists.TryGetValue(resource.Id, out var known) ? known : World.Lists[resource.Id] = [];
        list.RemoveAll(one => one.Principal == rule.Principal && one.Allows == rule.Allows);
        list.Add(rule);
    }

    private async Task TakeBackAsync(Random random)
    {
        if (World.Lists.Where(list => list.Value.Count > 0).ToList() is not { Count: > 0 } lists)
            return;
        var (id, rules) = Pick(random, lists);
        var rule = Pick(random, rules);
        await InAsync(async transaction => Assert.True(
            await this.lists.RemoveAsync(transaction, Tenant, World.Of(id), rule.Principal, rule.Allows, Sandbox.Stop)));
        rules.Remove(rule);
    }

    private async Task InheritAsync(Random random)
    {
        if (World.Items.Count == 0)
            return;
        var id = Pick(random, World.Items.Keys);
        var inherits = World.Breaks.Contains(id);
        await InAsync(transaction => lists.SetInheritanceAsync(transaction, Tenant, "usr_x", World.Of(id), inherits, copyInherited: false, Sandbox.Stop));
        _ = inherits ? World.Breaks.Remove(id) : World.Breaks.Add(id);
    }

    private async Task MoveAsync(Random random)
    {
        if (World.Items.Count == 0)
            return;
        var id = Pick(random, World.Items.Keys);
        var item = World.Items[id];
        var places = Places().Where(place => World.ShareOf(place) == World.ShareOf(id) && !World.IsAtOrBelow(place, id)).ToList();
        var place = Pick(random, places);
        await sandbox.WriteAsync(async writer =>
        {
            if (item.IsFile)
                await writer.MoveFileAsync(id, ParentOf(place), item.Name, Sandbox.Stop);
            else
                await writer.MoveFolderAsync(id, ParentOf(place), item.Name, Sandbox.Stop);
        });
        item.ParentId = place;
    }

    private async Task SetMemberAsync(Random random)
    {
        var (share, member) = (Pick(random, World.Shares.Keys), Anybody(random, alsoEveryone: false));
        var (role, expiry) = (Pick(random, ShareRoles.OfMembers), random.Next(3));
        await sandbox.ExecuteAsync(
            """
            INSERT INTO share_members (tenant_id, share_id, principal_type, principal_id, role, expires_at, added_by)
            VALUES ($1, $2, $3, $4, $5, CASE $6 WHEN 0 THEN now() - interval '1 hour' WHEN 1 THEN now() + interval '1 hour' END, 'usr_x')
            ON CONFLICT ON CONSTRAINT share_members_pkey DO UPDATE SET role = EXCLUDED.role, expires_at = EXCLUDED.expires_at
            """,
            Tenant, share, member.TypeText, member.Id!, role, expiry);
        World.Shares[share].Members[member] = (role, expiry == 0);
    }

    private async Task EndMemberAsync(Random random)
    {
        var share = Pick(random, World.Shares.Keys);
        if (World.Shares[share].Members.Count == 0)
            return;
        var member = Pick(random, World.Shares[share].Members.Keys);
        await sandbox.ExecuteAsync("DELETE FROM share_members WHERE share_id = $1 AND principal_id = $2", share, member.Id!);
        World.Shares[share].Members.Remove(member);
    }

    private async Task ChangeShareAsync(Random random)
    {
        var id = Pick(random, World.Shares.Keys);
        var share = World.Shares[id];
        switch (random.Next(4))
        {
            case 0:
                share.IsPublic = !share.IsPublic;
                break;
            case 1:
                share.IsDeleted = !share.IsDeleted;
                break;
            default:
                share.Owner = Anybody(random, alsoEveryone: false);
                break;
        }

        await sandbox.ExecuteAsync(
            "UPDATE shares SET is_public = $2, is_deleted = $3, owner_id = $4 WHERE id = $1", id, share.IsPublic, share.IsDeleted, share.Owner.Id!);
    }

    private async Task ChangeGroupAsync(Random random)
    {
        if (World.Groups.Count == 0)
            return;
        var (group, member) = (Pick(random, World.Groups.Keys), Anybody(random, alsoEveryone: false));
        var isIn = World.Groups[group].Contains(member);
        await InAsync(async transaction => Assert.True(
            isIn
                ? await groups.RemoveMemberAsync(transaction, Tenant, group, member, Sandbox.Stop)
                : await groups.AddMemberAsync(transaction, Tenant, group, member, Sandbox.Stop)));
        _ = isIn ? World.Groups[group].Remove(member) : World.Groups[group].Add(member);
    }

    private async Task ForgetGroupAsync(Random random)
    {
        // One stays, so that there is one to mean.
        if (World.Groups.Count < 2 || random.Next(3) > 0)
            return;
        var group = Pick(random, World.Groups.Keys);
        await InAsync(transaction => groups.DeleteAsync(transaction, Tenant, group, Sandbox.Stop));
        World.Groups.Remove(group);
        foreach (var members in World.Groups.Values)
            members.Remove(Principal.Group(group));
        foreach (var share in World.Shares.Values)
        {
            share.Members.Remove(Principal.Group(group));
            // Nobody is in a group that is gone.
            if (share.Owner == Principal.Group(group))
                share.Owner = Principal.User("usr_nobody");
        }

        foreach (var list in World.Lists.Values)
            list.RemoveAll(rule => rule.Principal == Principal.Group(group));
    }

    private async Task SetSourceAsync(Random random)
    {
        if (World.Items.Where(item => item.Value.IsFile).Select(item => item.Key).ToList() is not { Count: > 0 } files)
            return;
        var (file, user) = (Pick(random, files), Pick(random, World.Users));
        var (acl, let) = random.Next(4) switch
        {
            0 => ((SourceAcl?)null, (HashSet<string>?)null),
            1 => (SourceAcl.Nobody, []),
            2 => (SourceAcl.Everybody, [.. World.Users]),
            _ => (new SourceAcl([new(true, "S-1")]), [user]),
        };
        long? id = acl is null ? null : (await sources.InternAsync(Tenant, $"cnn_{user}", [acl], Sandbox.Stop))[0];
        await sandbox.WriteAsync(writer => writer.SetSourceAclsAsync([new(file, id)], Sandbox.Stop));
        World.Items[file].SourceUsers = let;
    }

    private IEnumerable<string> Places() => World.Shares.Keys.Concat(World.Items.Where(item => !item.Value.IsFile).Select(item => item.Key));

    // A trashed share takes nothing new.
    private string Place(Random random)
    {
        var open = Places().Where(place => !World.Shares[World.ShareOf(place)].IsDeleted).ToList();
        if (open.Count > 0)
            return Pick(random, open);
        var share = World.Shares.First();
        sandbox.ExecuteAsync("UPDATE shares SET is_deleted = false WHERE id = $1", share.Key).GetAwaiter().GetResult();
        share.Value.IsDeleted = false;
        return share.Key;
    }

    private string? ParentOf(string place) => World.Shares.ContainsKey(place) ? null : place;

    private Principal Anybody(Random random, bool alsoEveryone) =>
        alsoEveryone && random.Next(5) == 0 ? Principal.Everyone
        : World.Groups.Count > 0 && random.Next(2) == 0 ? Principal.Group(Pick(random, World.Groups.Keys))
        : Principal.User(Pick(random, World.Users));

    private static T Pick<T>(Random random, IEnumerable<T> many)
    {
        var all = many.ToList();
        return all[random.Next(all.Count)];
    }

    private async Task InAsync(Func<NpgsqlTransaction, Task> work)
    {
        await using var connection = await sandbox.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await work(transaction);
        await transaction.CommitAsync();
    }
}
