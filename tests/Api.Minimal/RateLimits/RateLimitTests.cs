using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Api.Minimal.Tests.Identity.SigningIn;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Tests.ScaiKey.Users;

namespace ScaiDrive.Api.Minimal.Tests.RateLimits;

public sealed class RateLimitTests
{
    [Fact]
    public async Task Every_answer_tells_what_is_left_failed_ones_too()
    {
        await using var site = await ScaiKeyApi.StartAsync(limits: new());
        var token = site.ScaiKey.IssueToken(DemoUsers.Ada);

        var left = 1000;
        foreach (var (path, status, cost) in new[]
        {
            ("/api/v1/users/me", 200, 1), ("/api/v1/admin/jobs", 200, 2), ("/api/v1/files/fil_unknown", 404, 1), ("/api/v1/nothing/here", 404, 1), ("/test/throws", 500, 1),
        })
        {
            using var answer = await site.CallAsync(token, path);
            left -= cost;
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal((1000, left), (Number(answer, "X-RateLimit-Limit"), Number(answer, "X-RateLimit-Remaining")));
            Assert.Equal(site.Clock.GetUtcNow().ToUnixTimeSeconds() + 61, Number(answer, "X-RateLimit-Reset"));
        }

        using var open = await site.Api.Client.GetAsync("/api/v1/health", RunningApi.Stop);
        using var unknown = await site.CallAsync("no token");
        Assert.False(open.Headers.Contains("X-RateLimit-Limit"));
        Assert.False(unknown.Headers.Contains("X-RateLimit-Limit"));
    }

    [Fact]
    public async Task Whoever_asks_for_too_much_is_refused_until_the_time_they_are_told()
    {
        await using var site = await ScaiKeyApi.StartAsync(limits: new() { TokenPerMinute = 3 });
        var token = site.ScaiKey.IssueToken(DemoUsers.Ada);
        for (var i = 0; i < 3; i++)
            (await site.CallAsync(token)).Dispose();

        using var refused = await site.CallAsync(token);
        var error = (await refused.ErrorAsync(HttpStatusCode.TooManyRequests, "RATE_LIMITED")).GetProperty("error");
        var details = error.GetProperty("details");
        Assert.Equal(("token", 3, 60), (details.GetProperty("dimension").GetString(), details.GetProperty("limit").GetInt32(), details.GetProperty("window_seconds").GetInt32()));
        Assert.Equal(61, error.GetProperty("retry_after").GetInt32());
        Assert.Equal(TimeSpan.FromSeconds(61), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(0, Number(refused, "X-RateLimit-Remaining"));
        var metrics = await site.Api.Client.GetStringAsync("/metrics", RunningApi.Stop);
        Assert.Contains("scaidrive_rate_limit_rejections_total{dimension=\"token\"}", metrics, StringComparison.Ordinal);

        site.Clock.Advance(TimeSpan.FromSeconds(61));
        using var again = await site.CallAsync(token);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Many_tokens_do_not_help_a_user_and_many_users_do_not_help_a_tenant()
    {
        await using var site = await ScaiKeyApi.StartAsync(limits: new() { TokenPerMinute = 100, UserPerMinute = 2, TenantPerMinute = 3 });

        Assert.Null(await DimensionAsync(DemoUsers.Ada));
        Assert.Null(await DimensionAsync(DemoUsers.Ada));
        Assert.Equal("user", await DimensionAsync(DemoUsers.Ada));
        Assert.Null(await DimensionAsync(DemoUsers.Ruth));
        Assert.Equal("tenant", await DimensionAsync(DemoUsers.Ruth));
        Assert.Null(await DimensionAsync(DemoUsers.Otto));

        // With a new token each time.
        async Task<string?> DimensionAsync(FakeUser user)
        {
            using var answer = await site.CallAsync(site.ScaiKey.IssueToken(user));
            return answer.IsSuccessStatusCode ? null : (await answer.JsonAsync()).GetProperty("error").GetProperty("details").GetProperty("dimension").GetString();
        }
    }

    [Fact]
    public async Task A_tenant_chooses_its_limits_up_to_what_it_may()
    {
        await using var site = await ScaiKeyApi.StartAsync(limits: new());
        var token = site.ScaiKey.IssueToken(DemoUsers.Ada);
        (await site.CallAsync(token)).Dispose();
        foreach (var (settings, limit) in new[]
        {
            ("""{"rate_limits": {"token_per_minute": 7}}""", 7),
            ("""{"rate_limits": {"token_per_minute": 5000}}""", 1000),
            ("""{"rate_limits": {"token_per_minute": 5000}, "rate_limit_ceiling": {"token_per_minute": 2000}}""", 2000),
            ("""{"rate_limit_ceiling": {"token_per_minute": 20}}""", 20),
            ("""{"rate_limits": {"token_per_minute": "many"}}""", 1000),
            ("""{"rate_limits": [1], "rate_limit_ceiling": 3}""", 1000),
            ("""{"rate_limits": {"token_per_minute": -1}}""", 1000),
        })
        {
            await site.Api.ExecuteAsync("UPDATE tenants SET settings = settings - 'rate_limits' - 'rate_limit_ceiling' || $1::jsonb WHERE id = 'tnt_local'", settings);
            site.Clock.Advance(TimeSpan.FromMinutes(2));

            using var answer = await site.CallAsync(token, "/api/v1/admin/tenant");

            Assert.Equal((settings, 200, limit), (settings, (int)answer.StatusCode, Number(answer, "X-RateLimit-Limit")));
        }
    }

    [Fact]
    public async Task An_admin_changes_the_limits_of_the_tenant_and_only_its_partner_the_ceiling()
    {
        await using var site = await ScaiKeyApi.StartAsync(limits: new());
        var token = site.ScaiKey.IssueToken(DemoUsers.Ada);

        using var changed = await PatchAsync(token, """{"settings": {"rate_limits": {"token_per_minute": 1500}}}""");
        Assert.Equal(1500, (await changed.JsonAsync()).GetProperty("settings").GetProperty("rate_limits").GetProperty("token_per_minute").GetInt32());
        using var wrong = await PatchAsync(token, """{"rate_limits": {"token_per_minute": 0}}""");
        await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        using var denied = await PatchAsync(token, """{"rate_limit_ceiling": {"token_per_minute": 2000}}""");
        await denied.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        using var raised = await PatchAsync(site.ScaiKey.IssueToken(DemoUsers.Ada, ("scope", "partner:admin")), """{"rate_limit_ceiling": {"token_per_minute": 2000}}""");
        Assert.Equal(HttpStatusCode.OK, raised.StatusCode);

        site.Clock.Advance(TimeSpan.FromSeconds(16));
        using var answer = await site.CallAsync(token);
        Assert.Equal(1500, Number(answer, "X-RateLimit-Limit"));

        Task<HttpResponseMessage> PatchAsync(string with, string body) =>
            site.CallAsync(with, "/api/v1/admin/tenant", HttpMethod.Patch, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
    }

    [Fact]
    public async Task A_request_costs_what_its_kind_costs()
    {
        await using var site = await ScaiKeyApi.StartAsync();
        var endpoints = site.Api.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(one => one.Metadata.GetMetadata<IEndpointNameMetadata>() is not null).ToDictionary(one => one.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName);

        foreach (var (name, cost) in new[]
        {
            ("GetMe", 1), ("ListJobs", 2), ("ListGroups", 2), ("CreateGroup", 2), ("UploadFile", 5), ("GetFileContent", 5),
            ("Search", 10), ("SearchKeywordPost", 10), ("SearchSemantic", 20), ("SearchHybridPost", 20), ("SearchContext", 20),
        })
            Assert.Equal((name, cost), (name, (int)RequestCosts.Of(endpoints[name])));
    }

    private static long Number(HttpResponseMessage answer, string header) => long.Parse(Assert.Single(answer.Headers.GetValues(header)), CultureInfo.InvariantCulture);
}
