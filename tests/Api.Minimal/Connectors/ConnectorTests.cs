using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Connectors;

public sealed class ConnectorTests : IAsyncLifetime
{
    private const string Smb = "/api/v1/smb-connectors";
    private const string Folders = "/api/v1/connectors";
    private const string Password = "hunter2-very-secret";

    private readonly RunningApi api = new();

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task An_smb_connector_is_set_up_with_defaults_and_shows_every_field_but_its_password()
    {
        var made = await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created);
        Assert.StartsWith("cnn_", made.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ("files.example.com", 445, "projects", "", "", "reader", true),
            (Text(made, "server_host"), made.GetProperty("server_port").GetInt32(), Text(made, "share_name"), Text(made, "base_path"), Text(made, "domain"),
                Text(made, "username"), made.GetProperty("has_password").GetBoolean()));
        Assert.Equal(
            ("smb", "smb_to_scaidrive", "LAST_WRITER_WINS", "/", 15, "idle"),
            (Text(made, "type"), Text(made, "sync_direction"), Text(made, "conflict_resolution"), Text(made, "target_path"),
                made.GetProperty("sync_interval_minutes").GetInt32(), Text(made, "status")));
        Assert.Equal(["~$*", "Thumbs.db", ".DS_Store", "desktop.ini"], Strings(made.GetProperty("exclude_patterns").GetProperty("patterns")));
        Assert.Equal((300, 20, 100), (Setting(made, "directory_timeout_seconds"), Setting(made, "mass_delete_percent"), Setting(made, "mass_delete_files")));
        foreach (var member in new[] { "sync_permissions", "sync_hidden_files", "sync_system_files" })
            Assert.False(made.GetProperty(member).GetBoolean());
        foreach (var member in new[] { "status_message", "last_sync_at" })
            Assert.Equal(JsonValueKind.Null, made.GetProperty(member).ValueKind);
        foreach (var member in new[] { "error_count", "total_files_synced", "total_bytes_synced" })
            Assert.Equal(0, made.GetProperty(member).GetInt64());
        Assert.False(made.TryGetProperty("password", out _));

        var list = await SendAsync(HttpMethod.Get, Smb, null, HttpStatusCode.OK);
        Assert.Equal((1, Text(made, "id")), (list.GetProperty("total").GetInt32(), Text(list.GetProperty("connectors")[0], "id")));
        Assert.Equal("projects", Text(await SendAsync(HttpMethod.Get, $"{Smb}/{Text(made, "id")}", null, HttpStatusCode.OK), "share_name"));
    }

    [Fact]
    public async Task A_password_is_kept_encrypted_and_leaves_by_no_way()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        await SendAsync(HttpMethod.Patch, $"{Smb}/{id}", $$"""{"password":"{{Password}}-2"}""", HttpStatusCode.OK);
        var everything = new StringBuilder();
        foreach (var path in new[] { Smb, Folders, $"{Smb}/{id}", $"{Smb}/{id}/jobs", "/api/v1/admin/audit" })
            everything.Append(await api.Client.GetStringAsync(path, RunningApi.Stop));
        everything.AppendJoin('\n', api.AccessLog);
        everything.Append(await ScalarAsync("SELECT string_agg(connector::text, ' ') FROM connectors.connector"));
        Assert.DoesNotContain(Password, everything.ToString(), StringComparison.Ordinal);

        Assert.NotEmpty(await ScalarAsync("SELECT secret FROM connectors.connector"));
        Assert.Equal(["connector.changed", "connector.secret_changed", "connector.created"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_change_replaces_what_it_names_and_leaves_the_rest()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody("""
            "description":"All projects","include_patterns":{"extensions":["pdf",".docx"],"patterns":["archive/**"]},
            "settings":{"parallel_files":2,"quiet_hours":[{"from":"22:00","to":"06:00","time_zone":"Europe/Berlin"}]}
            """), HttpStatusCode.Created), "id");
        var changed = await SendAsync(HttpMethod.Patch, $"{Smb}/{id}", """
            {"name":"Renamed","exclude_patterns":{"patterns":["~$*"]},"settings":{"directory_timeout_seconds":900},"sync_direction":"bidirectional",
             "conflict_resolution":"KEEP_BOTH","description":null,"sync_interval_minutes":60,"target_path":"/From server"}
            """, HttpStatusCode.OK);
        Assert.Equal(
            ("Renamed", "bidirectional", "KEEP_BOTH", "", "/From server", 60),
            (Text(changed, "name"), Text(changed, "sync_direction"), Text(changed, "conflict_resolution"), Text(changed, "description"), Text(changed, "target_path"),
                changed.GetProperty("sync_interval_minutes").GetInt32()));
        Assert.Equal(["~$*"], Strings(changed.GetProperty("exclude_patterns").GetProperty("patterns")));
        Assert.Equal((900, 2), (Setting(changed, "directory_timeout_seconds"), Setting(changed, "parallel_files")));
        Assert.Equal("Europe/Berlin", Text(changed.GetProperty("settings").GetProperty("quiet_hours")[0], "time_zone"));
        Assert.Equal(["docx", "pdf"], Strings(changed.GetProperty("include_patterns").GetProperty("extensions")).Order());
        Assert.Equal(["archive/**"], Strings(changed.GetProperty("include_patterns").GetProperty("patterns")));
        Assert.True(changed.GetProperty("has_password").GetBoolean());

        changed = await SendAsync(HttpMethod.Patch, $"{Smb}/{id}", """{"settings":{"directory_timeout_seconds":null},"password":null}""", HttpStatusCode.OK);
        Assert.Equal((300, 2), (Setting(changed, "directory_timeout_seconds"), Setting(changed, "parallel_files")));
        Assert.False(changed.GetProperty("has_password").GetBoolean());
    }

    [Fact]
    public async Task A_value_that_cannot_work_is_refused_with_its_field()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var before = WithoutMeta(await api.Client.GetStringAsync($"{Smb}/{id}", RunningApi.Stop));
        foreach (var (change, field) in new[]
        {
            ("""{"name":""}""", "name"),
            ("""{"name":null}""", "name"),
            ("""{"colour":"red"}""", "colour"),
            ("""{"server_port":"many"}""", "server_port"),
            ("""{"server_port":70000}""", "server_port"),
            ("""{"server_host":"//files/x"}""", "server_host"),
            ("""{"share_name":"a/b"}""", "share_name"),
            ("""{"base_path":"../x"}""", "base_path"),
            ("""{"target_path":"x"}""", "target_path"),
            ("""{"target_share_id":"shr_other"}""", "target_share_id"),
            ("""{"sync_direction":"sideways"}""", "sync_direction"),
            ("""{"sync_direction":"folder_to_scaidrive"}""", "sync_direction"),
            ("""{"conflict_resolution":"newest"}""", "conflict_resolution"),
            ("""{"sync_interval_minutes":0}""", "sync_interval_minutes"),
            ("""{"sync_permissions":"yes"}""", "sync_permissions"),
            ("""{"exclude_patterns":{"patterns":["/"]}}""", "exclude_patterns"),
            ("""{"exclude_patterns":["~$*"]}""", "exclude_patterns"),
            ("""{"settings":{"directory_timeout_seconds":0}}""", "directory_timeout_seconds"),
            ("""{"settings":{"directory_timeout":5}}""", "directory_timeout"),
            ("""{"settings":{"min_protocol":"NT1"}}""", "min_protocol"),
            ("""{"settings":{"quiet_hours":[{"from":"22:00","to":"06:00","time_zone":"Mars/Olympus"}]}}""", "0"),
            ("""{"server_host":"elsewhere.example.com"}""", "server_host"),
            ("""{"keytab":"not base64!"}""", "keytab"),
            ("""{"settings":{"authentication":"kerberos"}}""", "realm"),
        })
        {
            using var answer = await RequestAsync(HttpMethod.Patch, $"{Smb}/{id}", change);
            var body = await answer.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
            Assert.Equal((change, field), (change, Strings(body.GetProperty("error").GetProperty("details").GetProperty("fields"))[0]));
            Assert.DoesNotContain(Password, body.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(before, WithoutMeta(await api.Client.GetStringAsync($"{Smb}/{id}", RunningApi.Stop)));
    }

    [Fact]
    public async Task What_is_missing_at_setting_up_is_named_and_a_share_must_be_the_tenants()
    {
        using var empty = await RequestAsync(HttpMethod.Post, Smb, "{}");
        var fields = Strings((await empty.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")).GetProperty("error").GetProperty("details").GetProperty("fields"));
        Assert.Equal(["name", "server_host", "share_name", "target_share_id"], fields.Order());
        using var unknown = await RequestAsync(HttpMethod.Post, Smb, SmbBody().Replace(api.Share.Id, "shr_none", StringComparison.Ordinal));
        await unknown.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(0, (await SendAsync(HttpMethod.Get, Smb, null, HttpStatusCode.OK)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Another_server_gets_the_password_only_with_the_password()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var moved = await SendAsync(HttpMethod.Patch, $"{Smb}/{id}", """{"server_host":"new.example.com","password":"again"}""", HttpStatusCode.OK);
        Assert.Equal("new.example.com", Text(moved, "server_host"));
    }

    [Fact]
    public async Task Folders_have_the_same_surface_and_the_list_shows_all_types()
    {
        await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created);
        var source = Directory.CreateDirectory(Path.Combine(api.SourceRoot, "files")).FullName;
        File.WriteAllText(Path.Combine(source, "a.txt"), "narwhal");
        var made = await SendAsync(HttpMethod.Post, Folders, FolderBody(source), HttpStatusCode.Created);
        var id = Text(made, "id");
        Assert.Equal(("folder", source, "folder_to_scaidrive"), (Text(made, "type"), Text(made, "root"), Text(made, "sync_direction")));
        Assert.Equal(["smb", "folder"], (await SendAsync(HttpMethod.Get, Folders, null, HttpStatusCode.OK)).GetProperty("connectors").EnumerateArray().Select(one => Text(one, "type")));
        using (var hidden = await api.Client.GetAsync($"{Smb}/{id}", RunningApi.Stop))
            await hidden.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        var test = await SendAsync(HttpMethod.Post, $"{Folders}/{id}/test", null, HttpStatusCode.OK);
        Assert.True(test.GetProperty("success").GetBoolean());
        Assert.Equal(("a.txt", "file", 7), (Text(test.GetProperty("seen").GetProperty("entries")[0], "name"), Text(test.GetProperty("seen").GetProperty("entries")[0], "kind"), test.GetProperty("seen").GetProperty("entries")[0].GetProperty("size_bytes").GetInt32()));
        Directory.Delete(source, recursive: true);
        test = await SendAsync(HttpMethod.Post, $"{Folders}/{id}/test", null, HttpStatusCode.OK);
        Assert.False(test.GetProperty("success").GetBoolean());
        Assert.Equal("source_offline", Text(test.GetProperty("error"), "code"));
        Assert.NotEqual("", Text(test.GetProperty("error"), "hint"));

        using (var gone = await api.Client.DeleteAsync($"{Folders}/{id}", RunningApi.Stop))
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using (var again = await api.Client.DeleteAsync($"{Folders}/{id}", RunningApi.Stop))
            await again.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(["connector.deleted", "connector.created"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_pause_says_why_and_refuses_runs_until_it_ends()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var paused = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/pause", """{"reason":"New disks"}""", HttpStatusCode.OK);
        Assert.Equal(("paused", "New disks"), (Text(paused, "status"), Text(paused, "status_message")));
        using (var refused = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/sync", null))
            await refused.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        var resumed = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/resume", null, HttpStatusCode.OK);
        Assert.Equal("idle", Text(resumed, "status"));
        await SendAsync(HttpMethod.Post, $"{Smb}/{id}/pause", null, HttpStatusCode.OK);
        Assert.Equal(["connector.paused", "connector.resumed", "connector.paused", "connector.created"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_run_is_asked_for_once_and_deletions_that_are_allowed_leave_an_event()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var started = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/sync", """{"allowed_deletes":250,"full":true}""", HttpStatusCode.Accepted);
        var job = await SendAsync(HttpMethod.Get, $"/api/v1/admin/jobs/{started.GetProperty("job_id").GetInt64()}", null, HttpStatusCode.OK);
        Assert.Equal(("sync-connector", id), (Text(job, "kind"), Text(job, "subject_id")));
        using (var second = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/sync", """{"dry_run":true}"""))
        {
            var refusal = await second.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
            Assert.Equal(started.GetProperty("job_id").GetInt64(), refusal.GetProperty("error").GetProperty("details").GetProperty("job_id").GetInt64());
        }

        using (var wrong = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/sync", """{"allowed_deletes":-1}"""))
            await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(["connector.deletes_confirmed", "connector.created"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_run_that_only_waits_makes_way_for_one_that_somebody_asks_for()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var first = (await SendAsync(HttpMethod.Post, $"{Smb}/{id}/sync", null, HttpStatusCode.Accepted)).GetProperty("job_id").GetInt64();
        await api.ExecuteAsync("UPDATE queue.job SET state = 'scheduled', place = NULL, run_at = now() + interval '1 hour' WHERE id = $1", first);
        var second = (await SendAsync(HttpMethod.Post, $"{Smb}/{id}/sync", null, HttpStatusCode.Accepted)).GetProperty("job_id").GetInt64();
        Assert.NotEqual(first, second);
        Assert.Equal("cancelled", Text(await SendAsync(HttpMethod.Get, $"/api/v1/admin/jobs/{first}", null, HttpStatusCode.OK), "state"));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_with_counters_and_a_line_for_each_failed_item()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        await api.ExecuteAsync("""
            INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, phase, finished_at, listed, added, errors, problems, error_code, error_message)
            VALUES ('tnt_local', 'run_1', $1, 'schedule', 'completed', 'done', now(), 12, 9, 1, 2, NULL, NULL),
                   ('tnt_local', 'run_2', $1, 'manual', 'failed', 'walk', now(), 3, 0, 0, 0, 'source_offline', 'No route to host.')
            """, id);
        await api.ExecuteAsync("INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, cursor, listed) VALUES ('tnt_local', 'run_3', $1, 'change', 'a/b.txt', 5)", id);
        await api.ExecuteAsync("""
            INSERT INTO connectors.item (tenant_id, run_id, number, path, action, code, detail, is_error)
            VALUES ('tnt_local', 'run_1', 1, 'link', 'skipped', 'link', 'A link.', false),
                   ('tnt_local', 'run_1', 2, '~$report.docx', 'error', 'locked', 'NT_STATUS_SHARING_VIOLATION', true)
            """);
        var page = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs?limit=2", null, HttpStatusCode.OK);
        Assert.Equal(["run_3", "run_2"], page.GetProperty("jobs").EnumerateArray().Select(run => Text(run, "id")));
        var (running, failed) = (page.GetProperty("jobs")[0], page.GetProperty("jobs")[1]);
        Assert.Equal(("running", "walk", "a/b.txt"), (Text(running, "status"), Text(running.GetProperty("progress"), "phase"), Text(running.GetProperty("progress"), "path")));
        Assert.Equal("source_offline: No route to host.", Text(failed, "stderr"));
        Assert.Equal(JsonValueKind.Null, failed.GetProperty("progress").ValueKind);

        var next = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs?before_id={Text(page, "next_before_id")}", null, HttpStatusCode.OK);
        var done = Assert.Single(next.GetProperty("jobs").EnumerateArray());
        Assert.Equal((1, 12, 9), (done.GetProperty("error_count").GetInt32(), done.GetProperty("listed").GetInt32(), done.GetProperty("report").GetProperty("added").GetInt32()));
        var line = Assert.Single(Text(done, "stderr").Split('\n'));
        Assert.StartsWith("~$report.docx: locked: NT_STATUS_SHARING_VIOLATION", line, StringComparison.Ordinal);
        Assert.Contains("Close it", line, StringComparison.Ordinal);

        Assert.Equal("run_1", Text(await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs/run_1", null, HttpStatusCode.OK), "id"));
        var problems = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs/run_1/problems?limit=1", null, HttpStatusCode.OK);
        Assert.Equal(("link", 1), (Text(problems.GetProperty("problems")[0], "path"), problems.GetProperty("next_after").GetInt32()));
        var items = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs/run_1/items?after=1", null, HttpStatusCode.OK);
        Assert.Equal("error", Text(items.GetProperty("items")[0], "action"));
        using var none = await api.Client.GetAsync($"{Smb}/{id}/jobs/run_9", RunningApi.Stop);
        await none.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        using var plan = await api.Client.GetAsync($"{Smb}/{id}/jobs/run_1/plan", RunningApi.Stop);
        await plan.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task An_open_conflict_is_decided_and_a_resolved_one_is_not()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        await api.ExecuteAsync("""
            INSERT INTO connectors.conflict (tenant_id, connector_id, id, run_id, path, kind, resolution, state, outcome, server_sha256, server_size_bytes, server_modified_at)
            VALUES ('tnt_local', $1, 'cfl_1', 'run_1', 'a.txt', 'content', 'MANUAL', 'open', NULL, 'ab', 3, now()),
                   ('tnt_local', $1, 'cfl_2', 'run_1', 'b.txt', 'content', 'KEEP_BOTH', 'resolved', 'Kept both.', NULL, NULL, NULL)
            """, id);
        var open = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/conflicts?state=open", null, HttpStatusCode.OK);
        Assert.Equal(("cfl_1", "a.txt", 3), (Text(open.GetProperty("conflicts")[0], "id"), Text(open.GetProperty("conflicts")[0], "path"), open.GetProperty("conflicts")[0].GetProperty("server").GetProperty("size_bytes").GetInt32()));
        var decided = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/conflicts/cfl_1/resolve", """{"keep":"client"}""", HttpStatusCode.OK);
        Assert.Equal(("open", "client"), (Text(decided, "state"), Text(decided, "keep")));
        foreach (var (path, body, status, code) in new[]
        {
            ("cfl_2", """{"keep":"client"}""", HttpStatusCode.Conflict, "CONFLICT"),
            ("cfl_9", """{"keep":"client"}""", HttpStatusCode.NotFound, "NOT_FOUND"),
            ("cfl_1", """{"keep":"mine"}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
        })
        {
            using var refused = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/conflicts/{path}/resolve", body);
            await refused.ErrorAsync(status, code);
        }
    }

    [Fact]
    public async Task A_table_of_identities_is_uploaded_and_read_back_and_its_faults_are_named_by_line()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        const string table = "smb-sid,scaidrive-user\r\nS-1-5-21-1-2-3-1001,usr_local\r\n";
        using (var put = await CsvAsync(HttpMethod.Put, $"{Smb}/{id}/identity-mapping", table))
            Assert.Equal((HttpStatusCode.OK, 1), (put.StatusCode, (await put.JsonAsync()).GetProperty("rows").GetInt32()));
        var json = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/identity-mapping", null, HttpStatusCode.OK);
        var one = Assert.Single(json.GetProperty("mappings").EnumerateArray());
        Assert.Equal(("S-1-5-21-1-2-3-1001", "user", "usr_local", "csv"), (Text(one, "smb_sid"), Text(one, "principal_type"), Text(one, "principal_id"), Text(one, "how")));

        using (var wrong = await CsvAsync(HttpMethod.Post, $"{Smb}/{id}/identity-mapping", "smb-sid,scaidrive-user\nS-1-5-21-1-2-3-1001,usr_nobody_knows\n"))
            Assert.Contains("line 2", (await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")).GetProperty("detail")[0].GetProperty("loc").ToString(), StringComparison.Ordinal);
        using (var typeless = await RequestAsync(HttpMethod.Put, $"{Smb}/{id}/identity-mapping", "{}"))
            await typeless.ErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Smb}/{id}/identity-mapping");
        request.Headers.Accept.ParseAdd("text/csv");
        using var read = await api.Client.SendAsync(request, RunningApi.Stop);
        Assert.Equal("text/csv", read.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["smb-sid,scaidrive-user", "S-1-5-21-1-2-3-1001,usr_local"], (await read.Content.ReadAsStringAsync(RunningApi.Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Empty((await SendAsync(HttpMethod.Get, $"{Smb}/{id}/unmapped-principals", null, HttpStatusCode.OK)).GetProperty("principals").EnumerateArray());
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own()
    {
        var document = await SendAsync(HttpMethod.Get, "/openapi/v1.json", null, HttpStatusCode.OK);
        var names = document.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.Contains("connectors", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject())
            .Where(operation => operation.Value.ValueKind == JsonValueKind.Object && operation.Value.TryGetProperty("operationId", out _))
            .Select(operation => Text(operation.Value, "operationId"))
            .ToList();
        Assert.Contains("CreateSmbConnector", names);
        Assert.Contains("ListConnectorRuns", names);
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    private string SmbBody(string? more = null) =>
        $$"""{"name":"Projects","server_host":"files.example.com","share_name":"projects","username":"reader","password":"{{Password}}","target_share_id":"{{api.Share.Id}}"{{(more is null ? "" : "," + more)}}}""";

    private string FolderBody(string root) => JsonSerializer.Serialize(new { name = "Files", type = "folder", root, target_share_id = api.Share.Id });

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        return await api.Client.SendAsync(request, RunningApi.Stop);
    }

    private async Task<HttpResponseMessage> CsvAsync(HttpMethod method, string path, string table)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(table, MediaTypeHeaderValue.Parse("text/csv")) };
        return await api.Client.SendAsync(request, RunningApi.Stop);
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json, HttpStatusCode expected)
    {
        using var answer = await RequestAsync(method, path, json);
        Assert.True(expected == answer.StatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(RunningApi.Stop)}");
        return await answer.JsonAsync();
    }

    private async Task<List<string>> ActionsAsync(string targetId)
    {
        var events = await SendAsync(HttpMethod.Get, $"/api/v1/admin/audit?target_id={targetId}", null, HttpStatusCode.OK);
        return [.. events.GetProperty("events").EnumerateArray().Select(one => Text(one, "action"))];
    }

    private async Task<string> ScalarAsync(string sql)
    {
        await using var command = api.Database.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(RunningApi.Stop))!;
    }

    private static string WithoutMeta(string json) => json[..json.LastIndexOf("\"meta\"", StringComparison.Ordinal)];

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static int Setting(JsonElement connector, string member) => connector.GetProperty("settings").GetProperty(member).GetInt32();

    private static List<string> Strings(JsonElement array) => [.. array.EnumerateArray().Select(one => one.GetString()!)];
}
