using System.Net;
using System.Text;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Tenants;

public sealed class TenantTests(SignInApi at) : IClassFixture<SignInApi>
{
    [Fact]
    public async Task A_tenant_begins_with_the_settings_of_the_contract()
    {
        var settings = (await JsonAsync(at.Token("usr_new", "tnt_new"), "/api/v1/admin/tenant")).GetProperty("settings");
        Assert.StartsWith(
            """{"max_file_size_bytes":5368709120,"default_share_quota_bytes":null,"trash_retention_days":30,"version_retention_days":365,"vectorization_enabled":true,"require_mfa":false""",
            settings.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_changed_one_by_one_at_the_top_or_as_they_are_shown()
    {
        using var first = await PatchAsync("""{"trash_retention_days": 7, "default_share_quota_bytes": 1000, "display_name": "Acme & Sons"}""");
        using var second = await PatchAsync("""{"settings": {"require_mfa": true, "default_share_quota_bytes": null}}""");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var tenant = await second.JsonAsync();
        var settings = tenant.GetProperty("settings");
        Assert.Equal("Acme & Sons", tenant.GetProperty("display_name").GetString());
        Assert.Equal((7, true, 365), (settings.GetProperty("trash_retention_days").GetInt32(), settings.GetProperty("require_mfa").GetBoolean(), settings.GetProperty("version_retention_days").GetInt32()));
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("default_share_quota_bytes").ValueKind);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"max_file_size_bytes": 0}""")]
    [InlineData("""{"max_file_size_bytes": null}""")]
    [InlineData("""{"settings": {"trash_retention_days": -1}}""")]
    [InlineData("""{"version_retention_days": "long"}""")]
    [InlineData("""{"status": "suspended"}""")]
    [InlineData("""{"partner_id": "prt_x"}""")]
    public async Task A_setting_out_of_its_range_or_unknown_is_refused(string json)
    {
        using var response = await PatchAsync(json);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task The_largest_file_counts_from_the_next_upload_on()
    {
        var token = at.Token("usr_up", "tnt_local");
        using (await at.SendAsync(token))
            await at.Api.ExecuteAsync("UPDATE users SET admin_role = 'tenant_admin' WHERE id = 'usr_up'");

        using (await PatchAsync("""{"max_file_size_bytes": 10}""", token))
        using (var refused = await UploadAsync(token))
        {
            var body = await refused.ErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
            Assert.Equal(10, body.GetProperty("error").GetProperty("details").GetProperty("max_file_size_bytes").GetInt64());
        }

        using (await PatchAsync("""{"max_file_size_bytes": 12}""", token))
        using (var taken = await UploadAsync(token))
            Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    [Fact]
    public async Task A_partner_sees_and_makes_their_own_tenants_only()
    {
        var partner = at.Token("usr_partner", "tnt_of_one", "partner:admin", claims => claims["partner_id"] = "prt_mine");
        using (await at.SendAsync(at.Token("usr_rival", "tnt_of_two", change: claims => claims["partner_id"] = "prt_theirs")))
        using (var made = await at.SendAsync(partner, "/api/v1/admin/partners/prt_mine/tenants", HttpMethod.Post, Json("""{"name": "Branch"}""")))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            var mine = await JsonAsync(partner, "/api/v1/admin/partners/prt_mine/tenants");
            Assert.Equal(2, mine.GetProperty("total").GetInt64());
            Assert.All(mine.GetProperty("tenants").EnumerateArray(), tenant => Assert.Equal("prt_mine", tenant.GetProperty("partner_id").GetString()));
        }

        using var chosen = await at.SendAsync(partner, "/api/v1/admin/partners/prt_mine/tenants", HttpMethod.Post, Json("""{"name": "Grab", "id": "tnt_of_two"}"""));
        await chosen.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var foreign = await at.SendAsync(partner, "/api/v1/admin/partners/prt_theirs/tenants", method, method == HttpMethod.Post ? Json("""{"name": "X"}""") : null);
            await foreign.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task What_the_server_can_do_is_told_to_everybody()
    {
        using var response = await at.SendAsync(null, "/api/v1/config");
        var config = await response.JsonAsync();
        Assert.True(config.GetProperty("features").GetProperty("semantic_search").GetBoolean());
        Assert.Equal(5368709120, config.GetProperty("limits").GetProperty("max_file_size_bytes").GetInt64());
        Assert.Equal(5242880, config.GetProperty("limits").GetProperty("max_upload_chunk_size_bytes").GetInt64());
    }

    private Task<HttpResponseMessage> PatchAsync(string json, string? token = null) => at.SendAsync(token ?? at.Token(), "/api/v1/admin/tenant", HttpMethod.Patch, Json(json));

    private async Task<HttpResponseMessage> UploadAsync(string token)
    {
        using var form = new MultipartFormDataContent { { new StringContent(at.Api.Share.Id), "share_id" }, { new StringContent("twelve bytes"), "file", "a.txt" } };
        return await at.SendAsync(token, "/api/v1/files", HttpMethod.Post, form);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private async Task<JsonElement> JsonAsync(string token, string path)
    {
        using var response = await at.SendAsync(token, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }
}
