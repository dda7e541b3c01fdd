using FsCheck;
using FsCheck.Fluent;

namespace ScaiDrive.Drive.Tests.Permissions;

/// <summary>Random trees, nested groups, memberships, lists and changes of all of them, against the rule written down plainly.</summary>
public sealed class RightsPropertyTests
{
    private const int Worlds = 5;

    private static readonly Gen<int[]> Changes = Gen.Choose(0, 100_000).ArrayOf(60);

    [Fact]
    public void Whatever_changes_everybody_may_what_the_rule_says() =>
        Prop.ForAll(Changes.ToArbitrary(), changes => HoldsAsync(changes).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Worlds));

    private static async Task<bool> HoldsAsync(int[] changes)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var (random, access) = (new RightsChanges(sandbox), new AccessControl(sandbox.DataSource));
        await random.BeginAsync();
        for (var number = 0; number < changes.Length; number++)
        {
            await random.ApplyAsync(changes[number]);
            // Not after every change, so that several come between two questions.
            if (number % 6 == 5 || number == changes.Length - 1)
                await CompareAsync(sandbox, random.World, access);
        }

        return true;
    }

    private static async Task CompareAsync(Sandbox sandbox, RightsWorld world, AccessControl access)
    {
        Resource[] all = [.. world.Resources];
        var files = await sandbox.Drive.FindFilesAsync(sandbox.TenantId, [.. all.Where(one => one.Type == ResourceType.File).Select(one => one.Id)], Sandbox.Stop);
        foreach (var user in world.Users)
        {
            var caller = new Caller(sandbox.TenantId, user, IsAdmin: false);
            var rights = await access.RightsOfAsync(caller, all, Sandbox.Stop);
            Assert.Equal(all.Select(one => (one, world.RightsOf(user, one))), all.Select((one, number) => (one, rights[number])));
            CompareScope(world, user, await access.ScopeOfAsync(caller, Sandbox.Stop), files);
        }

        var asked = new Caller(sandbox.TenantId, world.Users[0], IsAdmin: false);
        foreach (var place in all.Where(one => one.Type != ResourceType.File && world.RightsOf(asked.UserId, one).HasFlag(Rights.Read) && !world.Shares[world.ShareOf(one.Id)].IsDeleted))
            await CompareListingAsync(sandbox, world, access, asked, place);
    }

    private static void CompareScope(RightsWorld world, string user, ReadScope scope, IReadOnlyList<DriveFile> files)
    {
        foreach (var file in files)
            Assert.Equal((file.Id, world.RightsOf(user, Resource.File(file.Id)).HasFlag(Rights.Read)), (file.Id, Finds(scope, file)));
        if (scope.Places is not { } places)
            return;
        foreach (var share in places.Shares)
        {
            var list = places.List(share, 1_000)!;
            foreach (var id in world.Items.Where(item => !item.Value.IsFile && world.ShareOf(item.Key) == share).Select(item => item.Key).Append(share))
            {
                var judged = new bool?[1];
                places.Judge([new(share, id)], judged);
                Assert.Equal(judged[0], (bool?)(list.Ids.Contains(id) == list.Readable));
            }
        }
    }

    /// <summary>As an engine of search finds it.</summary>
    private static bool Finds(ReadScope scope, DriveFile file)
    {
        if (!scope.Shares!.Contains(file.ShareId) || (file.SourceAclId is { } acl && !scope.SourceAcls!.Contains(acl)))
            return false;
        if (scope.Places is not { } places || !places.Shares.Contains(file.ShareId))
            return true;
        var judged = new bool?[1];
        places.Judge([new(file.ShareId, file.FolderId ?? file.ShareId)], judged);
        return places.Files.TryGetValue(file.Id, out var readable) ? readable : judged[0] == true;
    }

    private static async Task CompareListingAsync(Sandbox sandbox, RightsWorld world, AccessControl access, Caller caller, Resource place)
    {
        var filter = await access.ChildrenOfAsync(caller, place, Sandbox.Stop);
        var visible = world.ChildrenOf(place.Id).Where(id => world.RightsOf(caller.UserId, world.Of(id)).HasFlag(Rights.Read)).Order();
        foreach (var deleted in new[] { false, true })
        {
            var page = await sandbox.Drive.ListChildrenAsync(
                caller.TenantId, world.ShareOf(place.Id), place.Type == ResourceType.Share ? null : place.Id, deleted, filter, 2, 0, Sandbox.Stop);
            Assert.Equal(visible.Count(), page.Total);
            var rest = await sandbox.Drive.ListChildrenAsync(
                caller.TenantId, world.ShareOf(place.Id), place.Type == ResourceType.Share ? null : place.Id, deleted, filter, 1000, page.Items.Count, Sandbox.Stop);
            Assert.Equal(visible, page.Items.Concat(rest.Items).Select(item => item.Id).Order());
        }
    }
}
