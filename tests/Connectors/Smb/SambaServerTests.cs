using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>The server that the other tests rely on does what they need of it.</summary>
public sealed class SambaServerTests
{
    [Fact]
    public async Task It_serves_a_folder_to_its_user_alone()
    {
        await using var samba = await SambaServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(samba.FolderOf("files"), "a.txt"), "alpha");

        Assert.Contains("a.txt", await samba.SmbClientAsync(SambaUser.Default, "files", "ls"), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAsync(SambaUser.Default with { Password = "wrong" }, "files", "ls"));
        Assert.Contains("NT_STATUS_LOGON_FAILURE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_servers_live_side_by_side_and_leave_nothing_behind()
    {
        string[] folders;
        await using (var one = await SambaServer.StartAsync())
        await using (var other = await SambaServer.StartAsync())
        {
            Assert.NotEqual(one.Host, other.Host);
            Assert.NotEqual(await one.SidOfAsync("alice"), await other.SidOfAsync("alice"));
            folders = [Path.GetDirectoryName(Path.GetDirectoryName(one.FolderOf("files")))!, Path.GetDirectoryName(Path.GetDirectoryName(other.FolderOf("files")))!];
        }

        Assert.DoesNotContain(folders, Directory.Exists);
        Assert.DoesNotContain(CommandLines(), line => folders.Any(folder => line.Contains(folder, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task It_can_go_away_and_come_back_and_lose_a_share()
    {
        await using var samba = await SambaServer.StartAsync();
        await samba.StopAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAsync(SambaUser.Default, "files", "ls"));

        await samba.StartAsync();
        await samba.SmbClientAsync(SambaUser.Default, "files", "ls");

        samba.Shares = [];
        await samba.ReloadAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAsync(SambaUser.Default, "files", "ls"));
        Assert.Contains("NT_STATUS_BAD_NETWORK_NAME", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_can_be_changed_and_expire()
    {
        await using var samba = await SambaServer.StartAsync();
        await samba.SetPasswordAsync("alice", "another-1");
        var alice = SambaUser.Default with { Password = "another-1" };
        await samba.SmbClientAsync(alice, "files", "ls");

        await samba.ExpirePasswordAsync("alice");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAsync(alice, "files", "ls"));
        Assert.Contains("NT_STATUS_PASSWORD_MUST_CHANGE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_disk_is_full_and_permissions_are_kept_on_it()
    {
        await using var samba = await SambaServer.StartAsync();
        await samba.MountSmallDiskAsync("files", 1 << 20);
        var big = Path.Combine(Path.GetDirectoryName(samba.FolderOf("files"))!, "big");
        await File.WriteAllBytesAsync(big, new byte[2 << 20]);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAsync(SambaUser.Default, "files", $"put {big} big"));
        Assert.Contains("NT_STATUS_DISK_FULL", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Owner SID", await samba.SmbClientAsync(SambaUser.Default, "files", "mkdir d", "showacls", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_and_groups_have_names_and_permissions_count_where_asked()
    {
        var bob = new SambaUser("bob", "Builder-2001");
        await using var samba = await SambaServer.StartAsync(new SambaOptions
        {
            Shares = [new SambaShare("files") { ActsAsRoot = false }],
            Users = [SambaUser.Default, bob],
            Groups = [new SambaGroup("staff", ["bob"])],
        });
        Assert.StartsWith("S-1-5-21-", await samba.SidOfAsync("staff"), StringComparison.Ordinal);
        var folder = Directory.CreateDirectory(Path.Combine(samba.FolderOf("files"), "hers"));
        folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        await samba.RunAsync("net", ["sam", "list", "users"], "");
        System.Diagnostics.Process.Start("chown", [$"{samba.UserIdOf("alice")}", folder.FullName]).WaitForExit();

        await samba.SmbClientAsync(SambaUser.Default, "files", "ls hers/*", "mkdir hers/new");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAsync(bob, "files", "ls hers/*"));
        Assert.Contains("NT_STATUS_ACCESS_DENIED", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_takes_the_tickets_of_a_realm()
    {
        await using var realm = await KerberosRealm.StartAsync();
        await realm.AddUserAsync(SambaUser.Default);
        await using var samba = await SambaServer.StartAsync(KerberosOptions(await realm.AddServiceAsync("cifs/files.tests.scaidrive"), realm));
        realm.AddHost("files.tests.scaidrive", samba.Host);
        // A cache of its own: that of the machine may know an earlier address of this name.
        var cache = Directory.CreateDirectory(samba.FolderOf("files") + ".cache").FullName;
        var start = new System.Diagnostics.ProcessStartInfo(
            "smbclient",
            [
                "--use-kerberos=required", $"--option=lock directory={cache}", $"--option=cache directory={cache}",
                "//files.tests.scaidrive/files", "-c", "mkdir here",
            ]);
        foreach (var (name, value) in realm.Environment)
            start.Environment[name] = value;
        start.Environment["KRB5CCNAME"] = await realm.TicketOfAsync("alice");

        using var client = System.Diagnostics.Process.Start(start)!;
        await client.WaitForExitAsync();

        Assert.Equal(0, client.ExitCode);
        Assert.True(Directory.Exists(Path.Combine(samba.FolderOf("files"), "here")));
    }

    internal static SambaOptions KerberosOptions(string keytab, KerberosRealm realm) => new()
    {
        Shares = [new SambaShare("files")],
        GlobalLines = [$"realm = {KerberosRealm.Name}", "kerberos method = dedicated keytab", $"dedicated keytab file = FILE:{keytab}"],
        Environment = new Dictionary<string, string> { ["KRB5_CONFIG"] = realm.Environment["KRB5_CONFIG"] },
    };

    private static List<string> CommandLines() =>
        [.. Directory.EnumerateFiles("/proc", "cmdline", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true })
            .Select(path => { try { return File.ReadAllText(path); } catch (IOException) { return ""; } })];
}
