using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary>The API that runs elsewhere, as commands ask it.</summary>
internal static class RunningApi
{
    internal static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static Option<string> Url() => new("--url")
    {
        Description = "Where the API listens",
        DefaultValueFactory = _ => $"http://127.0.0.1:{Environment.GetEnvironmentVariable("SCAIDRIVE_PORT") ?? "8000"}",
    };

    /// <summary>Sends one request and reads the answer; null when it was refused, which has been said.</summary>
    /// <exception cref="UsageException">Nobody answers there.</exception>
    internal static async Task<JsonObject?> AskAsync(string url, Func<HttpClient, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--url '{url}' is not an address. Expected one such as http://127.0.0.1:8000.");
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };
        // In the environment, because everybody on the machine can read a command line.
        if (Environment.GetEnvironmentVariable("SCAIDRIVE_TOKEN") is { Length: > 0 } token)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token.Trim());
        HttpResponseMessage response;
        try
        {
            response = await send(client);
        }
        catch (HttpRequestException fault)
        {
            throw new UsageException($"No ScaiDrive answers at {url} ({fault.Message}). Start it with: ./run up FOLDER");
        }

        using (response)
        {
            var body = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            if (response.IsSuccessStatusCode)
                return body;
            await Console.Error.WriteLineAsync($"ScaiDrive: {body?["error"]?["code"]}: {body?["error"]?["message"]}");
            return null;
        }
    }

    /// <summary>Sends one request and prints the answer as one line of JSON.</summary>
    internal static async Task<int> PrintAsync(string url, Func<HttpClient, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        if (await AskAsync(url, send, cancellationToken) is not { } answer)
            return 1;
        answer.Remove("meta");
        Console.WriteLine(answer.ToJsonString(Compact));
        return 0;
    }
}
