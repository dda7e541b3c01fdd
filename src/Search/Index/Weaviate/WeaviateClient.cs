using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Sends requests to the server: authorised, in time, again where that may help, its errors as exceptions.</summary>
internal sealed class WeaviateClient : IDisposable
{
    private const int WriteAttempts = 4;
    private const int LongestFault = 500;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly WeaviateOptions _options;
    private readonly TimeProvider _time;

    internal WeaviateClient(WeaviateOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        // Addresses of a cluster move; a connection kept for ever would stay with the old one.
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = options.ProbeTimeout };
        var address = options.Url.AbsoluteUri.TrimEnd('/') + "/v1/";
        _http = new(handler) { BaseAddress = new(address), Timeout = Timeout.InfiniteTimeSpan };
        if (options.ApiKey is not null)
            _http.DefaultRequestHeaders.Authorization = new("Bearer", options.ApiKey);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Whether the server says that it is ready. Needs no key.</summary>
    internal async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await SendOnceAsync(HttpMethod.Get, ".well-known/ready", null, _options.ProbeTimeout, cancellationToken)).Status is HttpStatusCode.OK;
        }
        catch (WeaviateException)
        {
            return false;
        }
    }

    /// <summary>The body of an answer; null when what was asked for does not exist.</summary>
    internal async Task<JsonNode?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await SendOnceAsync(HttpMethod.Get, path, null, _options.SearchTimeout, cancellationToken);
        return answer.Status switch
        {
            HttpStatusCode.OK => answer.Body,
            HttpStatusCode.NotFound => null,
            _ => throw Refused(HttpMethod.Get, path, answer),
        };
    }

    /// <summary>Whether something exists.</summary>
    internal async Task<bool> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await SendOnceAsync(HttpMethod.Head, path, null, _options.SearchTimeout, cancellationToken);
        return answer.Status switch
        {
            HttpStatusCode.OK or HttpStatusCode.NoContent => true,
            HttpStatusCode.NotFound => false,
            _ => throw Refused(HttpMethod.Head, path, answer),
        };
    }

    /// <summary>Asks a question in GraphQL and returns what stands under <c>data</c>.</summary>
    internal async Task<JsonObject> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var answer = await SendOnceAsync(HttpMethod.Post, "graphql", new JsonObject { ["query"] = query }, _options.SearchTimeout, cancellationToken);
        if (answer.Status is not HttpStatusCode.OK)
            throw Refused(HttpMethod.Post, "graphql", answer);
        // GraphQL tells faults inside a 200; an answer that has some is not whole.
        if (answer.Body?["errors"] is JsonArray { Count: > 0 } errors)
            throw new WeaviateException("Weaviate refused a query: " + string.Join("; ", errors.Select(error => Text(error?["message"]))));
        return answer.Body?["data"] as JsonObject ?? throw new WeaviateException("Weaviate answered a query without data.");
    }

    /// <summary>Changes something. Repeated after an outage, so only for requests that may be repeated.</summary>
    /// <returns>The body; null when there is none, or when the answer was 404 and that is <paramref name="orMissing"/>.</returns>
    internal async Task<JsonNode?> WriteAsync(HttpMethod method, string path, JsonNode? body, bool orMissing, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var clock = new CancellationTokenSource(_options.WriteTimeout, _time);
        await using var expiry = clock.Token.Register(limit.Cancel);
        var delay = _options.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                var answer = await SendOnceAsync(method, path, body, _options.WriteTimeout, limit.Token);
                if ((int)answer.Status is >= 200 and < 300)
                    return answer.Body;
                if (answer.Status is HttpStatusCode.NotFound && orMissing)
                    return null;
                var refused = Refused(method, path, answer);
                if (!refused.IsOutage || attempt == WriteAttempts)
                    throw refused;
                asked = answer.RetryAfter;
            }
            catch (WeaviateException fault) when (fault is { IsOutage: true, Status: null } && attempt < WriteAttempts)
            {
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw TimedOut(method, path, _options.WriteTimeout);
            }

            var wait = asked is { } wanted ? (wanted < LongestDelay ? wanted : LongestDelay) : delay;
            await WaitAsync(wait, method, path, limit.Token, cancellationToken);
            delay *= 2;
        }
    }

    private async Task WaitAsync(TimeSpan wait, HttpMethod method, string path, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, _time, limit);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(method, path, _options.WriteTimeout);
        }
    }

    private async Task<Answer> SendOnceAsync(HttpMethod method, string path, JsonNode? body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, clock.Token);
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            return new(response.StatusCode, text, Parse(text), After(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(method, path, timeout);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new WeaviateException($"Weaviate at {_options.Url} does not answer: {fault.Message}", null, fault) { IsOutage = true };
        }
    }

    private TimeSpan? After(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            // A proxy in between answers in HTML; the status tells enough.
            return null;
        }
    }

    private static WeaviateException TimedOut(HttpMethod method, string path, TimeSpan timeout) =>
        new($"Weaviate did not answer {method} /v1/{path} within {timeout.TotalSeconds:0.#} s.") { IsOutage = true };

    private static WeaviateException Refused(HttpMethod method, string path, Answer answer)
    {
        // {"error": [{"message": ...}]} for what the handlers refuse, {"code": ..., "message": ...} for what does not get that far.
        var message = answer.Body?["error"] is JsonArray errors
            ? string.Join("; ", errors.Select(error => Text(error?["message"])))
            : Text(answer.Body?["message"]) is { Length: > 0 } single ? single : answer.Text;
        if (message.Length > LongestFault)
            message = message[..LongestFault] + "…";
        return new($"Weaviate answered {method} /v1/{path} with {(int)answer.Status}: {message}", answer.Status)
        {
            IsOutage = answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError,
        };
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private sealed record Answer(HttpStatusCode Status, string Text, JsonNode? Body, TimeSpan? RetryAfter);
}
