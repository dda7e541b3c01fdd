using System.Net;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Permissions;

namespace ScaiDrive.Api.Minimal.Tests.Shares;

public sealed class ShareTests : People
{
    private string Share => $"/shares/{ShareId}";

    private string Members => $"{Share}/members";

    [Fact]
    public async Task A_share_is_seen_by_who_has_a_role_in_it_and_changed_by_who_may()
    {
        await GetAsync("bob", Share, HttpStatusCode.NotFound);
        Assert.Equal(0, (await GetAsync("bob", "/shares")).GetProperty("total").GetInt32());
        await AddMemberAsync("bob", "reader");
        Assert.Equal("Plans", Text(await GetAsync("bob", Share), "name"));
        await SendAsync("bob", HttpMethod.Patch, Share, """{"name":"Mine"}""", HttpStatusCode.Forbidden);
        await SendAsync("bob", HttpMethod.Delete, Share, null, HttpStatusCode.Forbidden);
        var changed = await SendAsync("anna", HttpMethod.Patch, Share, """{"description":"Of the year"}""", HttpStatusCode.OK);
        Assert.Equal(("Plans", "Of the year"), (Text(changed, "name"), Text(changed, "description")));
        await MallorysAsync(HttpMethod.Patch, Share, """{"name":"Mine"}""", HttpStatusCode.NotFound);
        await MallorysAsync(HttpMethod.Delete, Share, null, HttpStatusCode.NotFound);
        await MallorysAsync(HttpMethod.Get, Members, null, HttpStatusCode.NotFound);
        var mine = Assert.Single((await GetAsync("bob", "/users/me/shares")).GetProperty("shares").EnumerateArray());
        Assert.Equal((ShareId, "project", "reader", "usr_anna"), (Text(mine, "id"), Text(mine, "type"), Text(mine, "role"), Text(mine, "owner_id")));
        Assert.Equal("owner", Text((await GetAsync("anna", "/users/me/shares")).GetProperty("shares")[0], "role"));
        Assert.Equal(["share.created usr_anna", "share.member_added usr_anna", "permission.denied usr_bob", "permission.denied usr_bob", "share.changed usr_anna"], await ActionsAsync(ShareId));
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        foreach (var (json, status) in new (string, HttpStatusCode)[]
        {
            ("""{"name":"x","share_type":"project","owner_id":"usr_bob"}""", HttpStatusCode.Forbidden),
            ("""{"name":"x","share_type":"project","owner_id":"usr_mallory"}""", HttpStatusCode.Forbidden),
            ("""{"name":"x","share_type":"secret","owner_id":"usr_anna"}""", HttpStatusCode.UnprocessableEntity),
            ("""{"share_type":"project","owner_id":"usr_anna"}""", HttpStatusCode.UnprocessableEntity),
            ("""{"name":"x/y","share_type":"project","owner_id":"usr_anna"}""", HttpStatusCode.UnprocessableEntity),
            ("""{"name":"One","share_type":"central","owner_id":"usr_anna"}""", HttpStatusCode.Created),
            ("""{"name":"One","share_type":"central","owner_id":"usr_anna"}""", HttpStatusCode.Conflict),
            ("""{"name":"One","share_type":"personal","owner_id":"usr_anna","quota_bytes":5,"description":"d"}""", HttpStatusCode.Created),
        })
        {
            await SendAsync("anna", HttpMethod.Post, "/shares", json, status);
        }

        await AddMemberAsync("bob", "reader");
        await AddMemberAsync("bob", "admin", HttpStatusCode.Conflict);
        await AddMemberAsync("anna", "reader", HttpStatusCode.Conflict);
        await AddMemberAsync("mallory", "reader", HttpStatusCode.NotFound);
        await AddMemberAsync("carla", "owner", HttpStatusCode.UnprocessableEntity);
        await AddMemberAsync("carla", "reader", HttpStatusCode.Forbidden, by: "bob");
        await SendAsync("anna", HttpMethod.Post, Members, """{"principal_type":"user","principal_id":"usr_carla","role":"reader","expires_at":"2020-01-01T00:00:00Z"}""", HttpStatusCode.UnprocessableEntity);
        await SendAsync("anna", HttpMethod.Delete, $"{Members}/usr_anna", null, HttpStatusCode.Conflict);
        await SendAsync("anna", HttpMethod.Patch, $"{Members}/usr_anna", """{"role":"reader"}""", HttpStatusCode.Conflict);
        await SendAsync("anna", HttpMethod.Patch, $"{Members}/usr_carla", """{"role":"reader"}""", HttpStatusCode.NotFound);
        await SendAsync("anna", HttpMethod.Delete, $"{Members}/usr_carla", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Members_come_change_end_and_leave()
    {
        const string later = "2099-01-01T00:00:00.000Z";
        var added = await SendAsync("anna", HttpMethod.Post, Members, $$"""{"principal_type":"user","principal_id":"usr_bob","role":"admin","expires_at":"{{later}}"}""", HttpStatusCode.Created);
        Assert.Equal(("bob", "admin", later, "usr_anna"), (Text(added, "name"), Text(added, "role"), Text(added, "expires_at"), Text(added, "added_by")));
        await SendAsync("bob", HttpMethod.Post, Members, """{"principal_type":"user","principal_id":"usr_carla","role":"reader"}""", HttpStatusCode.Created);
        Assert.Equal(
            ["usr_anna owner", "usr_bob admin", "usr_carla reader"],
            (await GetAsync("carla", Members)).GetProperty("members").EnumerateArray().Select(member => $"{Text(member, "principal_id")} {Text(member, "role")}"));
        var page = await GetAsync("carla", $"{Members}?limit=1&offset=1");
        Assert.Equal(("usr_bob", 3), (Text(Assert.Single(page.GetProperty("members").EnumerateArray()), "principal_id"), page.GetProperty("total").GetInt32()));

        var changed = await SendAsync("anna", HttpMethod.Patch, $"{Members}/usr_bob", """{"role":"contributor"}""", HttpStatusCode.OK);
        Assert.Equal(("contributor", later), (Text(changed, "role"), Text(changed, "expires_at")));
        changed = await SendAsync("anna", HttpMethod.Patch, $"{Members}/usr_bob", """{"expires_at":null}""", HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("expires_at").ValueKind);
        await SendAsync("anna", HttpMethod.Patch, $"{Members}/usr_bob", """{"expires_at":"soon"}""", HttpStatusCode.UnprocessableEntity);
        // An admin of the share has lost that now.
        await SendAsync("bob", HttpMethod.Delete, $"{Members}/usr_carla", null, HttpStatusCode.Forbidden);
        await SendAsync("carla", HttpMethod.Delete, $"{Members}/usr_carla", null, HttpStatusCode.NoContent);
        await GetAsync("carla", Share, HttpStatusCode.NotFound);
        await Api.ExecuteAsync("UPDATE share_members SET expires_at = now() - interval '1 second' WHERE principal_id = 'usr_bob'");
        await GetAsync("bob", Share, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_group_brings_its_role_to_all_of_its_users()
    {
        await Api.ExecuteAsync("INSERT INTO groups (tenant_id, id, name) VALUES ($1, 'grp_staff', 'Staff')", Tenant);
        await Api.ExecuteAsync("INSERT INTO group_members (tenant_id, group_id, member_type, member_id) VALUES ($1, 'grp_staff', 'user', 'usr_bob')", Tenant);
        await SendAsync("anna", HttpMethod.Post, Members, """{"principal_type":"group","principal_id":"grp_staff","role":"contributor"}""", HttpStatusCode.Created);
        await UploadAsync("bob", "bobs.txt");
        await GetAsync("carla", Share, HttpStatusCode.NotFound);
        await SendAsync("bob", HttpMethod.Post, "/shares", """{"name":"Staff","share_type":"project","owner_id":"grp_staff"}""", HttpStatusCode.Created);
        await SendAsync("carla", HttpMethod.Post, "/shares", """{"name":"Staff","share_type":"project","owner_id":"grp_staff"}""", HttpStatusCode.Forbidden);
        var found = await GetAsync("carla", "/shares/search/principals?q=sta");
        Assert.Equal(("grp_staff", 0), (Text(Assert.Single(found.GetProperty("groups").EnumerateArray()), "id"), found.GetProperty("users").GetArrayLength()));
    }

    [Fact]
    public async Task People_are_found_by_a_part_of_name_or_email_in_their_tenant_alone()
    {
        foreach (var (query, expected) in new[]
        {
            ("ANN", "usr_anna"), ("@tnt_acme", "usr_anna usr_bob usr_carla"), ("mallory", ""), ("%25", ""), ("tnt_acme_example", ""),
            ("@tnt_acme&limit=2", "usr_anna usr_bob"), ("ann&principal_type=group", ""),
        })
        {
            var found = await GetAsync("bob", $"/shares/search/principals?q={query}");
            Assert.Equal(expected, string.Join(' ', found.GetProperty("users").EnumerateArray().Select(user => Text(user, "id"))));
        }

        await Api.ExecuteAsync("UPDATE users SET is_active = false WHERE id = 'usr_anna'");
        Assert.Empty((await GetAsync("bob", "/shares/search/principals?q=anna")).GetProperty("users").EnumerateArray());
        await GetAsync("bob", "/shares/search/principals?q=", HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_share_in_the_trash_is_gone_from_everywhere_at_once_for_admins_too()
    {
        await AddMemberAsync("bob", "admin");
        var file = (await Api.Drive.FindFileAsync(Tenant, Text(await UploadAsync("anna", "a.txt"), "id"), default))!;
        Api.Engine.Add(file, "plum");
        Assert.Equal(1, (await GetAsync("bob", "/search?q=plum")).GetProperty("total").GetInt32());
        Assert.Equal("Permission denied", Text(await SendAsync("bob", HttpMethod.Delete, Share, null, HttpStatusCode.Forbidden), "detail").Split(':')[0]);
        await SendAsync("anna", HttpMethod.Delete, Share, null, HttpStatusCode.NoContent);
        await Api.ExecuteAsync("UPDATE users SET admin_role = 'tenant_admin' WHERE id = 'usr_carla'");
        foreach (var name in new[] { "anna", "bob", "carla" })
        {
            Assert.Equal(0, (await GetAsync(name, "/search?q=plum")).GetProperty("total").GetInt32());
            Assert.Equal(0, (await GetAsync(name, "/search/semantic?q=plum")).GetProperty("total").GetInt32());
            Assert.False(Api.Engine.Last!.Search.AllowedShares!.Contains(ShareId));
            await GetAsync(name, $"/files/{file.Id}", HttpStatusCode.NotFound);
            await GetAsync(name, Share, HttpStatusCode.Gone);
            Assert.Equal(0, (await GetAsync(name, "/shares")).GetProperty("total").GetInt32());
            Assert.Equal(1, (await GetAsync(name, "/shares?include_trashed=true")).GetProperty("total").GetInt32());
        }

        await UploadAsync("anna", "b.txt", HttpStatusCode.Gone);
        await SendAsync("anna", HttpMethod.Delete, Share, null, HttpStatusCode.Gone);
    }
}
