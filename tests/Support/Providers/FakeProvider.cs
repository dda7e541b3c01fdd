using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Tests.Support.Providers;

/// <summary>A server of embeddings on loopback that speaks the published shapes and takes nothing else: members, headers, paths and limits are
/// checked. It fails when told to, and can be killed and started again at the same address.</summary>
public sealed class FakeProvider : IAsyncDisposable
{
    public const string Key = "sk-test-0123456789";
    public const string Model = "test-model";

    private WebApplication? _app;
    private int _port;

    /// <summary>Length of its vectors.</summary>
    public int Dimensions { get; set; } = 16;

    /// <summary>Texts that hold this are refused.</summary>
    public string? Refuses { get; set; }

    /// <summary>Longer texts are refused, as beyond the context of the model.</summary>
    public int MaxCharacters { get; set; } = int.MaxValue;

    /// <summary>More texts in a request are refused; by default as each shape publishes.</summary>
    public int? MaxTexts { get; set; }

    /// <summary>Asked before each request is answered; an answer of its own takes the place of the usual one.</summary>
    public Func<FakeRequest, FakeAnswer?>? Fault { get; set; }

    /// <summary>What was asked, as far as it was understood.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public static async Task<FakeProvider> StartAsync()
    {
        var provider = new FakeProvider();
        await provider.RestartAsync();
        return provider;
    }

    /// <summary>Nobody listens any more; connections break.</summary>
    public async Task KillAsync()
    {
        if (_app is null)
            return;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Listens again, at the address it had.</summary>
    public async Task RestartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        _port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    /// <summary>Texts that share words are near each other.</summary>
    public float[] VectorOf(string text)
    {
        var vector = new float[Dimensions];
        foreach (var word in text.ToLowerInvariant().Split([' ', '.', ',', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var hash = word.Aggregate(2166136261u, (sum, character) => (sum ^ character) * 16777619u);
            vector[hash % Dimensions] += 1;
        }

        return vector;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (status, body) = (StatusCodes.Status200OK, (JsonNode?)null);
        try
        {
            using var json = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            var shape = FakeShapes.Of(context.Request);
            var request = shape.Read(context.Request, json.RootElement);
            Requests.Enqueue(request);
            if (Fault?.Invoke(request) is { } answer)
            {
                await answer.WriteAsync(context);
                return;
            }

            if (request.Key != Key)
                throw new FakeRefusal(401, shape.Error("Incorrect API key provided: " + request.Key, "invalid_api_key"));
            if (request.Model is not (null or Model))
                throw new FakeRefusal(404, shape.Error($"The model {request.Model} does not exist.", "model_not_found"));
            if (request.Texts.Count > (MaxTexts ?? shape.MaxTexts))
                throw new FakeRefusal(shape.TooManyStatus, shape.Error($"batch size {request.Texts.Count} is too large", "Validation"));
            if (request.Texts.Any(text => text.Length > MaxCharacters))
                throw new FakeRefusal(400, shape.Error("This model's maximum context length is exceeded.", null));
            if (request.Texts.Any(text => text.Length == 0 || (Refuses is { } word && text.Contains(word, StringComparison.Ordinal))))
                throw new FakeRefusal(400, shape.Error("'$.input' is invalid.", null));
            body = shape.Write(request, [.. request.Texts.Select(VectorOf)]);
        }
        catch (FakeRefusal refusal)
        {
            (status, body) = (refusal.Status, refusal.Body);
        }

        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(body);
    }
}

/// <summary>One request as it was understood.</summary>
public sealed record FakeRequest(string Path, string? Key, string? Model, IReadOnlyList<string> Texts, string? InputType, int? Dimensions);

/// <summary>An answer in place of the usual one.</summary>
/// <param name="Status">0: the connection breaks; -1: nothing ever comes.</param>
/// <param name="Body">JSON or anything else.</param>
/// <param name="Headers">Beside the usual ones.</param>
public sealed record FakeAnswer(int Status, string Body = "{}", params (string Name, string Value)[] Headers)
{
    public static FakeAnswer Reset { get; } = new(0);

    public static FakeAnswer Hang { get; } = new(-1);

    internal async Task WriteAsync(HttpContext context)
    {
        if (Status == 0)
        {
            context.Abort();
            return;
        }

        if (Status < 0)
        {
            var gone = new TaskCompletionSource();
            await using var ended = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return;
        }

        context.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
            context.Response.Headers[name] = value;
        await context.Response.WriteAsync(Body);
    }
}

/// <summary>What a strict server says no to.</summary>
internal sealed class FakeRefusal(int status, JsonNode body) : Exception
{
    internal int Status => status;

    internal JsonNode Body => body;
}
