using System.Net;
using System.Text.Json.Nodes;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

public sealed class SuspensionTests(SignInApi at) : IClassFixture<SignInApi>
{
    public static IEnumerable<object[]> Ways { get; } =
    [
        .. from keepOut in new[] { "webhook", "deleted", "admin", "suspend", "sql", "sql-status" }
           from letIn in new[] { "webhook", "admin", "sql" }
           select new object[] { keepOut, letIn },
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Whoever_is_kept_out_is_refused_from_the_next_call_on_until_they_are_let_in_again(string keepOut, string letIn)
    {
        var user = $"usr_{Guid.NewGuid():n}";
        var token = at.Token(user);
        await Passes(token);

        await DoAsync(keepOut, user);
        using (var refused = await at.SendAsync(token))
            await refused.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_USER_SUSPENDED");
        Assert.Equal(keepOut == "sql-status", await IsActiveAsync(user));

        at.Clock.Advance(TimeSpan.FromSeconds(1));
        await DoAsync("let-in-" + letIn, user);
        Assert.True(await IsActiveAsync(user));
        await Passes(token);
    }

    [Fact]
    public async Task Neither_a_new_token_nor_one_that_was_never_seen_brings_a_deleted_user_back()
    {
        var user = $"usr_{Guid.NewGuid():n}";
        using (var told = await at.TellAsync(at.Event("user.deleted", user)))
            Assert.Equal(HttpStatusCode.OK, told.StatusCode);

        using var response = await at.SendAsync(at.Token(user));
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_USER_SUSPENDED");
    }

    [Fact]
    public async Task Nobody_of_a_suspended_tenant_is_let_in()
    {
        var token = at.Token("usr_carl", "tnt_closed");
        await Passes(token);
        await at.Api.ExecuteAsync("UPDATE tenants SET status = 'suspended' WHERE id = 'tnt_closed'");
        using var response = await at.SendAsync(token);
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_USER_SUSPENDED");
    }

    [Fact]
    public async Task A_refusal_is_noted_for_auditors_once_not_with_every_try()
    {
        var user = $"usr_{Guid.NewGuid():n}";
        await Passes(at.Token(user));
        await DoAsync("sql", user);
        for (var tries = 0; tries < 3; tries++)
            (await at.SendAsync(at.Token(user))).Dispose();

        using var events = await at.SendAsync(at.Token("usr_admin"), $"/api/v1/admin/audit?actor_id={user}&action=access.denied");
        var noted = Assert.Single((await events.JsonAsync()).GetProperty("events").EnumerateArray());
        Assert.Equal("suspended", noted.GetProperty("details").GetProperty("reason").GetString());
    }

    private async Task DoAsync(string way, string user)
    {
        switch (way)
        {
            case "webhook":
                await TellAsync(at.Event("user.updated", user, new JsonObject { ["status"] = "SUSPENDED" }));
                break;
            case "deleted":
                await TellAsync(at.Event("user.deleted", user));
                break;
            case "admin":
                await AskAsync(HttpMethod.Post, $"/api/v1/admin/users/{user}/deactivate", null);
                break;
            case "suspend":
                await AskAsync(HttpMethod.Patch, $"/api/v1/admin/users/{user}", """{"status": "suspended"}""");
                break;
            case "sql":
                await at.Api.ExecuteAsync("UPDATE users SET is_active = false WHERE id = $1", user);
                break;
            case "sql-status":
                await at.Api.ExecuteAsync("UPDATE users SET status = 'suspended' WHERE id = $1", user);
                break;
            case "let-in-webhook":
                await TellAsync(at.Event("user.updated", user, new JsonObject { ["status"] = "ACTIVE" }));
                break;
            case "let-in-admin":
                await AskAsync(HttpMethod.Post, $"/api/v1/admin/users/{user}/activate", null);
                break;
            case "let-in-sql":
                await at.Api.ExecuteAsync("UPDATE users SET is_active = true, status = 'active' WHERE id = $1", user);
                break;
        }
    }

    private async Task TellAsync(JsonObject happened)
    {
        using var response = await at.TellAsync(happened);
        Assert.Equal("applied", (await response.JsonAsync()).GetProperty("status").GetString());
    }

    private async Task AskAsync(HttpMethod method, string path, string? body)
    {
        using var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await at.SendAsync(at.Token("usr_admin"), path, method, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // The query operators are told to type.
    private async Task<bool> IsActiveAsync(string user)
    {
        await using var command = at.Api.Database.CreateCommand($"SELECT status, is_active FROM users WHERE id = '{user}'");
        await using var row = await command.ExecuteReaderAsync(RunningApi.Stop);
        Assert.True(await row.ReadAsync(RunningApi.Stop));
        return row.GetBoolean(1);
    }

    private async Task Passes(string token)
    {
        using var response = await at.SendAsync(token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
