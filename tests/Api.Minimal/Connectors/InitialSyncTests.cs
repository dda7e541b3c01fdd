using System.Net;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Api.Minimal.Tests.Connectors;

/// <summary>What the operator's page says about an SMB connector that never completes its first run, done over HTTP against a Samba server.</summary>
public sealed class InitialSyncTests : IAsyncLifetime
{
    private const string Connectors = "/api/v1/smb-connectors";

    private SambaServer samba = null!;
    private WorkingApi api = null!;

    public async Task InitializeAsync()
    {
        samba = await SambaServer.StartAsync(new SambaOptions { Shares = [new SambaShare("files") { Lines = ["case sensitive = yes"] }, new SambaShare("windows")] });
        api = await WorkingApi.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await api.DisposeAsync();
        await samba.DisposeAsync();
    }

    [Fact]
    public async Task A_connector_set_up_over_the_api_alone_ends_in_step_and_its_files_are_found()
    {
        Write("plan.txt", "narwhal");
        Write("deep/er/notes.txt", "dugong");
        Write("Thumbs.db", "thumbnails");
        var share = (await api.GetAsync("/api/v1/shares")).GetProperty("shares")[0].GetProperty("id").GetString()!;
        var connector = await CreateAsync(share, "\"target_path\":\"/From the server\"");

        var test = await api.SendAsync(HttpMethod.Post, $"{connector}/test", null, HttpStatusCode.OK);
        Assert.True(test.GetProperty("success").GetBoolean(), test.ToString());
        Assert.Equal("signing", test.GetProperty("seen").GetProperty("session").GetProperty("protection").GetString());
        Assert.Contains("plan.txt", test.GetProperty("seen").GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()));

        var run = await api.SyncAsync(connector);
        Assert.Equal(("completed", 2, 0, ""), (run.GetProperty("status").GetString(), Number(run, "added"), Number(run, "error_count"), run.GetProperty("stderr").GetString()));
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("narwhal")).SequenceEqual(["plan.txt"]));
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("dugong")).SequenceEqual(["notes.txt"]));
        var file = await api.GetAsync($"/api/v1/search/why?share_id={share}&path={Uri.EscapeDataString("/From the server/deep/er/notes.txt")}");
        Assert.True(file.GetProperty("found").GetBoolean());

        // Another run finds nothing to do; a file that goes is no longer found.
        run = await api.SyncAsync(connector);
        Assert.Equal((0, 0, 0), (Number(run, "added"), Number(run, "updated"), Number(run, "deleted")));
        File.Delete(PathOf("plan.txt"));
        run = await api.SyncAsync(connector);
        Assert.Equal(1, Number(run, "deleted"));
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("narwhal")).Count == 0);
        var shown = await api.GetAsync(connector);
        Assert.Equal(("idle", JsonValueKind.Null), (shown.GetProperty("status").GetString(), shown.GetProperty("status_message").ValueKind));
        Assert.Equal((JsonValueKind.String, JsonValueKind.String), (shown.GetProperty("last_sync_at").ValueKind, shown.GetProperty("next_sync_at").ValueKind));
        Assert.Equal(2, Number(shown, "total_files_synced"));
    }

    [Fact]
    public async Task The_way_out_of_an_initial_sync_that_never_completes_works_as_written()
    {
        Write("report.docx", "x");
        Write("~$report.docx", "alice");
        Write("done.txt", "narwhal");
        Write("Readme.txt", "manatee upper");
        Write("README.txt", "manatee shouting");
        var connector = await CreateAsync(api.Share.Id, "\"exclude_patterns\":{\"patterns\":[]}");
        await using (await samba.HoldAsync(SambaUser.Default, "files", "~$report.docx"))
        {
            // The newest job has the count and names the file; the job went on and completed.
            await api.SyncAsync(connector);
            var newest = (await api.GetAsync($"{connector}/jobs")).GetProperty("jobs")[0];
            Assert.Equal(("completed", 1), (newest.GetProperty("status").GetString(), Number(newest, "error_count")));
            var line = Assert.Single(newest.GetProperty("stderr").GetString()!.Split('\n'));
            Assert.StartsWith("~$report.docx: locked:", line, StringComparison.Ordinal);
            Assert.Contains("NT_STATUS_SHARING_VIOLATION", line, StringComparison.Ordinal);
            Assert.Contains("Close it", line, StringComparison.Ordinal);
            await WorkingApi.UntilAsync(async () => (await api.FindAsync("narwhal")).SequenceEqual(["done.txt"]));

            // Excluding lock files removes it.
            await api.SendAsync(HttpMethod.Patch, connector, """{"exclude_patterns":{"patterns":["~$*"]}}""", HttpStatusCode.OK);
            var clean = await api.SyncAsync(connector);
            Assert.Equal((0, ""), (Number(clean, "error_count"), clean.GetProperty("stderr").GetString()));
        }

        // ScaiDrive tells names that differ in case apart, and so does this server: two files, no conflict, by whatever strategy.
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("manatee")).Order(StringComparer.Ordinal).SequenceEqual(["README.txt", "Readme.txt"]));
        foreach (var strategy in new[] { "KEEP_BOTH", "LAST_WRITER_WINS", "MANUAL", "SERVER_WINS", "CLIENT_WINS" })
        {
            var changed = await api.SendAsync(HttpMethod.Patch, connector, $$"""{"conflict_resolution":"{{strategy}}"}""", HttpStatusCode.OK);
            Assert.Equal(strategy, changed.GetProperty("conflict_resolution").GetString());
        }

        // The time that one directory may take.
        var slower = await api.SendAsync(HttpMethod.Patch, connector, """{"settings":{"directory_timeout_seconds":900}}""", HttpStatusCode.OK);
        Assert.Equal(900, Number(slower.GetProperty("settings"), "directory_timeout_seconds"));
        var last = await api.SyncAsync(connector);
        Assert.Equal(("completed", 0, 0), (last.GetProperty("status").GetString(), Number(last, "error_count"), Number(last, "conflicts")));
        Assert.Empty((await api.GetAsync($"{connector}/conflicts")).GetProperty("conflicts").EnumerateArray());
    }

    [Fact]
    public async Task A_change_on_the_share_is_found_and_a_deletion_is_not_without_a_run_asked_for()
    {
        Write("plan.txt", "narwhal");
        var connector = await CreateAsync(api.Share.Id, null, watch: true);
        await api.SyncAsync(connector);
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("narwhal")).Count == 1);

        Write("new.txt", "dugong");
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("dugong")).SequenceEqual(["new.txt"]));
        File.Delete(PathOf("plan.txt"));
        await WorkingApi.UntilAsync(async () => (await api.FindAsync("narwhal")).Count == 0);
        Assert.Contains((await api.GetAsync($"{connector}/jobs")).GetProperty("jobs").EnumerateArray(), run => run.GetProperty("trigger").GetString() == "change");
    }

    [Fact]
    public async Task Names_that_a_server_takes_for_one_go_by_conflict_resolution()
    {
        await UploadAsync("Plan.txt", "narwhal");
        await UploadAsync("plan.txt", "dugong");
        var connector = await CreateAsync(api.Share.Id, "\"sync_direction\":\"bidirectional\",\"conflict_resolution\":\"MANUAL\"", shareName: "windows");
        await api.SyncAsync(connector);
        var open = Assert.Single((await api.GetAsync($"{connector}/conflicts?state=open")).GetProperty("conflicts").EnumerateArray());
        Assert.Equal("case", open.GetProperty("kind").GetString());
        Assert.Single(Directory.GetFiles(samba.FolderOf("windows")));

        await api.SendAsync(HttpMethod.Post, $"{connector}/conflicts/{open.GetProperty("id").GetString()}/resolve", """{"keep":"both"}""", HttpStatusCode.OK);
        await api.SyncAsync(connector);
        var settled = Assert.Single((await api.GetAsync($"{connector}/conflicts")).GetProperty("conflicts").EnumerateArray());
        Assert.Equal(("resolved", "both"), (settled.GetProperty("state").GetString(), settled.GetProperty("keep").GetString()));
        Assert.Equal(["dugong", "narwhal"], Directory.GetFiles(samba.FolderOf("windows")).Select(File.ReadAllText).Order());
    }

    [Fact]
    public async Task A_wrong_password_is_told_by_test_and_run_and_mended_by_a_change()
    {
        Write("plan.txt", "narwhal");
        var connector = await CreateAsync(api.Share.Id, null, password: "wrong");
        var test = await api.SendAsync(HttpMethod.Post, $"{connector}/test", null, HttpStatusCode.OK);
        Assert.Equal((false, "authentication_failed"), (test.GetProperty("success").GetBoolean(), test.GetProperty("error").GetProperty("code").GetString()));
        Assert.NotEqual("", test.GetProperty("error").GetProperty("hint").GetString());
        var failed = await api.SyncAsync(connector);
        Assert.Equal(("failed", "authentication_failed"), (failed.GetProperty("status").GetString(), failed.GetProperty("error_code").GetString()));
        Assert.StartsWith("authentication_failed:", failed.GetProperty("stderr").GetString(), StringComparison.Ordinal);
        Assert.Equal("error", (await api.GetAsync(connector)).GetProperty("status").GetString());

        await api.SendAsync(HttpMethod.Patch, connector, $$"""{"password":"{{SambaUser.Default.Password}}"}""", HttpStatusCode.OK);
        var mended = await api.SyncAsync(connector);
        Assert.Equal(("completed", 1), (mended.GetProperty("status").GetString(), Number(mended, "added")));
        Assert.Equal("idle", (await api.GetAsync(connector)).GetProperty("status").GetString());
    }

    private async Task UploadAsync(string name, string text)
    {
        using var form = new MultipartFormDataContent { { new StringContent(api.Share.Id), "share_id" }, { new StringContent(text), "file", name } };
        using var answer = await api.Client.PostAsync("/api/v1/files", form);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<string> CreateAsync(string share, string? more, string? password = null, string shareName = "files", bool watch = false)
    {
        // What a watch starts would take the changes that a test wants to see in the run that it asks for.
        var made = await api.SendAsync(
            HttpMethod.Post,
            Connectors,
            $$"""
            {"name":"Files","server_host":"{{samba.Host}}","share_name":"{{shareName}}","username":"{{SambaUser.Default.Name}}","password":"{{password ?? SambaUser.Default.Password}}",
             "target_share_id":"{{share}}","settings":{"watch_for_changes":{{(watch ? "true" : "false")}}}{{(more is null ? "" : "," + more)}}}
            """,
            HttpStatusCode.Created);
        return $"{Connectors}/{made.GetProperty("id").GetString()}";
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    private string PathOf(string path) => Path.Combine(samba.FolderOf("files"), path);

    private static int Number(JsonElement element, string member) => element.GetProperty(member).GetInt32();
}
