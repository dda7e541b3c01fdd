using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

public sealed class WebhookTests(SignInApi at) : IClassFixture<SignInApi>
{
    [Fact]
    public async Task An_event_changes_something_only_when_ScaiKey_has_signed_it_lately()
    {
        var happened = at.Event("user.created", NewUser());
        var now = at.Clock.GetUtcNow().ToUnixTimeSeconds();
        foreach (var attempt in new Func<Task<HttpResponseMessage>>[]
        {
            () => at.TellAsync(happened, secret: "whsec_of_somebody_else"),
            () => at.TellAsync(happened, signature: ""),
            () => at.TellAsync(happened, signature: $"t={now},v1={new string('0', 64)}"),
            () => at.TellAsync(happened, signature: $"t={now},v1=abc"),
            () => at.TellAsync(happened, signature: $"t={now}"),
            () => at.TellAsync(happened, signature: "v1=00"),
            () => at.TellAsync(happened, signature: "nonsense"),
            () => at.TellAsync(happened, age: TimeSpan.FromMinutes(6)),
            () => at.TellAsync(happened, age: TimeSpan.FromMinutes(-6)),
        })
        {
            using var refused = await attempt();
            await refused.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_SIGNATURE_INVALID");
        }

        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM scaikey_events WHERE event_id = $1", happened["event_id"]!.GetValue<string>()));
        using var within = await at.TellAsync(happened, age: TimeSpan.FromMinutes(4));
        Assert.Equal("applied", await StatusAsync(within));
    }

    [Fact]
    public async Task A_body_that_was_changed_after_it_was_signed_is_refused()
    {
        var honest = at.Event("user.updated", NewUser(), new JsonObject { ["status"] = "SUSPENDED" });
        using var sent = await at.TellAsync(honest);
        var signature = sent.RequestMessage!.Headers.GetValues("X-ScaiKey-Signature").Single();
        honest["data"]!["status"] = "ACTIVE";

        using var changed = await at.TellAsync(honest, signature: signature);

        await changed.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_SIGNATURE_INVALID");
    }

    [Fact]
    public async Task Without_a_secret_no_event_is_taken()
    {
        var closed = new SignInApi { Configure = options => options with { WebhookSecrets = [] } };
        await closed.InitializeAsync();
        try
        {
            using var response = await closed.TellAsync(closed.Event("user.created", NewUser()));
            await response.ErrorAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        }
        finally
        {
            await closed.DisposeAsync();
        }
    }

    [Fact]
    public async Task Either_of_two_secrets_is_good_while_one_replaces_the_other()
    {
        var both = new SignInApi { Configure = options => options with { WebhookSecrets = ["whsec_the_new_secret_", SignInApi.WebhookSecret] } };
        await both.InitializeAsync();
        try
        {
            using var byNew = await both.TellAsync(both.Event("user.created", NewUser()), secret: "whsec_the_new_secret_");
            using var byOld = await both.TellAsync(both.Event("user.created", NewUser()));
            Assert.Equal(("applied", "applied"), (await StatusAsync(byNew), await StatusAsync(byOld)));
        }
        finally
        {
            await both.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_same_event_changes_something_once_however_often_it_comes()
    {
        var user = NewUser();
        var suspended = at.Event("user.updated", user, new JsonObject { ["status"] = "SUSPENDED" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var response = await at.TellAsync(suspended);
            return await StatusAsync(response);
        }));
        Assert.Single(answers, "applied");
        Assert.Equal(7, answers.Count(answer => answer == "repeated"));

        await at.Api.ExecuteAsync("UPDATE users SET is_active = true, status = 'active' WHERE id = $1", user);
        using var again = await at.TellAsync(suspended);
        Assert.Equal("repeated", await StatusAsync(again));
        Assert.Equal("active", (await UserAsync(user)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task What_happened_earlier_and_comes_later_changes_nothing()
    {
        var user = NewUser();
        using var suspended = await at.TellAsync(at.Event("user.updated", user, new JsonObject { ["status"] = "SUSPENDED" }));
        using var earlier = await at.TellAsync(at.Event("user.updated", user, new JsonObject { ["status"] = "ACTIVE", ["email"] = "old@acme.example" }, age: TimeSpan.FromMinutes(1)));

        Assert.Equal(("applied", "outdated"), (await StatusAsync(suspended), await StatusAsync(earlier)));
        var known = await UserAsync(user);
        Assert.Equal(("suspended", (string?)null), (known.GetProperty("status").GetString(), known.GetProperty("email").GetString()));
    }

    [Fact]
    public async Task A_token_older_than_an_event_does_not_undo_it()
    {
        var user = NewUser();
        var old = at.Token(user, change: claims => (claims["name"], claims["groups"]) = ("Old Name", new JsonArray("grp_left")));
        using (await at.SendAsync(old))
            at.Clock.Advance(TimeSpan.FromSeconds(10));
        using var told = await at.TellAsync(at.Event("user.updated", user, new JsonObject { ["first_name"] = "New", ["last_name"] = "Name", ["groups"] = new JsonArray("grp_joined") }));
        at.Clock.Advance(TimeSpan.FromSeconds(10));

        using (var again = await at.SendAsync(old))
        {
            var me = await again.JsonAsync();
            Assert.Equal("New Name", me.GetProperty("name").GetString());
            Assert.Equal(["grp_joined"], me.GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
        }

        var fresh = at.Token(user, change: claims => (claims["name"], claims["groups"]) = ("Newest Name", new JsonArray("grp_left")));
        using var newest = await at.SendAsync(fresh);
        var after = await newest.JsonAsync();
        Assert.Equal("Newest Name", after.GetProperty("name").GetString());
        Assert.Equal(["grp_joined", "grp_left"], after.GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
    }

    [Fact]
    public async Task A_group_has_the_members_ScaiKey_says_and_those_an_admin_has_put_in()
    {
        var (first, second, added) = (NewUser(), NewUser(), NewUser());
        var group = $"grp_{Guid.NewGuid():n}";
        using (await at.SendAsync(at.Token(first, change: claims => claims["groups"] = new JsonArray(group))))
            at.Clock.Advance(TimeSpan.FromSeconds(1));
        await TellAsync(at.Event("user.created", added, new JsonObject { ["status"] = "ACTIVE" }));
        await TellAsync(at.Event("group.created", group, new JsonObject { ["name"] = $"Finance {group}", ["members"] = new JsonArray(first, second) }));
        using (await PostAsync($"/api/v1/admin/groups/{group}/members", $$"""{"type": "user", "id": "{{added}}"}"""))
            at.Clock.Advance(TimeSpan.FromSeconds(1));

        await TellAsync(at.Event("group.updated", group, new JsonObject { ["name"] = $"Money {group}", ["members"] = new JsonArray(new JsonObject { ["id"] = second }) }));

        using var response = await at.SendAsync(at.Token("usr_admin"), $"/api/v1/admin/groups/{group}");
        var known = await response.JsonAsync();
        Assert.Equal($"Money {group}", known.GetProperty("name").GetString());
        Assert.Equal(new[] { second, added }.Order(), known.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("id").GetString()!).Order());
    }

    [Fact]
    public async Task A_deleted_group_is_gone_and_a_token_from_before_does_not_bring_it_back()
    {
        var group = $"grp_{Guid.NewGuid():n}";
        var user = NewUser();
        var token = at.Token(user, change: claims => claims["groups"] = new JsonArray(group));
        using (await at.SendAsync(token))
            at.Clock.Advance(TimeSpan.FromSeconds(1));
        await TellAsync(at.Event("group.deleted", group));
        using (await at.SendAsync(at.Token(NewUser(), change: claims => (claims["groups"], claims["iat"]) = (new JsonArray(group), at.Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds()))))
        using (await at.SendAsync(token))
        {
            using var response = await at.SendAsync(at.Token("usr_admin"), $"/api/v1/admin/groups/{group}");
            await response.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task Two_groups_of_one_name_are_told_apart_by_their_ids()
    {
        var (first, second) = ($"grp_{Guid.NewGuid():n}", $"grp_{Guid.NewGuid():n}");
        await TellAsync(at.Event("group.created", first, new JsonObject { ["name"] = "Twins" }));
        await TellAsync(at.Event("group.created", second, new JsonObject { ["name"] = "twins" }));
        using var response = await at.SendAsync(at.Token("usr_admin"), $"/api/v1/admin/groups/{second}");
        Assert.Equal($"twins ({second})", (await response.JsonAsync()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_event_about_another_tenants_user_changes_nobody()
    {
        var user = NewUser();
        using (await at.SendAsync(at.Token(user)))
        using (var response = await at.TellAsync(at.Event("user.deleted", user, tenant: "tnt_other")))
            await response.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("active", (await UserAsync(user)).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("invoice.paid", 400, "UNSUPPORTED_EVENT")]
    [InlineData("", 400, "UNSUPPORTED_EVENT")]
    public async Task An_event_that_means_nothing_here_is_refused(string type, int status, string code)
    {
        var happened = at.Event("user.created", NewUser());
        happened["event_type"] = type;
        using var response = await at.TellAsync(happened);
        await response.ErrorAsync((HttpStatusCode)status, code);
    }

    [Theory]
    [InlineData("event_id")]
    [InlineData("timestamp")]
    [InlineData("tenant_id")]
    [InlineData("resource")]
    public async Task An_event_that_lacks_something_is_refused(string member)
    {
        var happened = at.Event("user.created", NewUser());
        happened.Remove(member);
        using var response = await at.TellAsync(happened);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_body_without_end_is_not_read()
    {
        var happened = at.Event("user.created", NewUser(), new JsonObject { ["filler"] = new string('x', 600_000) });
        using var response = await at.TellAsync(happened);
        await response.ErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    private static string NewUser() => $"usr_{Guid.NewGuid():n}";

    private async Task TellAsync(JsonObject happened)
    {
        using var response = await at.TellAsync(happened);
        Assert.Equal("applied", await StatusAsync(response));
    }

    private async Task<JsonElement> UserAsync(string user)
    {
        using var response = await at.SendAsync(at.Token("usr_admin"), $"/api/v1/admin/users/{user}");
        return await response.JsonAsync();
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string json)
    {
        using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        var response = await at.SendAsync(at.Token("usr_admin"), path, HttpMethod.Post, body);
        Assert.True(response.IsSuccessStatusCode);
        return response;
    }

    private static async Task<string?> StatusAsync(HttpResponseMessage response) => (await response.JsonAsync()).GetProperty("status").GetString();

    private async Task<long> CountAsync(string sql, string value)
    {
        await using var command = at.Api.Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = value });
        return (long)(await command.ExecuteScalarAsync(RunningApi.Stop))!;
    }
}
