using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Queues;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Tests.Queues;

/// <summary>Each test with an API of its own: rules and counts belong to the whole fleet.</summary>
public sealed class QueueTests : IAsyncLifetime
{
    private readonly RunningApi api = new();

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task The_figures_of_both_queues_stand_together_with_what_is_held_back()
    {
        await api.AddWaitingJobAsync("embed-text", "cnn_1");
        await api.AddWaitingJobAsync("embed-text");
        await api.AddRunningJobAsync("extract-text", 1, 2);
        await api.AddDiscardedJobAsync("broken");
        await api.ExecuteAsync("INSERT INTO queue.throughput (minute, lane, completed, failed, busy_ms) SELECT date_trunc('minute', now()), id, 3, 1, 8000 FROM queue.lane WHERE kind = 'embed-text' AND connector IS NULL");
        await SendAsync(HttpMethod.Post, "/api/v1/admin/queues/low/pause", """{"reason":"upgrade","until":"2999-01-01T00:00:00Z"}""");

        var answer = await SendAsync(HttpMethod.Get, "/api/v1/admin/queues");
        var (high, low) = (answer.GetProperty("queues")[0], answer.GetProperty("queues")[1]);
        Assert.Equal(("high", 0, 1), (high.GetProperty("queue").GetString(), high.GetProperty("depth").GetInt64(), high.GetProperty("running").GetInt64()));
        Assert.Equal(("low", 2, 1), (low.GetProperty("queue").GetString(), low.GetProperty("depth").GetInt64(), low.GetProperty("discarded").GetInt64()));
        Assert.Equal((4d, 0), (low.GetProperty("work_seconds").GetDouble(), low.GetProperty("jobs_without_estimate").GetInt64()));
        Assert.Equal((3, 0.25), (low.GetProperty("throughput").GetProperty("completed").GetInt64(), low.GetProperty("throughput").GetProperty("failure_rate").GetDouble()));
        Assert.Equal(("upgrade", "usr_local"), (low.GetProperty("pause").GetProperty("reason").GetString(), low.GetProperty("pause").GetProperty("by").GetString()));
        Assert.Equal(JsonValueKind.Null, high.GetProperty("pause").ValueKind);
        Assert.Equal((4, 1d), (answer.GetProperty("slots").GetInt32(), answer.GetProperty("seconds_to_drain").GetDouble()));
        Assert.Equal(["embed-text", "extract-text"], answer.GetProperty("kinds").EnumerateArray().Select(group => group.GetProperty("name").GetString()));
        Assert.Equal(["cnn_1", null], answer.GetProperty("connectors").EnumerateArray().Select(group => group.GetProperty("name").GetString()));
        Assert.Equal(["tnt_local"], answer.GetProperty("tenants").EnumerateArray().Select(group => group.GetProperty("name").GetString()));
        Assert.Equal(["queue:low"], answer.GetProperty("held_back").EnumerateArray().Select(rule => rule.GetProperty("key").GetString()));

        await SendAsync(HttpMethod.Post, "/api/v1/admin/queues/low/resume");
        answer = await SendAsync(HttpMethod.Get, "/api/v1/admin/queues");
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("queues")[1].GetProperty("pause").ValueKind);
        Assert.Empty(answer.GetProperty("held_back").EnumerateArray());
    }

    [Fact]
    public async Task Workers_are_listed_with_what_they_hold()
    {
        await api.AddRunningJobAsync("extract-text", 1, 2);
        var worker = Assert.Single((await SendAsync(HttpMethod.Get, "/api/v1/admin/workers")).GetProperty("workers").EnumerateArray());
        Assert.Equal(("w", 4, 1, true), (worker.GetProperty("id").GetString(), worker.GetProperty("slots").GetInt32(), worker.GetProperty("running").GetInt64(), worker.GetProperty("is_alive").GetBoolean()));
    }

    [Fact]
    public async Task A_rule_is_set_paused_resumed_and_forgotten()
    {
        var set = await SendAsync(HttpMethod.Put, "/api/v1/admin/queue-rules/key:host%2Fa", """{"max_running":3,"rate":{"count":10,"period_seconds":0.5}}""");
        Assert.Equal(("key:host/a", 3, 10, 0.5, 10), (
            set.GetProperty("key").GetString(), set.GetProperty("max_running").GetInt32(), set.GetProperty("rate").GetProperty("count").GetInt32(),
            set.GetProperty("rate").GetProperty("period_seconds").GetDouble(), set.GetProperty("rate").GetProperty("burst").GetInt32()));
        var paused = await SendAsync(HttpMethod.Post, "/api/v1/admin/queue-rules/key:host%2Fa/pause", """{"reason":"why"}""");
        Assert.Equal((3, "why"), (paused.GetProperty("max_running").GetInt32(), paused.GetProperty("pause").GetProperty("reason").GetString()));
        // What is left out is lifted; the pause stays.
        var lifted = await SendAsync(HttpMethod.Put, "/api/v1/admin/queue-rules/key:host%2Fa", "{}");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Object), (lifted.GetProperty("max_running").ValueKind, lifted.GetProperty("pause").ValueKind));
        Assert.Single((await SendAsync(HttpMethod.Get, "/api/v1/admin/queue-rules")).GetProperty("rules").EnumerateArray());
        var resumed = await SendAsync(HttpMethod.Post, "/api/v1/admin/queue-rules/key:host%2Fa/resume");
        Assert.Equal(JsonValueKind.Null, resumed.GetProperty("pause").ValueKind);

        await SendAsync(HttpMethod.Put, "/api/v1/admin/queue-rules/tenant:tnt_local", """{"weight":2}""");
        using var deleted = await api.Client.DeleteAsync("/api/v1/admin/queue-rules/tenant:tnt_local", RunningApi.Stop);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty((await SendAsync(HttpMethod.Get, "/api/v1/admin/queue-rules")).GetProperty("rules").EnumerateArray());
    }

    [Theory]
    [InlineData("PUT", "queue-rules/queue:middle", "{}", 422, "key")]
    [InlineData("PUT", "queue-rules/nothing", "{}", 422, "key")]
    [InlineData("PUT", "queue-rules/kind:a", """{"weight":2}""", 422, "body")]
    [InlineData("PUT", "queue-rules/kind:a", """{"max_running":0}""", 422, "body")]
    [InlineData("PUT", "queue-rules/kind:a", """{"rate":{"count":1,"period_seconds":1e300}}""", 422, "body")]
    [InlineData("PUT", "queue-rules/kind:a", """{"rate":{"count":1}}""", 422, "rate")]
    [InlineData("PUT", "queue-rules/kind:a", """{"maxrunning":2}""", 422, "maxrunning")]
    [InlineData("POST", "queue-rules/kind:a/pause", "{}", 422, "reason")]
    [InlineData("POST", "queue-rules/kind:a/pause", """{"reason":"why","until":"2001-01-01T00:00:00Z"}""", 422, "body")]
    [InlineData("POST", "queue-rules/tenant:tnt_other/pause", """{"reason":"why"}""", 403, null)]
    [InlineData("POST", "queue-rules/connector:cnn_none/pause", """{"reason":"why"}""", 404, null)]
    [InlineData("POST", "queues/middle/pause", """{"reason":"why"}""", 404, null)]
    [InlineData("POST", "queues/middle/resume", "", 404, null)]
    public async Task A_rule_that_cannot_be_is_refused_and_says_where(string method, string path, string body, int status, string? where)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/admin/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        var code = status switch { 422 => "VALIDATION_ERROR", 403 => "AUTHZ_PERMISSION_DENIED", _ => "NOT_FOUND" };
        var error = await response.ErrorAsync((HttpStatusCode)status, code);
        if (where is not null)
            Assert.Equal(where, error.GetProperty("detail")[0].GetProperty("loc").EnumerateArray().Last().GetString());
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM queue.rule"));
    }

    [Fact]
    public async Task The_admin_of_another_tenant_decides_about_own_jobs_only_and_sees_no_other_names()
    {
        var services = api.Services;
        var (rules, access, reader) = (services.GetRequiredService<QueueRules>(), services.GetRequiredService<RuleAccess>(), services.GetRequiredService<QueueReader>());
        var admin = new Caller("tnt_other", "usr_other", IsAdmin: true);
        await api.AddWaitingJobAsync("secret-kind", "cnn_secret");
        await api.AddDiscardedJobAsync("broken", kind: "own-kind", tenant: "tnt_other");
        await rules.PauseAsync("tenant:tnt_local", "x", "private", null, default);
        await rules.PauseAsync("connector:cnn_secret", "x", "private", null, default);

        foreach (var (key, status) in new[] { ("queue:low", 403), ("kind:a", 403), ("key:a", 403), ("tenant:tnt_local", 403), ("connector:cnn_secret", 404), ("tenant:tnt_other", 0) })
        {
            var result = await RuleEndpoints.PauseAsync(key, new PauseBody { Reason = "mine" }, admin, rules, access, default);
            Assert.Equal((key, status), (key, (result.Result as ErrorResult)?.StatusCode ?? 0));
        }

        var user = await RuleEndpoints.ResumeAsync("tenant:tnt_other", new Caller("tnt_other", "usr_b", IsAdmin: false), rules, access, default);
        Assert.Equal(403, (user.Result as ErrorResult)?.StatusCode);

        var answer = (await QueueEndpoints.ListAsync(admin, reader, rules, access, TimeProvider.System, default)).Value!;
        Assert.Equal(["own-kind"], answer.Kinds.Select(group => group.Name));
        Assert.Equal(["tnt_other"], answer.Tenants.Select(group => group.Name));
        Assert.Equal(["tenant:tnt_other"], answer.HeldBack.Select(rule => rule.Key));
        Assert.Equal(["tenant:tnt_other"], (await RuleEndpoints.ListAsync(admin, rules, access, default)).Value!.Rules.Select(rule => rule.Key));
    }

    [Fact]
    public async Task The_contracts_queue_endpoint_tells_the_same_depth()
    {
        await api.AddWaitingJobAsync();
        await api.AddWaitingJobAsync(queue: "high");
        var answer = await SendAsync(HttpMethod.Get, "/api/v1/search/queue");
        Assert.Equal(2, answer.GetProperty("depth").GetInt64());
        Assert.Equal([("high", 1), ("low", 1)], answer.GetProperty("queues").EnumerateArray().Select(queue => (queue.GetProperty("queue").GetString()!, queue.GetProperty("depth").GetInt64())));
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        var answer = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = api.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(RunningApi.Stop))!;
    }
}
