using System.Net;
using ScaiDrive.Api.Minimal.Tests.Connectors;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Groups;

public sealed class GroupTests : ConnectorApi
{
    private const string Groups = "/api/v1/admin/groups";

    [Fact]
    public async Task A_group_is_made_filled_and_removed_and_each_change_is_an_event()
    {
        var (staff, team) = (await CreateAsync("Staff"), await CreateAsync("Team"));
        var list = await SendAsync(HttpMethod.Get, $"{Groups}?limit=1", null, HttpStatusCode.OK);
        Assert.Equal(1, list.GetProperty("groups").GetArrayLength());
        list = await SendAsync(HttpMethod.Get, $"{Groups}?after={Text(list, "next_after")}", null, HttpStatusCode.OK);
        Assert.Equal(1, list.GetProperty("groups").GetArrayLength());

        await SendAsync(HttpMethod.Post, $"{Groups}/{staff}/members", $$"""{"type":"group","id":"{{team}}"}""", HttpStatusCode.OK);
        var filled = await SendAsync(HttpMethod.Post, $"{Groups}/{staff}/members", """{"type":"user","id":"usr_local"}""", HttpStatusCode.OK);
        Assert.Equal(["group " + team, "user usr_local"], filled.GetProperty("members").EnumerateArray().Select(member => $"{Text(member, "type")} {Text(member, "id")}"));

        using (var removed = await RequestAsync(HttpMethod.Delete, $"{Groups}/{staff}/members/user/usr_local", null))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using (var removed = await RequestAsync(HttpMethod.Delete, $"{Groups}/{team}", null))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await SendAsync(HttpMethod.Get, $"{Groups}/{staff}", null, HttpStatusCode.OK)).GetProperty("members").EnumerateArray());
        Assert.Equal(["group.member_removed", "group.member_added", "group.member_added", "group.created"], await ActionsAsync(staff));
        Assert.Equal(["group.deleted", "group.created"], await ActionsAsync(team));
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        var staff = await CreateAsync("Staff");
        foreach (var (method, path, json, status, code) in new[]
        {
            (HttpMethod.Post, "", """{"name":" STAFF "}""", HttpStatusCode.Conflict, "NAME_CONFLICT"),
            (HttpMethod.Post, "", """{"name":" "}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
            (HttpMethod.Post, "", "{}", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
            (HttpMethod.Post, $"/{staff}/members", """{"type":"user","id":"usr_none"}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
            (HttpMethod.Post, $"/{staff}/members", """{"type":"everyone","id":"x"}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
            (HttpMethod.Post, "/grp_none/members", """{"type":"user","id":"usr_local"}""", HttpStatusCode.NotFound, "NOT_FOUND"),
            (HttpMethod.Delete, $"/{staff}/members/user/usr_local", null, HttpStatusCode.NotFound, "NOT_FOUND"),
            (HttpMethod.Delete, $"/{staff}/members/nobody/x", null, HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
            (HttpMethod.Delete, "/grp_none", null, HttpStatusCode.NotFound, "NOT_FOUND"),
            (HttpMethod.Get, "/grp_none", null, HttpStatusCode.NotFound, "NOT_FOUND"),
        })
        {
            using var answer = await RequestAsync(method, Groups + path, json);
            await answer.ErrorAsync(status, code);
        }

        Assert.Equal(["group.created"], await ActionsAsync(staff));
    }

    private async Task<string> CreateAsync(string name) =>
        Text(await SendAsync(HttpMethod.Post, Groups, $$"""{"name":"{{name}}"}""", HttpStatusCode.Created), "id");
}
