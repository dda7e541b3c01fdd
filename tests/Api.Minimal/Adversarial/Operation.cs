using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Adversarial;

/// <summary>One operation as the served document of the API tells of it.</summary>
/// <param name="Id">Its <c>operationId</c>, without what the second surface of connectors and a HEAD beside a GET add to it.</param>
/// <param name="Method">GET, POST and so on.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="QueryNames">Its parameters in the query.</param>
public sealed record Operation(string Id, HttpMethod Method, string Path, IReadOnlyList<string> QueryNames)
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete", "head"];

    /// <summary>Names of the parameters in its path.</summary>
    public IReadOnlyList<string> PathNames { get; } =
        [.. Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];

    /// <summary>All of them: an endpoint that is mapped tomorrow is among them.</summary>
    public static async Task<IReadOnlyList<Operation>> AllAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json") { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var answer = await client.SendAsync(request, RunningApi.Stop);
        Assert.True(answer.IsSuccessStatusCode, $"The document is answered with {(int)answer.StatusCode}.");
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return
        [
            .. from path in document.RootElement.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where Methods.Contains(operation.Name)
               select Of(path.Name, path.Value, operation),
        ];
    }

    /// <summary>A reading operation that needs no id, so that its answer says what a caller has.</summary>
    public bool IsPlainList() => Method == HttpMethod.Get && PathNames.Count == 0 && OperationCases.All.GetValueOrDefault(Id) is { IsOpen: false };

    public override string ToString() => $"{Method} {Path} ({Id})";

    private static Operation Of(string path, JsonElement shared, JsonProperty operation) => new(
        IdOf(operation.Value.GetProperty("operationId").GetString()!),
        new HttpMethod(operation.Name.ToUpperInvariant()),
        path,
        [.. Parameters(shared).Concat(Parameters(operation.Value)).Where(one => one.GetProperty("in").GetString() == "query").Select(one => one.GetProperty("name").GetString()!)]);

    private static JsonElement.ArrayEnumerator Parameters(JsonElement of) => of.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : default;

    private static string IdOf(string id)
    {
        var name = id.EndsWith("Head", StringComparison.Ordinal) ? id[..^4] : id;
        return name == "CreateSmbConnector" ? name : name.Replace("SmbConnector", "Connector", StringComparison.Ordinal);
    }
}
