using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

public sealed class ScopeTests(SignInApi at) : IClassFixture<SignInApi>
{
    [Theory]
    [InlineData(null, Scope.TenantAdmin, false)]
    [InlineData("", Scope.TenantAdmin, false)]
    [InlineData("openid profile email offline_access address phone", Scope.TenantAdmin, false)]
    [InlineData("openid files:read", Scope.FilesRead, true)]
    [InlineData("files:write files:read", Scope.FilesWrite, true)]
    [InlineData("files:read tenant:admin", Scope.TenantAdmin, true)]
    [InlineData("partner:admin", Scope.PartnerAdmin, true)]
    [InlineData("admin:*", Scope.PlatformAdmin, true)]
    [InlineData("*", Scope.Everything, true)]
    [InlineData("othermail:send", Scope.SignedIn, true)]
    [InlineData("FILES:READ", Scope.SignedIn, true)]
    [InlineData("openid admin", Scope.SignedIn, true)]
    public void The_highest_scope_counts_and_only_a_token_without_any_has_the_default(string? claim, Scope expected, bool isExplicit)
    {
        var granted = GrantedScope.Of(claim, Scope.TenantAdmin);
        Assert.Equal((expected, isExplicit), (granted.Highest, granted.IsExplicit));
    }

    [Theory]
    [InlineData("files:read", "GET", "/api/v1/shares", true)]
    [InlineData("files:read", "GET", "/api/v1/search?q=x", true)]
    [InlineData("files:read", "DELETE", "/api/v1/files/fil_x", false)]
    [InlineData("files:read", "POST", "/api/v1/files", false)]
    [InlineData("files:read", "POST", "/api/v1/search/reindex", false)]
    [InlineData("files:write", "GET", "/api/v1/shares", true)]
    [InlineData("files:write", "GET", "/api/v1/admin/tenant", false)]
    [InlineData("files:write", "GET", "/api/v1/connectors", false)]
    [InlineData("files:write", "GET", "/api/v1/admin/jobs", false)]
    [InlineData("tenant:admin", "GET", "/api/v1/admin/jobs", true)]
    [InlineData("tenant:admin", "GET", "/api/v1/shares", true)]
    [InlineData("tenant:admin", "GET", "/api/v1/admin/partners/prt_one/tenants", false)]
    [InlineData("files:write", "POST", "/jobs/1/retry", false)]
    [InlineData("tenant:admin", "GET", "/", true)]
    [InlineData("othermail:send", "GET", "/api/v1/shares", false)]
    [InlineData("othermail:send", "GET", "/api/v1/users/me", true)]
    [InlineData(null, "GET", "/api/v1/admin/users", true)]
    public async Task An_address_is_open_to_the_scope_it_names_and_all_above(string? scope, string method, string path, bool isOpen)
    {
        using var response = await at.SendAsync(at.Token("usr_scoped", scope: scope), path, new HttpMethod(method));
        if (isOpen)
            Assert.NotEqual(HttpStatusCode.Forbidden, response.StatusCode);
        else
            await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_SCOPE_INSUFFICIENT");
    }

    [Fact]
    public async Task An_installation_can_keep_tokens_without_a_scope_to_files()
    {
        var narrow = new SignInApi { Configure = options => options with { UnscopedTokens = Scope.FilesWrite } };
        await narrow.InitializeAsync();
        try
        {
            using var files = await narrow.SendAsync(narrow.Token(), "/api/v1/shares");
            using var admin = await narrow.SendAsync(narrow.Token(), "/api/v1/admin/tenant");
            Assert.Equal(HttpStatusCode.OK, files.StatusCode);
            await admin.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_SCOPE_INSUFFICIENT");
        }
        finally
        {
            await narrow.DisposeAsync();
        }
    }

    [Fact]
    public void Every_address_says_what_it_asks_for_and_only_these_are_open()
    {
        var endpoints = at.Api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText != "/test/undeclared").ToList();

        Assert.True(endpoints.Count > 80);
        Assert.Empty(endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<RequiredScope>() is null).Select(endpoint => endpoint.RoutePattern.RawText));
        string[] known = ["/api/v1/health", "/api/v1/ready", "/api/v1/config", "/api/v1/webhooks/scaikey", "/metrics", "/assets/{hash}/{name}", "/signin", "/signin/callback", "/signout"];
        var open = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<RequiredScope>()!.Scope == Scope.Open).Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'));
        Assert.Empty(open.Where(path => !path.StartsWith("/api/v1/auth/", StringComparison.Ordinal)).Except(known));
    }

    [Fact]
    public async Task An_address_that_forgot_to_say_is_closed_even_to_the_highest_scope()
    {
        using var response = await at.SendAsync(at.Token("usr_root", scope: "*"), "/test/undeclared");
        await response.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_SCOPE_INSUFFICIENT");
    }

    [Fact]
    public async Task Routings_own_refusals_stay_what_they_are()
    {
        using var method = await at.SendAsync(at.Token(), "/api/v1/users/me", HttpMethod.Delete);
        using var nothing = await at.SendAsync(at.Token(), "/no/such/place");
        await method.ErrorAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        await nothing.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_page_elsewhere_cannot_use_a_token_it_does_not_have_and_nothing_is_open_to_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users/me");
        request.Headers.Add("Origin", "https://evil.example");
        using var response = await at.Api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_service_that_acts_for_a_user_stands_in_every_audit_event()
    {
        var token = at.Token("usr_boss", change: claims => claims["act"] = new System.Text.Json.Nodes.JsonObject { ["client_id"] = "svc-importer", ["sub"] = "usr_robot" });
        using var body = new StringContent("""{"name": "Acted"}""", Encoding.UTF8, "application/json");
        using (var made = await at.SendAsync(token, "/api/v1/admin/groups", HttpMethod.Post, body))
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        using var events = await at.SendAsync(at.Token("usr_boss"), "/api/v1/admin/audit?action=group.created&actor_id=usr_boss");
        var written = Assert.Single((await events.JsonAsync()).GetProperty("events").EnumerateArray());
        Assert.Equal("svc-importer", written.GetProperty("details").GetProperty("service_account").GetString());
    }
}
