using System.Net;
using System.Text;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Connectors;

public sealed class ConnectorTests : ConnectorApi
{
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
            everything.Append(await Api.Client.GetStringAsync(path, RunningApi.Stop));
        everything.AppendJoin('\n', Api.AccessLog);
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
        var before = WithoutMeta(await Api.Client.GetStringAsync($"{Smb}/{id}", RunningApi.Stop));
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
            ("""{"include_patterns":{"extensions":[null]}}""", "include_patterns"),
            ("""{"exclude_patterns":{"patterns":[null]}}""", "exclude_patterns"),
            ($$$"""{"exclude_patterns":{"patterns":["{{{new string('a', 1001)}}}"]}}""", "exclude_patterns"),
            ($$$"""{"exclude_patterns":{"patterns":[{{{string.Join(',', Enumerable.Range(0, 1001).Select(i => $"\"{i}\""))}}}]}}""", "exclude_patterns"),
            ("""{"settings":{"quiet_hours":[null]}}""", "0"),
            ("""{"settings":{"quiet_hours":[{"from":"22:00","to":"06:00","days":[null]}]}}""", "0"),
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

        Assert.Equal(before, WithoutMeta(await Api.Client.GetStringAsync($"{Smb}/{id}", RunningApi.Stop)));
    }

    [Fact]
    public async Task What_is_missing_at_setting_up_is_named_and_a_share_must_be_the_tenants()
    {
        using var empty = await RequestAsync(HttpMethod.Post, Smb, "{}");
        var fields = Strings((await empty.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")).GetProperty("error").GetProperty("details").GetProperty("fields"));
        Assert.Equal(["name", "server_host", "share_name", "target_share_id"], fields.Order());
        using var unknown = await RequestAsync(HttpMethod.Post, Smb, SmbBody().Replace(Api.Share.Id, "shr_none", StringComparison.Ordinal));
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
        var source = Directory.CreateDirectory(Path.Combine(Api.SourceRoot, "files")).FullName;
        File.WriteAllText(Path.Combine(source, "a.txt"), "narwhal");
        var made = await SendAsync(HttpMethod.Post, Folders, FolderBody(source), HttpStatusCode.Created);
        var id = Text(made, "id");
        Assert.Equal(("folder", source, "folder_to_scaidrive"), (Text(made, "type"), Text(made, "root"), Text(made, "sync_direction")));
        Assert.Equal(["smb", "folder"], (await SendAsync(HttpMethod.Get, Folders, null, HttpStatusCode.OK)).GetProperty("connectors").EnumerateArray().Select(one => Text(one, "type")));
        using (var hidden = await Api.Client.GetAsync($"{Smb}/{id}", RunningApi.Stop))
            await hidden.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        var test = await SendAsync(HttpMethod.Post, $"{Folders}/{id}/test", null, HttpStatusCode.OK);
        Assert.True(test.GetProperty("success").GetBoolean());
        Assert.Equal(("a.txt", "file", 7), (Text(test.GetProperty("seen").GetProperty("entries")[0], "name"), Text(test.GetProperty("seen").GetProperty("entries")[0], "kind"), test.GetProperty("seen").GetProperty("entries")[0].GetProperty("size_bytes").GetInt32()));
        Directory.Delete(source, recursive: true);
        test = await SendAsync(HttpMethod.Post, $"{Folders}/{id}/test", null, HttpStatusCode.OK);
        Assert.False(test.GetProperty("success").GetBoolean());
        Assert.Equal("source_offline", Text(test.GetProperty("error"), "code"));
        Assert.NotEqual("", Text(test.GetProperty("error"), "hint"));

        using (var gone = await Api.Client.DeleteAsync($"{Folders}/{id}", RunningApi.Stop))
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using (var again = await Api.Client.DeleteAsync($"{Folders}/{id}", RunningApi.Stop))
            await again.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(["connector.deleted", "connector.created"], await ActionsAsync(id));
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
}
