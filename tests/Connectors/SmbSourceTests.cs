using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ScaiDrive.Connectors.Smb;
using ScaiDrive.Tests.Support.Samba;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>What a share as a source does beyond what all sources do.</summary>
public sealed class SmbSourceTests : IAsyncLifetime, IDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    private SambaServer samba = null!;
    private SmbTree tree = null!;

    public async Task InitializeAsync()
    {
        samba = await SambaServer.StartAsync();
        tree = new SmbTree(samba, new SyncRules { ParallelFiles = 2, RequestTimeoutSeconds = 20 });
    }

    public async Task DisposeAsync() => await samba.DisposeAsync();

    public void Dispose() => tree.Dispose();

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(IConnectorSource source, string path)
    {
        await using var content = await source.OpenAsync(path, Stop);
        using var bytes = new MemoryStream();
        await content.Content.CopyToAsync(bytes);
        Assert.True((await content.RevisitAsync(Stop)).SameStateAs(content.Opened));
        return bytes.ToArray();
    }

    private Task<string> SetPermissionsAsync(string path, string descriptor) => samba.RunAsync(
        "smbcacls",
        [$"//{samba.Host}/files", $"{Path.GetFileName(tree.Root)}/{path}", "-U", $"{SambaUser.Default.Name}%{SambaUser.Default.Password}", "-S", descriptor],
        "");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SmbSource.DefaultAtOnce)]
    [InlineData(SmbSource.DefaultAtOnce + 1)]
    [InlineData(5_000_001)]
    public async Task A_file_of_any_size_arrives_whole_again_and_again(int length)
    {
        var bytes = Noise(length);
        File.WriteAllBytes(tree.At("a"), bytes);
        await using var source = tree.Open();

        for (var i = 0; i < 3; i++)
            Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)), Convert.ToHexString(SHA256.HashData(await ReadAsync(source, "a"))));
    }

    [Theory]
    [InlineData("longer than before")]
    [InlineData("b")]
    public async Task A_file_that_changed_since_it_was_listed_is_read_as_it_is(string now)
    {
        tree.Write("a", "before");
        await using var source = tree.Open();
        await foreach (var listed in source.ListAsync("", null, Stop))
            tree.Write(listed.Name, now);

        Assert.Equal(now, Encoding.UTF8.GetString(await ReadAsync(source, "a")));
    }

    [Fact]
    public async Task A_large_file_that_changes_while_it_is_read_shows_it_and_one_left_unread_does_no_harm()
    {
        File.WriteAllBytes(tree.At("a"), Noise(3_000_000));
        await using var source = tree.Open();
        await using (var content = await source.OpenAsync("a", Stop))
        {
            File.AppendAllText(tree.At("a"), "more");
            await content.Content.CopyToAsync(Stream.Null);
            Assert.False((await content.RevisitAsync(Stop)).SameStateAs(content.Opened));
        }

        for (var i = 0; i < 3; i++)
            await (await source.OpenAsync("a", Stop)).DisposeAsync();

        Assert.Equal(3_000_004, (await ReadAsync(source, "a")).Length);
    }

    [Fact]
    public async Task An_agent_that_dies_fails_the_file_it_was_at_and_no_other()
    {
        File.WriteAllBytes(tree.At("a"), Noise(30_000_000));
        tree.Write("b", "b");
        await using var source = tree.Open();
        await using var content = await source.OpenAsync("a", Stop);
        foreach (var agent in Agents(source))
            agent.Kill();

        var fault = await Assert.ThrowsAsync<SourceEntryException>(() => content.Content.CopyToAsync(Stream.Null));

        Assert.Equal(("a", ProblemCodes.AgentCrashed), (fault.Path, fault.Fault.Code));
        Assert.StartsWith("NT_STATUS_", fault.Fault.Detail, StringComparison.Ordinal);
        Assert.Equal("b", Encoding.UTF8.GetString(await ReadAsync(source, "b")));
    }

    [Fact]
    public async Task A_server_that_went_away_is_offline_and_after_its_return_nothing_is_to_be_done()
    {
        tree.Write("a", "a");
        await using var source = tree.Open();
        var root = await source.ProbeAsync(Stop);
        await samba.StopAsync();
        await samba.StartAsync();
        Assert.Equal("a", Encoding.UTF8.GetString(await ReadAsync(source, "a")));

        await samba.StopAsync();
        foreach (var call in new Func<Task>[] { () => source.ProbeAsync(Stop), () => source.StatAsync("a", Stop), () => ReadAsync(source, "a") })
        {
            var fault = await Assert.ThrowsAsync<ConnectorException>(call);
            Assert.Equal(ConnectorCodes.SourceOffline, fault.Code);
            Assert.Contains("NT_STATUS_", fault.Message, StringComparison.Ordinal);
        }

        await samba.StartAsync();
        Assert.Equal(root, await source.ProbeAsync(Stop));
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_not_tried_again()
    {
        await using var source = Open(secret: "wrong");

        var faults = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Assert.ThrowsAsync<ConnectorException>(() => source.ProbeAsync(Stop))));

        Assert.All(faults, fault => Assert.Equal(ConnectorCodes.AuthenticationFailed, fault.Code));
        Assert.Contains("NT_STATUS_LOGON_FAILURE", faults[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("share_name", "nowhere", ConnectorCodes.ShareNotFound, "NT_STATUS_BAD_NETWORK_NAME")]
    [InlineData("base_path", "not/there", ConnectorCodes.SourceOffline, "NT_STATUS_OBJECT_PATH_NOT_FOUND")]
    [InlineData("max_protocol", "SMB2_02", ConnectorCodes.ProtocolRefused, "NT_STATUS_")]
    public async Task What_keeps_us_out_is_told(string setting, string value, string code, string status)
    {
        samba.GlobalLines = ["server min protocol = SMB3_00"];
        await samba.ReloadAsync();
        await using var source = Open((setting, value));

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => source.ProbeAsync(Stop));

        Assert.True(code == fault.Code, fault.Message);
        Assert.Contains(status, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_other_case_is_not_there_though_the_server_opens_it()
    {
        tree.Write("Directory/Report.txt", "1");
        await using var source = tree.Open();

        Assert.NotNull(await source.StatAsync("Directory/Report.txt", Stop));
        Assert.Null(await source.StatAsync("Directory/report.txt", Stop));
        Assert.Null(await source.StatAsync("Directory/Report.txt/x", Stop));
        Assert.Equal("1", Encoding.UTF8.GetString(await ReadAsync(source, "Directory/report.txt")));
        // A directory at rest is not listed again for every name; a change of a name ends its rest.
        Directory.SetLastWriteTimeUtc(tree.At("Directory"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotNull(await source.StatAsync("Directory/Report.txt", Stop));
        Assert.Null(await source.StatAsync("Directory/report.txt", Stop));
        tree.Move("Directory/Report.txt", "Directory/report.txt");
        Assert.Null(await source.StatAsync("Directory/Report.txt", Stop));
        Assert.NotNull(await source.StatAsync("Directory/report.txt", Stop));
    }

    [Fact]
    public async Task Names_are_sorted_by_their_bytes_and_none_is_left_out()
    {
        string[] names = ["b%41", "a b", "Z", "é", "\uE000", "𝔘", "a#b", "a&b", "a;b", "[x]", "percent%", "plus+"];
        foreach (var name in names)
            tree.Write(name, name);
        for (var i = 0; i < 3_000; i++)
            tree.Write($"many/{i}", "");
        await using var source = tree.Open();

        var listed = new List<string>();
        await foreach (var entry in source.ListAsync("", null, Stop))
            listed.Add(entry.Name);
        var count = 0;
        await foreach (var entry in source.ListAsync("many", "5", Stop))
            count += string.CompareOrdinal(entry.Name, "5") >= 0 ? 1 : 100_000;

        Assert.Equal(names.Append("many").OrderBy(name => Convert.ToHexString(Encoding.UTF8.GetBytes(name)), StringComparer.Ordinal), listed);
        Assert.Equal(Enumerable.Range(0, 3_000).Count(i => string.CompareOrdinal($"{i}", "5") >= 0), count);
        foreach (var name in names)
            Assert.Equal(name, Encoding.UTF8.GetString(await ReadAsync(source, name)));
    }

    [Fact]
    public async Task Attributes_are_told()
    {
        tree.Write("hidden", "1");
        tree.Write("system", "2");
        tree.MakeDirectory("hidden directory");
        var name = Path.GetFileName(tree.Root);
        await samba.SmbClientAsync(
            SambaUser.Default, "files", $"setmode \"{name}/hidden\" +h", $"setmode \"{name}/system\" +s", $"setmode \"{name}/hidden directory\" +h");
        await using var source = tree.Open();

        var listed = new Dictionary<string, SourceAttributes>();
        await foreach (var entry in source.ListAsync("", null, Stop))
            listed.Add(entry.Name, entry.Attributes);

        Assert.Equal(SourceAttributes.Hidden, listed["hidden"]);
        Assert.Equal(SourceAttributes.System, listed["system"]);
        Assert.Equal(SourceAttributes.Hidden, listed["hidden directory"]);
    }

    [Fact]
    public async Task Who_we_are_shows_in_no_command_line_and_no_environment()
    {
        await using var source = tree.Open();
        await source.ProbeAsync(Stop);

        foreach (var agent in Agents(source))
        {
            var told = File.ReadAllText($"/proc/{agent.Id}/cmdline") + File.ReadAllText($"/proc/{agent.Id}/environ");
            Assert.DoesNotContain(SambaUser.Default.Password, told, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAIDRIVE", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Permissions_are_told_in_their_order_with_names_for_those_who_have_one()
    {
        tree.Write("a", "1");
        var sid = await samba.SidOfAsync(SambaUser.Default.Name);
        await SetPermissionsAsync("a", $"REVISION:1,OWNER:{sid},GROUP:S-1-22-2-0,ACL:S-1-1-0:DENIED/0x0/0x00010000,ACL:{sid}:ALLOWED/0x0/0x001f01ff");
        await using var source = (ISourceWithPermissions)tree.Open();

        var sddl = await source.ReadPermissionsAsync("a", Stop);
        var names = await source.ResolvePrincipalsAsync([sid, "S-1-1-0", "S-1-5-21-1-2-3-4"], Stop);

        Assert.Equal($"O:{sid}G:S-1-22-2-0D:(D;;0x00010000;;;S-1-1-0)(A;;0x001f01ff;;;{sid})", sddl);
        Assert.Equal(@"FILES\alice", names[sid]);
        Assert.Equal("Everyone", names["S-1-1-0"]);
        // The third was met nowhere, so nothing can be said about it.
        Assert.Equal(2, names.Count);
        var gone = await Assert.ThrowsAsync<SourceEntryException>(() => source.ReadPermissionsAsync("gone", Stop));
        Assert.Equal(ProblemCodes.Vanished, gone.Fault.Code);
    }

    [Fact]
    public void Permissions_of_the_share_as_a_whole_are_read_from_what_is_printed_of_them()
    {
        const string printed = """
            netname: files
            revision: 1
            DACL
            	ACL	Num ACEs:	2	revision:	2
            	ACE
            		type: ACCESS DENIED (1) flags: 0x00
            		Permissions: 0x1f01ff: SYNCHRONIZE_ACCESS WRITE_OWNER_ACCESS
            		SID: S-1-5-32-546
            	ACE
            		type: ACCESS ALLOWED (0) flags: 0x00
            		Permissions: 0x1200a9: SYNCHRONIZE_ACCESS READ_CONTROL_ACCESS
            		SID: S-1-1-0
            """;

        Assert.Equal("D:(D;;0x1f01ff;;;S-1-5-32-546)(A;;0x1200a9;;;S-1-1-0)", SharePermissions.ParseOrNull(printed));
        Assert.Null(SharePermissions.Judge("result was WERR_ACCESS_DENIED"));
        Assert.Null(SharePermissions.Judge("netname: files\n\tremark:\n"));
        Assert.Throws<SourceEntryException>(() => SharePermissions.Judge("Cannot connect to server.  Error was NT_STATUS_CONNECTION_RESET"));
        Assert.Throws<SourceEntryException>(() => SharePermissions.Judge(""));
    }

    [Fact]
    public async Task Principals_that_no_file_names_are_asked_for_by_their_number()
    {
        var sid = await samba.SidOfAsync(SambaUser.Default.Name);
        await using var source = (ISourceWithPermissions)tree.Open();

        var names = await source.ResolvePrincipalsAsync([sid, "S-1-5-32-544", "S-1-5-21-1-2-3-4", "no SID; quit"], Stop);

        Assert.Equal(@"FILES\alice", names[sid]);
        Assert.Equal(@"BUILTIN\Administrators", names["S-1-5-32-544"]);
        Assert.Equal(2, names.Count);
    }

    [Fact]
    public async Task Changes_are_told_by_the_directory_they_were_made_in_and_a_lost_connection_ends_it()
    {
        tree.MakeDirectory("d");
        await using var source = (IWatchableSource)tree.Open();
        await using var changes = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        var name = Path.GetFileName(tree.Root);
        var next = changes.MoveNextAsync().AsTask();
        // Until the server has the watch there is no telling from here: the first change is made again until it is told.
        for (var i = 0; !next.IsCompleted; i++)
            await samba.SmbClientAsync(SambaUser.Default, "files", $"cd \"{name}/d\"", $"mkdir first{i}", $"rmdir first{i}");
        Assert.True(await next);
        Assert.Equal(new SyncScope("d", false), changes.Current);

        await samba.SmbClientAsync(SambaUser.Default, "files", $"cd \"{name}\"", "mkdir new", "mkdir new/below", "rename d e");
        var told = new HashSet<SyncScope>();
        while (!told.IsSupersetOf([new SyncScope("", false), new SyncScope("new", true), new SyncScope("new", false), new SyncScope("e", true)]))
        {
            Assert.True(await changes.MoveNextAsync());
            told.Add(changes.Current);
        }

        await samba.StopAsync();
        var fault = await Assert.ThrowsAsync<ConnectorException>(async () =>
        {
            while (await changes.MoveNextAsync())
            {
            }
        });
        Assert.Equal(ConnectorCodes.SourceOffline, fault.Code);
    }

    [Fact]
    public async Task What_the_library_prints_does_not_get_among_the_answers()
    {
        tree.Write("a", "1");
        await using var source = tree.Open();
        var agent = await AgentAsync();

        await using (var printed = new FileStream($"/proc/{agent}/fd/1", FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            await printed.WriteAsync("params.c: a line that is no frame\n"u8.ToArray());

        Assert.NotNull(await source.StatAsync("a", Stop));
        Assert.Equal(agent, await AgentAsync());
        Assert.Equal("/dev/null", new FileInfo($"/proc/{agent}/fd/0").LinkTarget);

        async Task<int> AgentAsync()
        {
            await using var lease = await tree.Pool.LeaseAsync(Stop);
            return lease.Agent.Id;
        }
    }

    [Fact]
    public async Task Changed_permissions_are_told_of()
    {
        tree.Write("a", "1");
        await using var source = (IWatchableSource)tree.Open();
        await using var changes = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        var next = changes.MoveNextAsync().AsTask();
        // As above. Samba tells of no permissions further below.
        for (var i = 0; !next.IsCompleted && i < 100; i++)
            await SetPermissionsAsync("a", "REVISION:1,ACL:S-1-1-0:ALLOWED/0x0/0x001f01ff");

        Assert.True(next.IsCompleted && await next);
        Assert.Equal(new SyncScope("", false), changes.Current);
    }

    [Fact]
    public async Task More_changes_than_the_server_can_note_ask_for_everything()
    {
        await using var source = (IWatchableSource)tree.Open();
        await using var changes = source.WatchAsync(Stop).GetAsyncEnumerator(Stop);
        var next = changes.MoveNextAsync().AsTask();
        for (var i = 0; !next.IsCompleted; i++)
            tree.Write($"first{i}", "");
        Assert.True(await next);

        foreach (var agent in Agents(source))
            Signal(agent, "STOP");
        for (var i = 0; i < 6_000; i++)
            tree.Write($"one of very many files with a long name {i}", "");
        foreach (var agent in Agents(source))
            Signal(agent, "CONT");

        while (changes.Current != SyncScope.All)
            Assert.True(await changes.MoveNextAsync());

        static void Signal(Process process, string signal)
        {
            using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
            kill.WaitForExit();
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer_costs_the_request_alone()
    {
        tree.Write("a", "1");
        await using var impatient = Open(rules: new SyncRules { RequestTimeoutSeconds = 2 });
        await impatient.ProbeAsync(Stop);
        var agent = Assert.Single(Agents(impatient));
        using (var stop = Process.Start("kill", ["-STOP", $"{agent.Id}"]))
            await stop.WaitForExitAsync();

        var fault = await Assert.ThrowsAsync<SourceEntryException>(() => impatient.StatAsync("a", Stop));

        Assert.Equal(ProblemCodes.TimedOut, fault.Fault.Code);
        Assert.NotNull(await impatient.StatAsync(Path.GetFileName(tree.Root) + "/a", Stop));
        Assert.True(agent.HasExited);
    }

    private SmbSource Open(params (string Name, object Value)[] settings) => Open(null, null, settings);

    private SmbSource Open(string? secret = null, SyncRules? rules = null, params (string Name, object Value)[] settings)
    {
        var all = new Dictionary<string, object>
        {
            ["server_host"] = samba.Host,
            ["share_name"] = "files",
            ["username"] = SambaUser.Default.Name,
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        return (SmbSource)Smb.SmbTypes.New().Open(
            JsonSerializer.SerializeToElement(all), rules ?? new SyncRules { RequestTimeoutSeconds = 20 }, secret ?? SambaUser.Default.Password);
    }

    /// <summary>The agents of a source.</summary>
    private static List<Process> Agents(IConnectorSource source)
    {
        var folder = ((SmbSource)source).Pool.FolderPath;
        return [.. Process.GetProcesses().Where(process => FolderOf(process) == folder)];
    }

    private static string? FolderOf(Process process)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{process.Id}/cwd", returnFinalTarget: false)?.FullName;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
