using System.Net;
using System.Text.Json;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Tests.Permissions;

public sealed class PermissionTests : People
{
    [Fact]
    public async Task A_role_allows_what_it_says_and_the_rest_is_refused_with_its_name()
    {
        await AddMemberAsync("bob", "reader");
        await AddMemberAsync("carla", "contributor");
        var file = Text(await UploadAsync("carla", "a.txt"), "id");

        await GetAsync("bob", $"/files/{file}");
        await GetAsync("bob", $"/files/{file}/content");
        var refused = await SendAsync("bob", HttpMethod.Delete, $"/files/{file}", null, HttpStatusCode.Forbidden);
        Assert.Equal(("AUTHZ_PERMISSION_DENIED", $"Permission denied: DELETE on file/{file}"), (Code(refused), Text(refused, "detail")));
        refused = await UploadAsync("bob", "b.txt", HttpStatusCode.Forbidden);
        Assert.Equal($"Permission denied: CREATE on share/{ShareId}", Text(refused, "detail"));
        Assert.Equal(["permission.denied usr_bob"], await ActionsAsync(file));
        await SendAsync("bob", HttpMethod.Post, "/search/reindex", $$"""{"file_id":"{{file}}"}""", HttpStatusCode.Forbidden);
        await SendAsync("carla", HttpMethod.Delete, $"/files/{file}", null, HttpStatusCode.NoContent);
        await GetAsync("bob", $"/files/{file}", HttpStatusCode.Gone);
        await MallorysAsync(HttpMethod.Get, $"/files/{file}", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_a_list_denies_is_nowhere_and_comes_back_with_the_denial()
    {
        await AddMemberAsync("bob", "contributor");
        var (open, hidden) = (await FileAsync("open.txt", null), await FileAsync("hidden.txt", "Secrets"));
        Api.Engine.Add(open, "plum");
        Api.Engine.Add(hidden, "plum");
        await ExpectAsync("bob", hidden, isThere: true, ["hidden.txt", "open.txt"]);
        var denial = await SayAsync($"folder/{hidden.FolderId}", "bob", "deny", "READ");
        Assert.Equal("deny", Text(denial, "ace_type"));
        await ExpectAsync("bob", hidden, isThere: false, ["open.txt"]);
        await ExpectAsync("anna", hidden, isThere: true, ["hidden.txt", "open.txt"]);
        Assert.Equal("open.txt", Text(Assert.Single((await GetAsync("bob", $"/folders/root/children?share_id={ShareId}")).GetProperty("items").EnumerateArray()), "name"));
        await GetAsync("bob", $"/folders/{hidden.FolderId}/children?share_id={ShareId}", HttpStatusCode.NotFound);

        // The nearer word counts.
        await SayAsync($"file/{hidden.Id}", "bob", "allow", "READ");
        await ExpectAsync("bob", hidden, isThere: true, ["hidden.txt", "open.txt"]);
        Assert.Equal("READ WRITE DELETE CREATE", await EffectiveAsync("bob", $"file/{hidden.Id}"));
        await RemoveAsync($"file/{hidden.Id}", "bob", "allow");
        await ExpectAsync("bob", hidden, isThere: false, ["open.txt"]);
        await RemoveAsync($"folder/{hidden.FolderId}", "bob", "deny");
        await ExpectAsync("bob", hidden, isThere: true, ["hidden.txt", "open.txt"]);
        Assert.Equal(["acl.set usr_anna", "acl.removed usr_anna"], await ActionsAsync(hidden.FolderId!));
    }

    [Fact]
    public async Task A_list_is_seen_and_changed_by_who_may_and_speaks_of_people_of_its_tenant()
    {
        await AddMemberAsync("bob", "reader");
        var share = $"/permissions/acl/share/{ShareId}";
        await GetAsync("bob", share, HttpStatusCode.Forbidden);
        await GetAsync("carla", share, HttpStatusCode.NotFound);
        await MallorysAsync(HttpMethod.Get, share, null, HttpStatusCode.NotFound);
        foreach (var (json, status) in new (string, HttpStatusCode)[]
        {
            ("""{"principal_type":"user","principal_id":"usr_mallory","ace_type":"allow","permissions":["READ"]}""", HttpStatusCode.NotFound),
            ("""{"principal_type":"group","principal_id":"usr_bob","ace_type":"allow","permissions":["READ"]}""", HttpStatusCode.NotFound),
            ("""{"principal_type":"user","ace_type":"allow","permissions":["READ"]}""", HttpStatusCode.UnprocessableEntity),
            ("""{"principal_type":"everyone","principal_id":"usr_bob","ace_type":"allow","permissions":["READ"]}""", HttpStatusCode.UnprocessableEntity),
            ("""{"principal_type":"user","principal_id":"usr_bob","ace_type":"allow","permissions":["FLY"]}""", HttpStatusCode.UnprocessableEntity),
            ("""{"principal_type":"user","principal_id":"usr_bob","ace_type":"allow","permissions":[]}""", HttpStatusCode.UnprocessableEntity),
            ("""{"principal_type":"user","principal_id":"usr_bob","ace_type":"maybe","permissions":["READ"]}""", HttpStatusCode.UnprocessableEntity),
        })
        {
            await SendAsync("anna", HttpMethod.Post, share, json, status);
        }

        await SendAsync("anna", HttpMethod.Post, share, """{"principal_type":"everyone","principal_id":"everyone","ace_type":"allow","permissions":["READ"],"inherit_to_children":false}""", HttpStatusCode.Created);
        await SayAsync($"share/{ShareId}", "bob", "allow", "WRITE");
        await SayAsync($"share/{ShareId}", "bob", "allow", "DELETE", "CREATE");
        await SayAsync($"share/{ShareId}", "bob", "deny", "SHARE");
        var list = await GetAsync("anna", share);
        Assert.Equal(
            ["deny usr_bob SHARE", "allow everyone READ", "allow usr_bob DELETE CREATE"],
            list.GetProperty("entries").EnumerateArray().Select(entry =>
                $"{Text(entry, "ace_type")} {Text(entry, "principal_id")} {string.Join(' ', entry.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()))}"));
        Assert.StartsWith("ace_", Text(list.GetProperty("entries")[0], "id"), StringComparison.Ordinal);
        Assert.False(list.GetProperty("inherit_from_parent").GetBoolean());
        Assert.Equal("READ DELETE CREATE", await EffectiveAsync("bob", $"share/{ShareId}"));
        // Carla sees the share by everyone's entry, and nothing in it: that one is not inherited.
        Assert.Equal("READ", await EffectiveAsync("carla", $"share/{ShareId}"));
        await SendAsync("bob", HttpMethod.Delete, share, """{"principal_type":"everyone","ace_type":"allow"}""", HttpStatusCode.Forbidden);
        await SendAsync("anna", HttpMethod.Delete, share, """{"principal_type":"everyone","ace_type":"allow"}""", HttpStatusCode.NoContent);
        await SendAsync("anna", HttpMethod.Delete, share, """{"principal_type":"everyone","ace_type":"allow"}""", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_no_longer_inherits_keeps_what_it_had_when_that_is_asked_for()
    {
        var file = await FileAsync("a.txt", "Folder");
        await SayAsync($"share/{ShareId}", "bob", "allow", "READ", "WRITE");
        await SayAsync($"folder/{file.FolderId}", "bob", "deny", "WRITE");
        Assert.Equal("READ", await EffectiveAsync("bob", $"file/{file.Id}"));
        await InheritAsync(file, """{"inherit_from_parent":false}""");
        Assert.Equal("", await EffectiveAsync("bob", $"file/{file.Id}"));
        Assert.False((await GetAsync("anna", $"/permissions/acl/file/{file.Id}")).GetProperty("inherit_from_parent").GetBoolean());
        await InheritAsync(file, """{"inherit_from_parent":true}""");
        await InheritAsync(file, """{"inherit_from_parent":false,"copy_inherited":true}""");
        Assert.Equal("READ", await EffectiveAsync("bob", $"file/{file.Id}"));
        Assert.Equal(2, (await GetAsync("anna", $"/permissions/acl/file/{file.Id}")).GetProperty("entries").GetArrayLength());
        await SendAsync("anna", HttpMethod.Put, $"/permissions/acl/share/{ShareId}/inheritance", """{"inherit_from_parent":false}""", HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Checks_say_no_of_what_is_hidden_foreign_or_unknown_alike()
    {
        await AddMemberAsync("bob", "reader");
        var file = await FileAsync("a.txt", null);
        Assert.True((await GetAsync("bob", $"/permissions/check?resource_type=file&resource_id={file.Id}&permission=read")).GetProperty("allowed").GetBoolean());
        var body = $$"""{"checks":[{"resource_type":"file","resource_id":"{{file.Id}}","permission":"READ"},{"resource_type":"file","resource_id":"{{file.Id}}","permission":"WRITE"},{"resource_type":"folder","resource_id":"{{file.Id}}","permission":"READ"},{"resource_type":"share","resource_id":"shr_none","permission":"READ"}]}""";
        Assert.Equal("yes no no no", Allowed(await SendAsync("bob", HttpMethod.Post, "/permissions/check/batch", body, HttpStatusCode.OK)));
        Assert.Equal("no no no no", Allowed(await SendAsync("carla", HttpMethod.Post, "/permissions/check/batch", body, HttpStatusCode.OK)));
        Assert.Equal("no no no no", Allowed(await MallorysAsync(HttpMethod.Post, "/permissions/check/batch", body, HttpStatusCode.OK)));
        Assert.False((await SendAsync("carla", HttpMethod.Post, "/permissions/check", $$"""{"resource_type":"file","resource_id":"{{file.Id}}","permission":"READ"}""", HttpStatusCode.OK)).GetProperty("allowed").GetBoolean());
        await GetAsync("bob", $"/permissions/check?resource_type=file&resource_id={file.Id}&permission=FLY", HttpStatusCode.UnprocessableEntity);
        await SendAsync("bob", HttpMethod.Post, "/permissions/check/batch", """{"checks":[{"resource_type":"door","resource_id":"x","permission":"READ"}]}""", HttpStatusCode.UnprocessableEntity);
        var many = string.Join(',', Enumerable.Repeat("""{"resource_type":"share","resource_id":"x","permission":"READ"}""", 101));
        await SendAsync("bob", HttpMethod.Post, "/permissions/check/batch", $$"""{"checks":[{{many}}]}""", HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Only_the_owner_gives_away()
    {
        await AddMemberAsync("bob", "admin");
        var transfer = $"/permissions/ownership/share/{ShareId}/transfer";
        await SendAsync("bob", HttpMethod.Post, transfer, """{"new_owner_id":"usr_bob"}""", HttpStatusCode.Forbidden);
        await SendAsync("carla", HttpMethod.Post, transfer, """{"new_owner_id":"usr_carla"}""", HttpStatusCode.NotFound);
        await SendAsync("anna", HttpMethod.Post, transfer, """{"new_owner_id":"usr_mallory"}""", HttpStatusCode.NotFound);
        await SendAsync("anna", HttpMethod.Post, transfer, """{"new_owner_id":"usr_carla"}""", HttpStatusCode.OK);
        Assert.Equal("usr_carla", Text(await GetAsync("carla", $"/shares/{ShareId}"), "owner_id"));
        await GetAsync("anna", $"/shares/{ShareId}", HttpStatusCode.NotFound);
        await Api.ExecuteAsync("UPDATE users SET admin_role = 'tenant_admin' WHERE id = 'usr_anna'");
        await SendAsync("anna", HttpMethod.Post, transfer, """{"new_owner_id":"usr_anna"}""", HttpStatusCode.OK);
        Assert.Contains("ownership.transferred usr_anna", await ActionsAsync(ShareId));
    }

    private static string Allowed(JsonElement answer) =>
        string.Join(' ', answer.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("allowed").GetBoolean() ? "yes" : "no"));

    private async Task<DriveFile> FileAsync(string name, string? folder)
    {
        string? folderId = null;
        if (folder is not null)
        {
            await using var connection = await Api.Database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var writer = Api.Drive.Write(transaction, Tenant, "usr_anna", ChangeOrigin.Interactive());
            folderId = (await writer.EnsureFolderAsync(ShareId, $"/{folder}", default))!.Id;
            await writer.CompleteAsync(default);
            await transaction.CommitAsync();
        }

        return (await Api.Drive.FindFileAsync(Tenant, Text(await UploadAsync("anna", name, folderId: folderId), "id"), default))!;
    }

    private async Task ExpectAsync(string name, DriveFile file, bool isThere, string[] found)
    {
        var expected = isThere ? HttpStatusCode.OK : HttpStatusCode.NotFound;
        await GetAsync(name, $"/files/{file.Id}", expected);
        await GetAsync(name, $"/files/{file.Id}/content", expected);
        await GetAsync(name, $"/search/index-status/{file.Id}", expected);
        Assert.Equal(isThere, (await EffectiveAsync(name, $"file/{file.Id}")).StartsWith("READ", StringComparison.Ordinal));
        var why = Text((await GetAsync(name, $"/search/why?file_id={file.Id}")).GetProperty("causes")[0], "code");
        Assert.Equal(isThere, why != "file_unknown");
        foreach (var (path, list, field) in new[] { ("/search?q=plum", "results", "name"), ("/search/semantic?q=plum", "semantic_results", "file_name"), ("/search/hybrid?q=plum", "hybrid_results", "file_name") })
        {
            var answer = await GetAsync(name, path);
            Assert.Equal(found, answer.GetProperty(list).EnumerateArray().Select(hit => Text(hit, field)).Order(StringComparer.Ordinal));
            Assert.Equal(found.Length, answer.GetProperty("total").GetInt32());
        }
    }

    private async Task<string> EffectiveAsync(string name, string resource)
    {
        var (type, id) = (resource.Split('/')[0], resource.Split('/')[1]);
        var rights = await GetAsync(name, $"/permissions/effective?resource_type={type}&resource_id={id}");
        return string.Join(' ', RightNames.All.Where(right => rights.GetProperty($"can_{right.ToLowerInvariant()}").GetBoolean()));
    }

    private async Task RemoveAsync(string resource, string name, string type) => await SendAsync(
        "anna", HttpMethod.Delete, $"/permissions/acl/{resource}", $$"""{"principal_type":"user","principal_id":"usr_{{name}}","ace_type":"{{type}}"}""", HttpStatusCode.NoContent);

    private async Task InheritAsync(DriveFile file, string json) => await SendAsync("anna", HttpMethod.Put, $"/permissions/acl/file/{file.Id}/inheritance", json, HttpStatusCode.OK);
}
