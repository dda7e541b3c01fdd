using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Api.Minimal.Tests.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Users;

public sealed class UserTests(SignInApi at) : IClassFixture<SignInApi>
{
    [Fact]
    public async Task The_caller_sees_what_the_token_and_the_store_say_of_them()
    {
        var me = await JsonAsync(at.Token("usr_me", scope: "openid files:write", change: claims =>
            (claims["partner_id"], claims["email"], claims["name"], claims["groups"]) = ("prt_one", "me@acme.example", "Me Myself", new JsonArray("grp_b", "grp_a", "grp_a", 7))), "/api/v1/users/me");

        Assert.Equal(("usr_me", "tnt_acme", "prt_one"), (Text(me, "id"), Text(me, "tenant_id"), Text(me, "partner_id")));
        Assert.Equal(("me@acme.example", "Me Myself", "Me Myself"), (Text(me, "email"), Text(me, "name"), Text(me, "display_name")));
        Assert.Equal(["grp_a", "grp_b"], List(me, "groups"));
        Assert.Equal(["files:write"], List(me, "scopes"));
        Assert.False(me.GetProperty("is_admin").GetBoolean());
        Assert.Equal(JsonValueKind.Null, me.GetProperty("admin_role").ValueKind);
    }

    [Fact]
    public async Task Groups_follow_the_newest_token()
    {
        using (await at.SendAsync(at.Token("usr_moving", change: claims => claims["groups"] = new JsonArray("grp_x", "grp_y"))))
            at.Clock.Advance(TimeSpan.FromSeconds(1));
        var me = await JsonAsync(at.Token("usr_moving", change: claims => claims["groups"] = new JsonArray("grp_y", "grp_z")), "/api/v1/users/me");
        Assert.Equal(["grp_y", "grp_z"], List(me, "groups"));

        at.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(List(await JsonAsync(at.Token("usr_moving"), "/api/v1/users/me"), "groups"));
    }

    [Fact]
    public async Task A_token_gives_admin_work_but_no_stored_role()
    {
        var me = await JsonAsync(at.Token("usr_scope_admin", scope: "tenant:admin"), "/api/v1/users/me");
        Assert.True(me.GetProperty("is_admin").GetBoolean());
        Assert.Equal(JsonValueKind.Null, me.GetProperty("admin_role").ValueKind);
    }

    [Fact]
    public async Task An_admin_sees_the_users_of_their_tenant_and_no_others()
    {
        using (await at.SendAsync(at.Token("usr_list_a", change: claims => claims["name"] = "Listed One")))
        using (await at.SendAsync(at.Token("usr_list_b", change: claims => claims["name"] = "Listed Two")))
        using (await at.SendAsync(at.Token("usr_list_c", "tnt_other", change: claims => claims["name"] = "Listed Three")))
        {
            var page = await JsonAsync(Admin, "/api/v1/admin/users/?q=listed&limit=1&offset=1");
            Assert.Equal(2, page.GetProperty("total").GetInt64());
            Assert.Equal("usr_list_b", Text(Assert.Single(page.GetProperty("users").EnumerateArray()), "id"));
        }

        foreach (var (method, path) in new[] { ("GET", ""), ("POST", "/deactivate"), ("POST", "/activate") })
        {
            using var foreign = await at.SendAsync(Admin, $"/api/v1/admin/users/usr_list_c{path}", new HttpMethod(method));
            await foreign.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task A_user_made_known_is_pending_until_they_call()
    {
        using var made = await AskAsync(Admin, HttpMethod.Post, "/api/v1/admin/users", """{"id": "usr_new", "email": "new@acme.example", "display_name": "New"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("pending", Text(await made.JsonAsync(), "status"));
        using var twice = await AskAsync(Admin, HttpMethod.Post, "/api/v1/admin/users", """{"id": "usr_new"}""");
        await twice.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");

        using (await at.SendAsync(at.Token("usr_new")))
            Assert.Equal("active", Text(await JsonAsync(Admin, "/api/v1/admin/users/usr_new"), "status"));
    }

    [Fact]
    public async Task Making_somebody_elses_user_known_does_not_keep_them_out()
    {
        using (await AskAsync(Admin, HttpMethod.Post, "/api/v1/admin/users", """{"id": "usr_wanted"}"""))
        {
            var me = await JsonAsync(at.Token("usr_wanted", "tnt_other"), "/api/v1/users/me");
            Assert.Equal("tnt_other", Text(me, "tenant_id"));
        }
    }

    [Fact]
    public async Task A_role_is_given_by_who_has_one_or_whose_token_names_the_scope()
    {
        using (await at.SendAsync(at.Token("usr_climber")))
        {
            using var byDefault = await AskAsync(at.Token("usr_default"), HttpMethod.Patch, "/api/v1/admin/users/usr_climber", """{"admin_role": "tenant_admin"}""");
            await byDefault.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            using var self = await AskAsync(at.Token("usr_climber"), HttpMethod.Patch, "/api/v1/admin/users/usr_climber", """{"admin_role": "tenant_admin"}""");
            await self.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            using var tooMuch = await AskAsync(at.Token("usr_named", scope: "tenant:admin"), HttpMethod.Patch, "/api/v1/admin/users/usr_climber", """{"admin_role": "super_admin"}""");
            await tooMuch.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");

            using var byScope = await AskAsync(at.Token("usr_named", scope: "tenant:admin"), HttpMethod.Patch, "/api/v1/admin/users/usr_climber", """{"admin_role": "tenant_admin"}""");
            Assert.Equal("tenant_admin", Text(await byScope.JsonAsync(), "admin_role"));
            Assert.Equal("tenant_admin", Text(await JsonAsync(at.Token("usr_climber"), "/api/v1/users/me"), "admin_role"));
            using var byRole = await AskAsync(at.Token("usr_climber"), HttpMethod.Patch, "/api/v1/admin/users/usr_default", """{"admin_role": "tenant_admin"}""");
            Assert.Equal(HttpStatusCode.OK, byRole.StatusCode);
            using var platform = await AskAsync(at.Token("usr_platform", scope: "admin:*"), HttpMethod.Patch, "/api/v1/admin/users/usr_climber", """{"admin_role": "super_admin"}""");
            Assert.Equal(HttpStatusCode.OK, platform.StatusCode);
            using var below = await AskAsync(at.Token("usr_default"), HttpMethod.Post, "/api/v1/admin/users/usr_climber/deactivate", null);
            await below.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            using var taken = await AskAsync(at.Token("usr_platform", scope: "admin:*"), HttpMethod.Patch, "/api/v1/admin/users/usr_climber", """{"admin_role": null}""");
            Assert.Equal(JsonValueKind.Null, (await taken.JsonAsync()).GetProperty("admin_role").ValueKind);
        }

        var events = await JsonAsync(Admin, "/api/v1/admin/audit?action=user.role_changed&target_id=usr_climber");
        Assert.Equal(3, events.GetProperty("events").GetArrayLength());
        Assert.All(events.GetProperty("events").EnumerateArray(), one => Assert.Equal("AUTHORIZATION", Text(one, "category")));
    }

    [Fact]
    public async Task Nobody_can_keep_themselves_out()
    {
        using var response = await AskAsync(Admin, HttpMethod.Post, "/api/v1/admin/users/usr_admin/deactivate", null);
        await response.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task A_name_an_admin_has_chosen_stays_whatever_tokens_say()
    {
        using (await at.SendAsync(at.Token("usr_named_by_admin", change: claims => claims["name"] = "Token Name")))
        using (await AskAsync(Admin, HttpMethod.Patch, "/api/v1/admin/users/usr_named_by_admin", """{"display_name": "Chosen"}"""))
        {
            at.Clock.Advance(TimeSpan.FromSeconds(1));
            var me = await JsonAsync(at.Token("usr_named_by_admin", change: claims => claims["name"] = "Other Name"), "/api/v1/users/me");
            Assert.Equal(("Other Name", "Chosen"), (Text(me, "name"), Text(me, "display_name")));
        }
    }

    [Theory]
    [InlineData("""{"status": "deleted"}""")]
    [InlineData("""{"admin_role": "root"}""")]
    [InlineData("""{"email": "nobody"}""")]
    [InlineData("""{"display_name": " "}""")]
    [InlineData("""{"is_active": true}""")]
    public async Task A_change_that_is_not_known_is_refused(string json)
    {
        using var response = await AskAsync(Admin, HttpMethod.Patch, "/api/v1/admin/users/usr_admin", json);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    private string Admin => at.Token("usr_admin");

    private Task<HttpResponseMessage> AskAsync(string token, HttpMethod method, string path, string? json) =>
        at.SendAsync(token, path, method, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));

    private async Task<JsonElement> JsonAsync(string token, string path)
    {
        using var response = await at.SendAsync(token, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private static string? Text(JsonElement holder, string name) => holder.GetProperty(name).GetString();

    private static IEnumerable<string?> List(JsonElement holder, string name) => holder.GetProperty(name).EnumerateArray().Select(one => one.GetString());
}
