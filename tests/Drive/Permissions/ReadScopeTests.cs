namespace ScaiDrive.Drive.Tests.Permissions;

/// <summary>What is kept of a tenant's folders and lists follows every change by itself, not only together with others.</summary>
public sealed class ReadScopeTests
{
    [Fact]
    public async Task A_folder_that_goes_elsewhere_is_judged_by_where_it_is()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var (open, secret) = (await sandbox.CreateFolderAsync("/open"), await sandbox.CreateFolderAsync("/secret"));
        var (access, anna) = await DenyAsync(sandbox, Resource.Folder(secret.Id));
        Assert.True(await JudgeAsync(sandbox, access, anna, open.Id));
        await sandbox.WriteAsync(writer => writer.MoveFolderAsync(open.Id, secret.Id, "open", Sandbox.Stop));
        Assert.False(await JudgeAsync(sandbox, access, anna, open.Id));
        await sandbox.WriteAsync(writer => writer.MoveFolderAsync(open.Id, null, "open", Sandbox.Stop));
        Assert.True(await JudgeAsync(sandbox, access, anna, open.Id));
    }

    [Fact]
    public async Task A_new_folder_is_known_to_who_asked_before_and_the_scope_stays_the_same_object()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var secret = await sandbox.CreateFolderAsync("/secret");
        var (access, anna) = await DenyAsync(sandbox, Resource.Folder(secret.Id));
        var scope = await access.ScopeOfAsync(anna, Sandbox.Stop);
        var (hidden, shown) = (await sandbox.CreateFolderAsync("/secret/new"), await sandbox.CreateFolderAsync("/new"));
        Assert.Null(Judged(scope, sandbox, hidden.Id));
        Assert.Same(scope, await access.ScopeOfAsync(anna, Sandbox.Stop));
        Assert.Equal((false, true), (Judged(scope, sandbox, hidden.Id), Judged(scope, sandbox, shown.Id)));
    }

    [Fact]
    public async Task A_file_with_a_list_of_its_own_is_judged_by_where_it_is_too()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var secret = await sandbox.CreateFolderAsync("/secret");
        var file = await sandbox.CreateFileAsync("a.txt");
        var (access, anna) = await DenyAsync(sandbox, Resource.Folder(secret.Id));
        // A list that says nothing to her.
        await SayAsync(sandbox, Resource.File(file.Id), new(Principal.User(Sandbox.UserId), false, Rights.Read));
        Assert.Empty((await access.ScopeOfAsync(anna, Sandbox.Stop)).Places!.Files);
        await SayAsync(sandbox, Resource.File(file.Id), new(Principal.User(anna.UserId), true, Rights.Read));
        await sandbox.WriteAsync(writer => writer.MoveFileAsync(file.Id, secret.Id, "a.txt", Sandbox.Stop));
        Assert.True((await access.ScopeOfAsync(anna, Sandbox.Stop)).Places!.Files[file.Id]);
    }

    [Fact]
    public async Task A_role_that_has_ended_counts_nothing_without_any_change()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var (access, anna) = (new AccessControl(sandbox.DataSource), await AnnaAsync(sandbox));
        await sandbox.ExecuteAsync(
            "INSERT INTO share_members (tenant_id, share_id, principal_type, principal_id, role, added_by) VALUES ($1, $2, 'user', $3, 'reader', 'usr_x')",
            sandbox.TenantId, sandbox.ShareId, anna.UserId);
        Assert.Contains(sandbox.ShareId, (await access.ScopeOfAsync(anna, Sandbox.Stop)).Shares!);
        Assert.Equal(Rights.Read, await access.RightsOfAsync(anna, Resource.Share(sandbox.ShareId), Sandbox.Stop));
        await sandbox.ExecuteAsync("UPDATE share_members SET expires_at = now() WHERE tenant_id = $1", sandbox.TenantId);
        Assert.Empty((await access.ScopeOfAsync(anna, Sandbox.Stop)).Shares!);
        Assert.Equal(Rights.None, await access.RightsOfAsync(anna, Resource.Share(sandbox.ShareId), Sandbox.Stop));
    }

    private static async Task<(AccessControl Access, Caller Anna)> DenyAsync(Sandbox sandbox, Resource resource)
    {
        var anna = await AnnaAsync(sandbox);
        await sandbox.ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", sandbox.ShareId);
        await SayAsync(sandbox, resource, new(Principal.User(anna.UserId), false, Rights.Read));
        return (new AccessControl(sandbox.DataSource), anna);
    }

    private static async Task<Caller> AnnaAsync(Sandbox sandbox)
    {
        foreach (var user in new[] { $"usr_anna_{sandbox.TenantId}", Sandbox.UserId })
            await sandbox.ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ($1, $2, 'Somebody') ON CONFLICT DO NOTHING", sandbox.TenantId, user);
        return new(sandbox.TenantId, $"usr_anna_{sandbox.TenantId}", IsAdmin: false);
    }

    private static async Task SayAsync(Sandbox sandbox, Resource resource, AclRule rule)
    {
        await using var connection = await sandbox.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new AclStore(sandbox.DataSource).SetAsync(transaction, sandbox.TenantId, "usr_x", resource, rule, Sandbox.Stop);
        await transaction.CommitAsync();
    }

    private static async Task<bool?> JudgeAsync(Sandbox sandbox, AccessControl access, Caller caller, string folderId) =>
        Judged(await access.ScopeOfAsync(caller, Sandbox.Stop), sandbox, folderId);

    private static bool? Judged(ReadScope scope, Sandbox sandbox, string folderId)
    {
        var judged = new bool?[1];
        scope.Places!.Judge([new(sandbox.ShareId, folderId)], judged);
        return judged[0];
    }
}
