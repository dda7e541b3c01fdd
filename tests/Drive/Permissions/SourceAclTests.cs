namespace ScaiDrive.Drive.Tests.Permissions;

/// <summary>Who may read: ScaiDrive's rights and those of the source, both of them.</summary>
public sealed class SourceAclTests
{
    private const string Source = "cnn_one";

    [Fact]
    public async Task Both_sides_must_let_somebody_in_and_admins_need_neither()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt");
        var (owner, other, admin) = (Caller(sandbox, Sandbox.UserId), Caller(sandbox, "usr_other"), new Caller(sandbox.TenantId, "usr_admin", IsAdmin: true));
        Assert.Equal((true, false, true), (await MayAsync(sandbox, owner, file.Id), await MayAsync(sandbox, other, file.Id), await MayAsync(sandbox, admin, file.Id)));
        await SetAsync(sandbox, file.Id, SourceAcl.Nobody);
        Assert.Equal((false, false, true), (await MayAsync(sandbox, owner, file.Id), await MayAsync(sandbox, other, file.Id), await MayAsync(sandbox, admin, file.Id)));
        await SetAsync(sandbox, file.Id, SourceAcl.Everybody);
        Assert.Equal((true, false, true), (await MayAsync(sandbox, owner, file.Id), await MayAsync(sandbox, other, file.Id), await MayAsync(sandbox, admin, file.Id)));
        await sandbox.ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", sandbox.ShareId);
        Assert.True(await MayAsync(sandbox, other, file.Id));
    }

    [Fact]
    public async Task What_a_group_owns_its_members_read_and_those_of_groups_in_it()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt");
        await UserAsync(sandbox, "usr_anna");
        var anna = Caller(sandbox, "usr_anna");
        var groups = new GroupStore(sandbox.DataSource);
        var (inner, outer) = (await GroupAsync(sandbox, "Inner"), await GroupAsync(sandbox, "Outer"));
        await sandbox.ExecuteAsync("UPDATE shares SET owner_id = $2 WHERE id = $1", sandbox.ShareId, outer);
        Assert.False(await MayAsync(sandbox, anna, file.Id));
        await InAsync(sandbox, transaction => groups.AddMemberAsync(transaction, sandbox.TenantId, outer, Principal.Group(inner), Sandbox.Stop));
        await InAsync(sandbox, transaction => groups.AddMemberAsync(transaction, sandbox.TenantId, inner, Principal.User(Id(sandbox, "usr_anna")), Sandbox.Stop));
        Assert.True(await MayAsync(sandbox, anna, file.Id));
        Assert.Equal(2, (await groups.GroupsOfAsync(sandbox.TenantId, anna.UserId, Sandbox.Stop)).Count);
        await InAsync(sandbox, transaction => groups.DeleteAsync(transaction, sandbox.TenantId, inner, Sandbox.Stop));
        Assert.False(await MayAsync(sandbox, anna, file.Id));
        Assert.Empty(await groups.MembersAsync(sandbox.TenantId, outer, Sandbox.Stop));
    }

    [Fact]
    public async Task Groups_have_members_of_their_tenant_alone_and_one_name_each()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var foreign = await Sandbox.CreateAsync();
        await UserAsync(foreign, "usr_foreign");
        var groups = new GroupStore(sandbox.DataSource);
        var (group, other) = (await GroupAsync(sandbox, "Staff"), await GroupAsync(foreign, "Staff"));
        await InAsync(sandbox, async transaction =>
        {
            Assert.Null(await groups.CreateAsync(transaction, sandbox.TenantId, " STAFF ", Sandbox.Stop));
            foreach (var member in new[] { Principal.User(Id(foreign, "usr_foreign")), Principal.Group(other), Principal.User("usr_none") })
                Assert.False(await groups.AddMemberAsync(transaction, sandbox.TenantId, group, member, Sandbox.Stop));
            Assert.False(await groups.DeleteAsync(transaction, sandbox.TenantId, other, Sandbox.Stop));
            await Assert.ThrowsAsync<ArgumentException>(() => groups.AddMemberAsync(transaction, sandbox.TenantId, group, Principal.Everyone, Sandbox.Stop));
            return true;
        });
        Assert.Equal([new Group(group, "Staff")], await groups.ListAsync(sandbox.TenantId, "", 10, Sandbox.Stop));
    }

    [Fact]
    public async Task Each_source_means_its_own_by_a_name()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", sandbox.ShareId);
        var (one, two) = (await sandbox.CreateFileAsync("1.txt"), await sandbox.CreateFileAsync("2.txt"));
        var acl = new SourceAcl([new(true, "S-1-22-1-1000")]);
        await SetAsync(sandbox, one.Id, acl);
        await SetAsync(sandbox, two.Id, acl, "cnn_two");
        await MapAsync(sandbox, Source, "S-1-22-1-1000", Principal.User("usr_anna"));
        await MapAsync(sandbox, "cnn_two", "S-1-22-1-1000", Principal.User("usr_berta"));
        Assert.Equal((true, false), (await MayAsync(sandbox, Caller(sandbox, "usr_anna"), one.Id), await MayAsync(sandbox, Caller(sandbox, "usr_anna"), two.Id)));
        Assert.Equal((false, true), (await MayAsync(sandbox, Caller(sandbox, "usr_berta"), one.Id), await MayAsync(sandbox, Caller(sandbox, "usr_berta"), two.Id)));
    }

    [Theory]
    [InlineData("user")]
    [InlineData("group")]
    public async Task A_denial_of_somebody_who_is_gone_keeps_everybody_out(string type)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", sandbox.ShareId);
        var file = await sandbox.CreateFileAsync("a.txt");
        await UserAsync(sandbox, "usr_gone");
        var principal = type == "user" ? Principal.User(Id(sandbox, "usr_gone")) : Principal.Group(await GroupAsync(sandbox, "Gone"));
        var (access, acls) = (new AccessControl(sandbox.DataSource), new SourceAcls(sandbox.DataSource));
        await SetAsync(sandbox, file.Id, new SourceAcl([new(false, "S-1-5-21-9"), new(true, SourceAclEntry.Everybody)]));
        await InAsync(sandbox, async transaction =>
        {
            await acls.SetTrusteesAsync(transaction, sandbox.TenantId, Source, [new("S-1-5-21-9", principal)], Sandbox.Stop);
            return true;
        });
        Assert.True(await MayAsync(sandbox, Caller(sandbox, "usr_anna"), file.Id, access));
        Assert.Empty(await acls.ListUnmappedAsync(sandbox.TenantId, Source, "", 10, Sandbox.Stop));

        await sandbox.ExecuteAsync($"DELETE FROM {type}s WHERE id = $1", principal.Id!);
        Assert.False(await MayAsync(sandbox, Caller(sandbox, "usr_anna"), file.Id, access));
        Assert.Equal("S-1-5-21-9", Assert.Single(await acls.ListUnmappedAsync(sandbox.TenantId, Source, "", 10, Sandbox.Stop)).Trustee);
    }

    [Fact]
    public async Task Whatever_changes_counts_for_one_who_asked_before()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", sandbox.ShareId);
        var file = await sandbox.CreateFileAsync("a.txt");
        var (access, anna) = (new AccessControl(sandbox.DataSource), Caller(sandbox, "usr_anna"));
        var store = new SourceAcls(sandbox.DataSource);
        Assert.True(await MayAsync(sandbox, anna, file.Id, access));
        await SetAsync(sandbox, file.Id, new SourceAcl([new(true, "S-1-5-21-9")]));
        Assert.False(await MayAsync(sandbox, anna, file.Id, access));
        await MapAsync(sandbox, Source, "S-1-5-21-9", Principal.Everyone);
        Assert.True(await MayAsync(sandbox, anna, file.Id, access));
        await InAsync(sandbox, async transaction =>
        {
            await store.SetShareAclAsync(transaction, sandbox.TenantId, Source, SourceAcl.Nobody, Sandbox.Stop);
            return true;
        });
        Assert.False(await MayAsync(sandbox, anna, file.Id, access));
        var verdict = await access.ExplainAsync(anna, (await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop))!, Sandbox.Stop);
        Assert.Equal(new ReadVerdict(ReadRule.SourceShare, Source, null), verdict);
        await sandbox.ExecuteAsync("DELETE FROM source_share_acls WHERE tenant_id = $1", sandbox.TenantId);
        Assert.True(await MayAsync(sandbox, anna, file.Id, access));
    }

    [Fact]
    public async Task Other_permissions_are_announced_as_that_alone_and_the_same_ones_not_at_all()
    {
        var listener = new RecordingListener();
        await using var sandbox = await Sandbox.CreateAsync(listener);
        var folder = await sandbox.CreateFolderAsync("/a");
        var (file, gone) = (await sandbox.CreateFileAsync("f.txt", folder.Id), await sandbox.CreateFileAsync("g.txt"));
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(gone.Id, permanent: false, Sandbox.Stop));
        var acls = await new SourceAcls(sandbox.DataSource).InternAsync(sandbox.TenantId, Source, [SourceAcl.Nobody, SourceAcl.Everybody, SourceAcl.Nobody], Sandbox.Stop);
        Assert.Equal(acls[0], acls[2]);
        Assert.Equal(acls, await new SourceAcls(sandbox.DataSource).InternAsync(sandbox.TenantId, Source, [SourceAcl.Nobody, SourceAcl.Everybody, SourceAcl.Nobody], Sandbox.Stop));
        var before = await sandbox.LastChangeAsync();
        KeyValuePair<string, long?>[] wanted = [new(file.Id, acls[0]), new(gone.Id, acls[1]), new("fil_none", acls[0])];
        await sandbox.WriteAsync(writer => writer.SetSourceAclsAsync(wanted, Sandbox.Stop));
        var change = Assert.Single(await sandbox.ChangesAsync(before));
        Assert.Equal((ChangeKind.Permissions, "/a/f.txt", "/a/f.txt"), (change.Kind, change.OldPath, change.NewPath));
        Assert.Equal(file with { SourceAclId = acls[0] }, change.File);
        Assert.Equal(change.File, await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop));
        Assert.Equal(acls[1], (await sandbox.Drive.FindFileAsync(sandbox.TenantId, gone.Id, Sandbox.Stop))!.SourceAclId);
        Assert.Equal([change], listener.Calls[^1]);
        await sandbox.WriteAsync(writer => writer.SetSourceAclsAsync(wanted, Sandbox.Stop));
        Assert.Single(await sandbox.ChangesAsync(before));

        // A move, also of the folder, keeps them.
        await sandbox.WriteAsync(writer => writer.MoveFolderAsync(folder.Id, null, "b", Sandbox.Stop));
        Assert.All((await sandbox.ChangesAsync(change.Number)).Where(one => one.File is not null), one => Assert.Equal(acls[0], one.File!.SourceAclId));
    }

    [Fact]
    public async Task A_writer_may_hide_what_it_makes_and_what_it_takes_over()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var hidden = (await new SourceAcls(sandbox.DataSource).InternAsync(sandbox.TenantId, Source, [SourceAcl.Nobody], Sandbox.Stop))[0];
        var (own, other) = (await sandbox.CreateFileAsync("own.txt"), await sandbox.CreateFileAsync("other.txt"));
        var shown = (await new SourceAcls(sandbox.DataSource).InternAsync(sandbox.TenantId, Source, [SourceAcl.Everybody], Sandbox.Stop))[0];
        await sandbox.WriteAsync(writer => writer.SetSourceAclsAsync([new(other.Id, shown)], Sandbox.Stop));
        var made = await sandbox.NewFileAsync("made.txt");
        NewFile[] many = [await sandbox.NewFileAsync("many 1.txt"), await sandbox.NewFileAsync("many 2.txt")];
        var content = await sandbox.StoreAsync("other text");
        await sandbox.WriteAsync(async writer =>
        {
            writer.SourceAclOfNewFiles = hidden;
            Assert.Equal(hidden, (await writer.CreateFileAsync(made, Sandbox.Stop)).SourceAclId);
            Assert.All(await writer.CreateFilesAsync(sandbox.ShareId, many, Sandbox.Stop), one => Assert.Equal(hidden, one.File!.SourceAclId));
            Assert.Equal(hidden, (await writer.AddVersionAsync(own.Id, content, "text/plain", Sandbox.Modified, Sandbox.Stop)).SourceAclId);
            Assert.Equal(shown, (await writer.AddVersionAsync(other.Id, content, "text/plain", Sandbox.Modified, Sandbox.Stop)).SourceAclId);
        });
        Assert.Equal(hidden, (await sandbox.Drive.FindFileAsync(sandbox.TenantId, own.Id, Sandbox.Stop))!.SourceAclId);
        Assert.Equal(hidden, (await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/many 2.txt", Sandbox.Stop))!.SourceAclId);
    }

    [Fact]
    public async Task A_list_goes_when_no_file_refers_to_it_and_nobody_asked_for_it_in_a_while()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var (acls, unused, day) = (new SourceAcls(sandbox.DataSource), new UnusedSourceAcls(sandbox.DataSource), TimeSpan.FromDays(1));
        var (file, gone, late) = (await sandbox.CreateFileAsync("a.txt"), await sandbox.CreateFileAsync("b.txt"), await sandbox.CreateFileAsync("c.txt"));
        var lists = Enumerable.Range(0, 5).Select(i => new SourceAcl([new(true, $"S-1-5-21-{i}")])).ToList();
        await SetAsync(sandbox, file.Id, lists[0]);
        await SetAsync(sandbox, gone.Id, lists[1]);
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(gone.Id, permanent: false, Sandbox.Stop));
        var ids = await acls.InternAsync(sandbox.TenantId, Source, lists, Sandbox.Stop);

        Assert.Equal(0, await unused.RemoveAsync(sandbox.TenantId, day, Sandbox.Stop));
        await sandbox.ExecuteAsync("UPDATE unused_source_acls SET unused_since = now() - interval '2 days' WHERE tenant_id = $1", sandbox.TenantId);
        // One was asked for again, another is referred to by who asked for it long ago.
        await acls.InternAsync(sandbox.TenantId, Source, [lists[2]], Sandbox.Stop);
        await sandbox.WriteAsync(writer => writer.SetSourceAclsAsync([new(late.Id, ids[3])], Sandbox.Stop));
        Assert.Equal(1, await unused.RemoveAsync(sandbox.TenantId, day, Sandbox.Stop));

        var left = new List<bool>();
        foreach (var id in ids)
            left.Add(await acls.FindAsync(sandbox.TenantId, id, Sandbox.Stop) is not null);
        Assert.Equal([true, true, true, true, false], left);
        Assert.NotEqual(ids[4], (await acls.InternAsync(sandbox.TenantId, Source, [lists[4]], Sandbox.Stop))[0]);
    }

    private static Caller Caller(Sandbox sandbox, string userId) =>
        new(sandbox.TenantId, userId == Sandbox.UserId ? userId : Id(sandbox, userId), IsAdmin: false);

    // An id belongs to one tenant.
    private static string Id(Sandbox sandbox, string userId) => $"{userId}_{sandbox.TenantId}";

    private static Task<int> UserAsync(Sandbox sandbox, string userId) => sandbox.ExecuteAsync(
        "INSERT INTO users (tenant_id, id, display_name) VALUES ($1, $2, 'Somebody')", sandbox.TenantId, Id(sandbox, userId));

    private static async Task<string> GroupAsync(Sandbox sandbox, string name) =>
        (await InAsync(sandbox, transaction => new GroupStore(sandbox.DataSource).CreateAsync(transaction, sandbox.TenantId, name, Sandbox.Stop)))!.Id;

    private static async Task SetAsync(Sandbox sandbox, string fileId, SourceAcl acl, string source = Source)
    {
        var id = (await new SourceAcls(sandbox.DataSource).InternAsync(sandbox.TenantId, source, [acl], Sandbox.Stop))[0];
        await sandbox.WriteAsync(writer => writer.SetSourceAclsAsync([new(fileId, id)], Sandbox.Stop));
    }

    private static Task<bool> MapAsync(Sandbox sandbox, string source, string trustee, Principal principal) => InAsync(sandbox, async transaction =>
    {
        var meant = principal.Id is null ? principal : Principal.User(Id(sandbox, principal.Id));
        await new SourceAcls(sandbox.DataSource).SetTrusteesAsync(transaction, sandbox.TenantId, source, [new(trustee, meant)], Sandbox.Stop);
        return true;
    });

    private static async Task<bool> MayAsync(Sandbox sandbox, Caller caller, string fileId, AccessControl? access = null)
    {
        var rights = await (access ?? new AccessControl(sandbox.DataSource)).RightsOfAsync(caller, Resource.File(fileId), Sandbox.Stop);
        return rights.HasFlag(Rights.Read);
    }

    private static async Task<T> InAsync<T>(Sandbox sandbox, Func<Npgsql.NpgsqlTransaction, Task<T>> work)
    {
        await using var connection = await sandbox.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await work(transaction);
        await transaction.CommitAsync();
        return result;
    }
}
