using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Connectors;

/// <summary>What tests of the connectors' surface share: an API without workers, and short ways to ask it.</summary>
public abstract class ConnectorApi : IAsyncLifetime
{
    protected const string Smb = "/api/v1/smb-connectors";
    protected const string Folders = "/api/v1/connectors";
    protected const string Password = "hunter2-very-secret";

    protected RunningApi Api { get; } = new();

    public Task InitializeAsync() => Api.InitializeAsync();

    public Task DisposeAsync() => Api.DisposeAsync();

    protected string SmbBody(string? more = null) =>
        $$"""{"name":"Projects","server_host":"files.example.com","share_name":"projects","username":"reader","password":"{{Password}}","target_share_id":"{{Api.Share.Id}}"{{(more is null ? "" : "," + more)}}}""";

    protected string FolderBody(string root) => JsonSerializer.Serialize(new { name = "Files", type = "folder", root, target_share_id = Api.Share.Id });

    protected async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        return await Api.Client.SendAsync(request, RunningApi.Stop);
    }

    protected async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json, HttpStatusCode expected)
    {
        using var answer = await RequestAsync(method, path, json);
        Assert.True(expected == answer.StatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(RunningApi.Stop)}");
        return await answer.JsonAsync();
    }

    protected async Task<List<string>> ActionsAsync(string targetId)
    {
        var events = await SendAsync(HttpMethod.Get, $"/api/v1/admin/audit?target_id={targetId}", null, HttpStatusCode.OK);
        return [.. events.GetProperty("events").EnumerateArray().Select(one => Text(one, "action"))];
    }

    protected async Task<string> ScalarAsync(string sql)
    {
        await using var command = Api.Database.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(RunningApi.Stop))!;
    }

    protected static string WithoutMeta(string json) => json[..json.LastIndexOf("\"meta\"", StringComparison.Ordinal)];

    protected static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    protected static int Setting(JsonElement connector, string member) => connector.GetProperty("settings").GetProperty(member).GetInt32();

    protected static List<string> Strings(JsonElement array) => [.. array.EnumerateArray().Select(one => one.GetString()!)];
}
