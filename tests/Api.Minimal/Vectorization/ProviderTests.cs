using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Api.Minimal.Vectorization;
using ScaiDrive.Drive;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Api.Minimal.Tests.Vectorization;

public sealed class ProviderTests : IAsyncLifetime
{
    private const string Path = "/api/v1/vectorization/providers";

    private readonly RunningApi api = new();

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task A_fresh_tenant_has_the_local_provider_with_ocr_off()
    {
        var answer = await GetAsync(Path);
        var provider = Assert.Single(answer.GetProperty("providers").EnumerateArray());
        Assert.Equal(("prv_local", "local", true, false), (Text(provider, "id"), Text(provider, "type"), Flag(provider, "is_default"), Flag(provider, "ocr_enabled")));
        Assert.Equal(1, answer.GetProperty("total").GetInt64());
        Assert.Equal("prv_local", Text(await GetAsync($"{Path}/prv_local"), "id"));
    }

    [Fact]
    public async Task A_key_is_never_told()
    {
        await GetAsync(Path);
        await api.ExecuteAsync("UPDATE search.provider SET api_key = 'sealed-secret'");

        var text = (await GetAsync(Path)).GetRawText() + (await GetAsync($"{Path}/prv_local")).GetRawText();

        Assert.DoesNotContain("sealed-secret", text, StringComparison.Ordinal);
        Assert.Contains("\"has_api_key\":true", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ocr_is_switched_on_once_however_often_it_is_asked_for_and_off_again()
    {
        var on = await PatchAsync("prv_local", """{"ocr_enabled":true}""");
        Assert.True(Flag(on.GetProperty("provider"), "ocr_enabled"));
        var job = on.GetProperty("job_id").GetInt64();
        Assert.Equal("recognize-skipped", Text(await GetAsync($"/api/v1/admin/jobs/{job}"), "kind"));
        Assert.Equal(job, (await PatchAsync("prv_local", """{"ocr_enabled":true}""")).GetProperty("job_id").GetInt64());
        Assert.Equal(0, on.GetProperty("ocr_disabled_files").GetInt64());

        var off = await PatchAsync("prv_local", """{"ocr_enabled":false}""");
        Assert.False(Flag(off.GetProperty("provider"), "ocr_enabled"));
        Assert.Equal(JsonValueKind.Null, off.GetProperty("job_id").ValueKind);
    }

    [Theory]
    [InlineData("prv_local", "{}", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")]
    [InlineData("prv_local", """{"ocr_enabled":"yes"}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")]
    [InlineData("prv_local", """{"ocr_enabled":true,"api_key":"x"}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")]
    [InlineData("prv_local", "{", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [InlineData("prv_none", """{"ocr_enabled":true}""", HttpStatusCode.NotFound, "NOT_FOUND")]
    public async Task A_wrong_wish_is_refused_in_the_shape_of_the_contract(string id, string body, HttpStatusCode status, string code)
    {
        using var response = await SendAsync(id, body);
        await response.ErrorAsync(status, code);
        Assert.False((await api.Services.GetRequiredService<EmbeddingProviders>().ListAsync("tnt_local", RunningApi.Stop))[0].Ocr);
    }

    [Fact]
    public async Task Only_admins_see_and_change_providers()
    {
        var caller = new Caller("tnt_local", "usr_other", IsAdmin: false);

        var answer = await ProviderEndpoints.AdminsOnlyAsync(EndpointFilterInvocationContext.Create(new DefaultHttpContext(), caller), _ => throw new InvalidOperationException("let in"));

        Assert.IsType<ErrorResult>(answer);
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await api.Client.GetAsync(path, RunningApi.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private async Task<JsonElement> PatchAsync(string id, string body)
    {
        using var response = await SendAsync(id, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private Task<HttpResponseMessage> SendAsync(string id, string body) =>
        api.Client.PatchAsync($"{Path}/{id}", new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")), RunningApi.Stop);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static bool Flag(JsonElement element, string name) => element.GetProperty(name).GetBoolean();
}
