using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Permissions;

/// <summary>People who call with tokens of their own that allow files and nothing more. Anna owns a share.</summary>
public abstract class People : IAsyncLifetime
{
    protected const string Tenant = "tnt_acme";

    private readonly SignInApi at = new();

    protected RunningApi Api => at.Api;

    /// <summary>Anna's.</summary>
    protected string ShareId { get; private set; } = "";

    public async Task InitializeAsync()
    {
        await at.InitializeAsync();
        foreach (var name in new[] { "anna", "bob", "carla" })
            await SendAsync(name, HttpMethod.Get, "/users/me", null, HttpStatusCode.OK);
        await SendAsync("mallory", HttpMethod.Get, "/users/me", null, HttpStatusCode.OK, tenant: "tnt_evil");
        ShareId = await ShareAsync("anna", "Plans");
    }

    public Task DisposeAsync() => at.DisposeAsync();

    /// <summary>Sends JSON, expects a status and answers the body.</summary>
    protected async Task<JsonElement> SendAsync(
        string name, HttpMethod method, string path, string? json, HttpStatusCode expected, string tenant = Tenant, HttpContent? content = null)
    {
        var token = at.ScaiKey.Token(claims =>
        {
            (claims["sub"], claims["tenant_id"], claims["name"], claims["email"]) = ($"usr_{name}", tenant, name, $"{name}@{tenant}.example");
            claims["scope"] = "files:write";
        });
        if (json is not null)
            content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await at.SendAsync(token, $"/api/v1{path}", method, content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{name} {method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 || response.Content.Headers.ContentType?.MediaType != "application/json" ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    protected Task<JsonElement> GetAsync(string name, string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        SendAsync(name, HttpMethod.Get, path, null, expected);

    protected Task<JsonElement> MallorysAsync(HttpMethod method, string path, string? json, HttpStatusCode expected) =>
        SendAsync("mallory", method, path, json, expected, "tnt_evil");

    protected async Task<string> ShareAsync(string owner, string name) =>
        Text(await SendAsync(owner, HttpMethod.Post, "/shares", $$"""{"name":"{{name}}","share_type":"project","owner_id":"usr_{{owner}}"}""", HttpStatusCode.Created), "id");

    protected async Task<JsonElement> UploadAsync(string name, string fileName, HttpStatusCode expected = HttpStatusCode.Created, string? folderId = null)
    {
        using var form = new MultipartFormDataContent { { new StringContent(ShareId), "share_id" } };
        if (folderId is not null)
            form.Add(new StringContent(folderId), "folder_id");
        var part = new ByteArrayContent("some words"u8.ToArray());
        part.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        form.Add(part, "file", fileName);
        return await SendAsync(name, HttpMethod.Post, "/files", null, expected, content: form);
    }

    protected Task AddMemberAsync(string name, string role, HttpStatusCode expected = HttpStatusCode.Created, string by = "anna") => SendAsync(
        by, HttpMethod.Post, $"/shares/{ShareId}/members", $$"""{"principal_type":"user","principal_id":"usr_{{name}}","role":"{{role}}"}""", expected);

    protected Task<JsonElement> SayAsync(string resource, string name, string type, params string[] rights) => SendAsync(
        "anna", HttpMethod.Post, $"/permissions/acl/{resource}",
        $$"""{"principal_type":"user","principal_id":"usr_{{name}}","ace_type":"{{type}}","permissions":{{JsonSerializer.Serialize(rights)}}}""", HttpStatusCode.Created);

    protected async Task<string[]> ActionsAsync(string targetId)
    {
        await using var command = Api.Database.CreateCommand("SELECT array_agg(action || ' ' || actor_id ORDER BY id) FROM audit_event WHERE target_id = $1");
        command.Parameters.Add(new() { Value = targetId });
        return await command.ExecuteScalarAsync() as string[] ?? [];
    }

    protected static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    protected static string Code(JsonElement error) => Text(error.GetProperty("error"), "code");
}
