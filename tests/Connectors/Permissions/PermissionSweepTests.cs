using Npgsql;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Tests.Permissions;

/// <summary>Who may read a mirrored file follows the permissions at its source: at first sight, when they change, and when nothing shows that they did.</summary>
public sealed class PermissionSweepTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>, IAsyncLifetime, IDisposable
{
    private const string Anna = "S-1-5-21-7-7-7-1001";
    private const string Staff = "S-1-5-21-7-7-7-2001";

    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly FolderTree tree = new();
    private PermissionTree permissions = null!;
    private Mirror mirror = null!;
    private Caller anna = null!;

    public async Task InitializeAsync()
    {
        permissions = new PermissionTree(tree);
        mirror = await fixture.MirrorAsync(tree, change: connector => connector with { Rules = new SyncRules { SyncPermissions = true } });
        anna = new Caller(DriveStore.LocalTenantId, PrefixedId.New("usr"), IsAdmin: false);
        await ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ('tnt_local', $1, 'Anna Berger')", anna.UserId);
        await ExecuteAsync("UPDATE shares SET is_public = true WHERE id = $1", mirror.Connector.TargetShareId);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => tree.Dispose();

    [Fact]
    public async Task Files_are_read_by_whom_the_source_lets_in_and_by_admins()
    {
        await MapAsync($"{Anna},{anna.UserId}");
        Write("mine.txt", $"O:BAD:(A;;FR;;;{Anna})");
        Write("denied.txt", $"O:BAD:(D;;FR;;;{Anna})(A;;FA;;;WD)");
        Write("others.txt", $"O:BAD:(A;;FA;;;{Staff})");
        Write("open.txt", PermissionTree.ForAll);
        Write("written.txt", $"O:BAD:(A;;FW;;;{Anna})");
        var run = await RunAsync();
        Assert.Equal((5, 0), (run.Report.Added, run.Report.Errors));
        Assert.Equal("mine.txt open.txt", await ReadableAsync());
        Assert.Equal(5, (await new AccessControl(fixture.Database.DataSource).ReadableAsync(fixture.Caller, [.. (await mirror.FilesAsync()).Values], Stop)).Count);
    }

    [Fact]
    public async Task No_file_is_readable_before_its_permissions_were_read()
    {
        Write("open.txt", PermissionTree.ForAll);
        // The share is read first of all permissions; by then the file is in the share.
        permissions.OfShare = "nonsense";
        await RunAsync();
        Assert.Equal("open.txt", await ReadableAsync());
        Write("second.txt", PermissionTree.ForAll);
        mirror.Commits.FailBefore = mirror.Commits.Count + 4;
        await Assert.ThrowsAsync<CrashException>(RunAsync);
        Assert.Equal(2, (await mirror.FilesAsync()).Count);
        Assert.Equal("open.txt", await ReadableAsync());
        mirror.Commits.FailBefore = null;
        await RunAsync();
        Assert.Equal("open.txt second.txt", await ReadableAsync());
    }

    [Fact]
    public async Task New_content_is_readable_only_when_the_permissions_that_came_with_it_were_read()
    {
        Write("salaries.txt", PermissionTree.ForAll);
        await RunAsync();
        Assert.Equal("salaries.txt", await ReadableAsync());
        Write("salaries.txt", $"O:BAD:(A;;FA;;;{Staff})");
        File.AppendAllText(tree.At("salaries.txt"), "what only some may see");
        mirror.Commits.FailBefore = mirror.Commits.Count + 4;
        await Assert.ThrowsAsync<CrashException>(RunAsync);
        Assert.Equal(2, Assert.Single(await mirror.FilesAsync()).Value.Version);
        Assert.Equal("", await ReadableAsync());
        mirror.Commits.FailBefore = null;
        permissions.Set("salaries.txt", PermissionTree.ForAll);
        await RunAsync();
        Assert.Equal("salaries.txt", await ReadableAsync());
    }

    [Fact]
    public async Task A_change_of_permissions_alone_is_read_for_that_file_alone_and_makes_no_version()
    {
        Write("a.txt", PermissionTree.ForAll);
        Write("b.txt", PermissionTree.ForAll);
        await RunAsync();
        permissions.Read.Clear();
        permissions.Set("a.txt", $"O:BAD:(A;;FA;;;{Staff})");
        var before = await LastChangeAsync();
        await RunAsync();
        Assert.Equal(["a.txt"], permissions.Read);
        Assert.Equal("b.txt", await ReadableAsync());
        var change = Assert.Single(await fixture.Drive.ReadChangesAsync(DriveStore.LocalTenantId, before, 100, Stop));
        Assert.Equal((ChangeKind.Permissions, 1), (change.Kind, change.File!.Version));
        permissions.Read.Clear();
        await RunAsync();
        Assert.Empty(permissions.Read);
    }

    [Fact]
    public async Task What_no_time_shows_is_found_by_the_full_reading_which_goes_on_over_several_runs()
    {
        var options = new ConnectorOptions { PermissionsPerRun = 1 };
        mirror = await fixture.MirrorAsync(tree, options, connector => connector with { Rules = new SyncRules { SyncPermissions = true, PermissionSweepHours = 5 } }, mirror.Connector.TargetShareId);
        foreach (var name in Enumerable.Range(0, 502).Select(i => $"f{i:000}.txt"))
            Write(name, PermissionTree.ForAll);
        await RunAsync();
        permissions.SetUnseen("f501.txt", $"O:BAD:(A;;FA;;;{Staff})");
        permissions.Read.Clear();
        await RunAsync();
        Assert.Empty(permissions.Read);

        fixture.Time.Advance(TimeSpan.FromHours(5));
        await RunAsync();
        // A page at least.
        Assert.Equal(500, permissions.Read.Count);
        Assert.Contains("f501.txt", await ReadableAsync(), StringComparison.Ordinal);
        await RunAsync();
        Assert.Equal(502, permissions.Read.Count);
        Assert.DoesNotContain("f501.txt", await ReadableAsync(), StringComparison.Ordinal);
        await RunAsync();
        await RunAsync();
        Assert.Equal(502, permissions.Read.Count);
    }

    [Theory]
    [InlineData("dir", "dir/a.txt")]
    [InlineData("dir/", "dir/a.txt dir/sub/b.txt")]
    [InlineData("/", "c.txt dir/a.txt dir/sub/b.txt")]
    [InlineData("", "c.txt")]
    [InlineData("dir/none", "")]
    public async Task What_the_source_told_of_is_read_again_whatever_its_times(string scope, string read)
    {
        foreach (var name in new[] { "dir/a.txt", "dir/sub/b.txt", "c.txt" })
            Write(name, PermissionTree.ForAll);
        await RunAsync();
        permissions.Read.Clear();
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        mirror.Request = new RunRequest("test") { Scope = [SyncScope.Parse(scope)] };
        await RunAsync();
        Assert.Equal(read, string.Join(' ', permissions.Read.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Permissions_that_cannot_be_read_are_an_error_of_the_file_which_keeps_those_it_had_or_is_hidden()
    {
        Write("known.txt", PermissionTree.ForAll);
        await RunAsync();
        Write("new.txt", PermissionTree.ForAll);
        Write("strange.txt", "O:DAD:(A;;FA;;;WD)");
        permissions.Refused.Add("new.txt");
        permissions.Refused.Add("known.txt");
        permissions.Set("known.txt", $"O:BAD:(A;;FA;;;{Staff})");
        var run = await RunAsync();
        Assert.Equal(3, run.Report.Errors);
        Assert.Equal(
            ["known.txt permissions_unreadable", "new.txt permissions_unreadable", "strange.txt permissions_unreadable"],
            (await mirror.ProblemsAsync(run)).Where(problem => problem.IsError).Select(problem => $"{problem.Path} {problem.Code}").Order());
        Assert.Equal("known.txt", await ReadableAsync());
        permissions.Refused.Clear();
        permissions.SetUnseen("strange.txt", PermissionTree.ForAll);
        run = await RunAsync();
        Assert.Equal((0, "new.txt strange.txt"), (run.Report.Errors, await ReadableAsync()));
    }

    [Fact]
    public async Task The_permissions_of_the_share_must_let_in_too_and_count_for_all_files_at_once()
    {
        await MapAsync($"{Anna},{anna.UserId}");
        Write("a.txt", PermissionTree.ForAll);
        permissions.OfShare = $"D:(D;;FA;;;{Anna})(A;;FA;;;WD)";
        await RunAsync();
        Assert.Equal("", await ReadableAsync());
        permissions.OfShare = "D:(A;;0x1200a9;;;WD)";
        permissions.Read.Clear();
        await RunAsync();
        Assert.Equal(("a.txt", 0), (await ReadableAsync(), permissions.Read.Count));
        permissions.OfShare = $"D:(A;;FA;;;{Staff})";
        await RunAsync();
        permissions.OfShare = null;
        var run = await RunAsync();
        Assert.Equal("", await ReadableAsync());
        Assert.Equal(ProblemCodes.SharePermissionsUnknown, Assert.Single(await mirror.ProblemsAsync(run)).Code);
    }

    [Fact]
    public async Task Another_mapping_or_member_counts_at_once_and_nothing_is_read_or_written_again()
    {
        Write("a.txt", $"O:BAD:(A;;FA;;;{Staff})");
        await RunAsync();
        var (access, before) = (new AccessControl(fixture.Database.DataSource), await LastChangeAsync());
        Assert.Equal("", await ReadableAsync(access));
        var (inner, outer) = (await GroupAsync(), await GroupAsync());
        await MapAsync($"{Staff},{outer}");
        Assert.Equal("", await ReadableAsync(access));
        await mirror.InDatabaseAsync(async transaction =>
        {
            Assert.True(await fixture.Groups.AddMemberAsync(transaction, anna.TenantId, outer, Principal.Group(inner), Stop));
            // A circle ends nothing.
            Assert.True(await fixture.Groups.AddMemberAsync(transaction, anna.TenantId, inner, Principal.Group(outer), Stop));
            Assert.True(await fixture.Groups.AddMemberAsync(transaction, anna.TenantId, inner, Principal.User(anna.UserId), Stop));
        });
        Assert.Equal("a.txt", await ReadableAsync(access));
        await mirror.InDatabaseAsync(transaction => fixture.Groups.RemoveMemberAsync(transaction, anna.TenantId, inner, Principal.User(anna.UserId), Stop));
        Assert.Equal("", await ReadableAsync(access));
        await MapAsync($"{Staff},{anna.UserId}");
        Assert.Equal("a.txt", await ReadableAsync(access));
        Assert.Equal(before, await LastChangeAsync());
    }

    [Fact]
    public async Task A_denial_of_somebody_unknown_keeps_everybody_out_until_they_are_mapped()
    {
        Write("a.txt", $"O:BAD:(D;;FR;;;{Staff})(A;;FA;;;WD)");
        await RunAsync();
        Assert.Equal("", await ReadableAsync());
        var unmapped = Assert.Single(await fixture.Mappings.ListUnmappedAsync(anna.TenantId, mirror.Connector.Id, "", 10, Stop));
        Assert.Equal((Staff, null, 1, 1), (unmapped.Sid, unmapped.Name, unmapped.Acls, unmapped.DenyingAcls));
        await MapAsync($"{Staff},nobody");
        Assert.Equal("a.txt", await ReadableAsync());
        Assert.Empty(await fixture.Mappings.ListUnmappedAsync(anna.TenantId, mirror.Connector.Id, "", 10, Stop));
    }

    [Fact]
    public async Task Accounts_are_named_once_a_day_and_found_by_name()
    {
        permissions.Names[Anna] = @"CORP\anna.berger." + anna.UserId;
        await ExecuteAsync("UPDATE users SET display_name = 'Anna Berger ' || id WHERE id = $1", anna.UserId);
        Write("a.txt", $"O:BAD:(A;;FA;;;{Anna})(A;;FA;;;{Staff})");
        await RunAsync();
        Assert.Equal("a.txt", await ReadableAsync());
        Assert.Equal([Anna, Staff], permissions.Asked.Order());
        var mapping = Assert.Single(await fixture.Mappings.ListAsync(anna.TenantId, mirror.Connector.Id, "", 10, Stop));
        Assert.Equal((Anna, MappingMethods.Name, Principal.User(anna.UserId)), (mapping.Sid, mapping.How, mapping.Principal));
        await RunAsync();
        Assert.Equal(2, permissions.Asked.Count);

        // What a person says comes first, and what was found comes back when they say nothing any more.
        await MapAsync($"{Anna},nobody");
        await RunAsync();
        Assert.Equal("", await ReadableAsync());
        await MapAsync("");
        await RunAsync();
        Assert.Equal("a.txt", await ReadableAsync());
    }

    [Fact]
    public async Task An_account_that_the_server_could_not_be_asked_about_is_asked_for_by_the_next_pass()
    {
        Write("a.txt", $"O:BAD:(A;;FA;;;{Anna})(A;;FA;;;{Staff})");
        permissions.NotAskable.Add(Anna);
        await RunAsync();
        permissions.Asked.Clear();
        permissions.NotAskable.Clear();
        permissions.Names[Anna] = @"CORP\anna";
        await RunAsync();
        Assert.Equal([Anna], permissions.Asked);
        Assert.Equal(@"CORP\anna", (await fixture.Mappings.NamesAsync(anna.TenantId, mirror.Connector.Id, [Anna, Staff], Stop))[Anna]);
    }

    [Fact]
    public async Task However_many_files_the_source_told_of_all_are_read_again()
    {
        mirror = await fixture.MirrorAsync(
            tree, new ConnectorOptions { PermissionsPerRun = 1 }, connector => connector with { Rules = new SyncRules { SyncPermissions = true } }, mirror.Connector.TargetShareId);
        foreach (var name in Enumerable.Range(0, 502).Select(i => $"f{i:000}.txt"))
            Write(name, PermissionTree.ForAll);
        await RunAsync();
        permissions.SetUnseen("f501.txt", $"O:BAD:(A;;FA;;;{Staff})");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        mirror.Request = new RunRequest("test") { Scope = [SyncScope.Parse("")] };
        await RunAsync();
        Assert.DoesNotContain("f501.txt", await ReadableAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_off_the_permissions_of_the_source_count_no_more()
    {
        Write("a.txt", $"O:BAD:(A;;FA;;;{Staff})");
        permissions.OfShare = $"D:(A;;FA;;;{Staff})";
        await RunAsync();
        await mirror.ExecuteAsync("UPDATE connectors.connector SET rules = '{}' WHERE tenant_id = $1 AND id = $2");
        permissions.Read.Clear();
        await RunAsync();
        Assert.Equal(("a.txt", 0), (await ReadableAsync(), permissions.Read.Count));
        Assert.All((await mirror.FilesAsync()).Values, file => Assert.Null(file.SourceAclId));
        await mirror.ExecuteAsync("UPDATE connectors.connector SET rules = '{\"sync_permissions\": true}' WHERE tenant_id = $1 AND id = $2");
        await RunAsync();
        Assert.Equal("", await ReadableAsync());
    }

    [Fact]
    public async Task A_source_without_permissions_is_refused_before_anything_is_mirrored()
    {
        tree.Write("a.txt", "text");
        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());
        Assert.Equal(ConnectorCodes.InvalidSettings, fault.Code);
        Assert.Empty(await mirror.FilesAsync());
    }

    [Fact]
    public async Task A_crash_at_any_commit_leaves_nothing_readable_that_should_not_be_and_the_next_attempt_ends_it()
    {
        await MapAsync($"{Anna},{anna.UserId}");
        for (var crash = 1; ; crash++)
        {
            var name = $"{crash:00}";
            Write($"{name}-mine.txt", $"O:BAD:(A;;FA;;;{Anna})");
            Write($"{name}-others.txt", $"O:BAD:(A;;FA;;;{Staff})");
            if (crash > 1)
                permissions.Set("01-mine.txt", crash % 2 == 0 ? $"O:BAD:(A;;FA;;;{Staff})" : $"O:BAD:(A;;FA;;;{Anna})");
            mirror.Commits.FailAfter = mirror.Commits.Count + crash;
            var crashed = false;
            try
            {
                await RunAsync();
            }
            catch (CrashException)
            {
                crashed = true;
            }

            Assert.DoesNotContain("others", await ReadableAsync(), StringComparison.Ordinal);
            mirror.Commits.FailAfter = null;
            await RunAsync();
            Assert.Contains($"{name}-mine.txt", await ReadableAsync(), StringComparison.Ordinal);
            Assert.Equal(crash % 2 != 0, (await ReadableAsync()).Contains("01-mine.txt", StringComparison.Ordinal));
            if (!crashed)
                break;
        }
    }

    private void Write(string path, string sddl)
    {
        tree.Write(path, path);
        permissions.Set(path, sddl);
    }

    private Task<Run> RunAsync() => mirror.RunAsync(permissions.Through);

    private async Task<string> ReadableAsync(AccessControl? access = null)
    {
        var files = await mirror.FilesAsync();
        var readable = await (access ?? new AccessControl(fixture.Database.DataSource)).ReadableAsync(anna, [.. files.Values], Stop);
        return string.Join(' ', files.Where(file => readable.Contains(file.Value)).Select(file => file.Key));
    }

    private Task MapAsync(string csv) => mirror.InDatabaseAsync(async transaction =>
        Assert.Empty((await fixture.Mappings.UploadAsync(transaction, anna.TenantId, mirror.Connector.Id, csv, Stop)).Faults));

    private async Task<string> GroupAsync()
    {
        Group? group = null;
        await mirror.InDatabaseAsync(async transaction => group = await fixture.Groups.CreateAsync(transaction, anna.TenantId, PrefixedId.New("g"), Stop));
        return group!.Id;
    }

    private async Task<long> LastChangeAsync()
    {
        await using var command = fixture.Database.DataSource.CreateCommand("SELECT coalesce(max(number), 0) FROM changes WHERE tenant_id = 'tnt_local'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = fixture.Database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }
}
